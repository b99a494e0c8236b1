#include "engine/serve/generation_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace inferlab {
namespace {

/// Of all choices together: what their requests keep of their prompts stays within 64 MiB.
constexpr std::int64_t kMaxChoices = 16'384;
constexpr std::int64_t kMaxTokensKept = std::int64_t{16} * 1024 * 1024;
/// Logprobs that one answer may hold: in JSON they are some 60 bytes each.
constexpr std::int64_t kMaxLogprobs = std::int64_t{4} * 1024 * 1024;
constexpr std::size_t kMaxBadWordSequences = 2048;

/// Makes one plan. The first error stays.
class Planner {
 public:
  Planner(const ApiRequest& request, const Engine& engine, std::int64_t max_logprobs)
      : request_(request),
        engine_(engine),
        tokenizer_(engine.tokenizer()),
        vocab_size_(engine.model_config().vocab_size),
        max_logprobs_(max_logprobs < 0 ? vocab_size_ : max_logprobs) {}

  std::variant<GenerationPlan, ApiError> plan(const std::string& id, Time arrival) {
    plan_.echoes_alone = request_.max_tokens == 0;
    read_prompts();
    GenerationRequest common = common_request(id, arrival);
    const auto num_prompts = std::ssize(plan_.prompts);
    const std::int64_t most_tokens = std::accumulate(
        plan_.prompts.begin(), plan_.prompts.end(), std::int64_t{0},
        [](std::int64_t sum, const auto& prompt) { return sum + std::ssize(prompt); });
    if (num_prompts * request_.n > kMaxChoices || most_tokens * request_.n > kMaxTokensKept) {
      fail("n", fmt::format("n: {} choices of each of {} prompts are too many for one request",
                            request_.n, num_prompts));
    }
    if (!error_) check_logprobs(common, num_prompts, most_tokens);
    if (error_) return *error_;
    for (std::int64_t i = 0; i < num_prompts; ++i) add_choices(common, i);
    return std::move(plan_);
  }

 private:
  void fail(std::string param, std::string message) {
    if (error_) return;
    error_ = ApiError{.message = std::move(message), .param = std::move(param)};
  }

  /// Far below where sums with it run over.
  [[nodiscard]] std::int64_t max_output() const {
    return std::min(request_.max_tokens.value_or(0), std::int64_t{1} << 60);
  }

  void too_long(std::int64_t num_tokens, bool at_least) {
    const char* bound = at_least ? "at least " : "";
    fail("input_tokens",
         fmt::format("This model's maximum context length is {} tokens. However, you requested {} "
                     "output tokens and your prompt contains {}{} input tokens, for a total of "
                     "{}{} tokens. Please reduce the length of the input prompt or the number of "
                     "requested output tokens.",
                     engine_.max_model_len(), max_output(), bound, num_tokens, bound,
                     num_tokens + max_output()));
  }

  /// Before the text is tokenized, which would take its time in vain. False when it is too long
  /// whatever it says.
  bool check_bytes(std::size_t bytes) {
    if (request_.truncate_prompt_tokens) return true;
    const auto longest = static_cast<std::int64_t>(tokenizer_.longest_token_bytes());
    const std::int64_t least = (static_cast<std::int64_t>(bytes) - 1) / longest + 1;
    if (least <= engine_.max_model_len()) return true;
    too_long(least, true);
    return false;
  }

  void read_prompts() {
    if (request_.kind == ApiKind::kChat) return read_chat();
    for (const ApiPrompt& prompt : request_.prompts) {
      if (!prompt.ids && !check_bytes(prompt.text.size())) return;
      // Control tokens that a text spells count as such: who sends a raw prompt writes the template
      // himself, as with vLLM.
      add_prompt(prompt.ids
                     ? *prompt.ids
                     : tokenizer_.encode(prompt.text, {.add_special = request_.add_special_tokens,
                                                       .parse_special = true}));
      if (error_) return;
      if (!request_.echo || request_.return_token_ids) {
        plan_.echoes.emplace_back();
      } else {
        plan_.echoes.push_back(prompt.ids ? tokenizer_.decode(*prompt.ids, {.show_control = true})
                                          : prompt.text);
      }
    }
  }

  void read_chat() {
    std::size_t bytes = 0;
    for (const ChatMessage& message : request_.messages) bytes += message.content.size();
    if (bytes > 0 && !check_bytes(bytes)) return;
    Result<std::vector<TokenId>> prompt = chat_prompt(engine_, request_.messages, request_.chat);
    if (!prompt) {
      const ApiError error = api_error(prompt.error());
      return fail(error.param, error.message);
    }
    add_prompt(std::move(*prompt));
    const ChatMessage& last = request_.messages.back();
    const bool echoes = request_.echo && last.role == "assistant";
    plan_.echoes.push_back(echoes ? last.content : std::string());
  }

  void add_prompt(std::vector<TokenId> ids) {
    if (request_.truncate_prompt_tokens) {
      const std::int64_t fits = std::max<std::int64_t>(
          0, engine_.max_model_len() - std::max<std::int64_t>(1, max_output()));
      const std::int64_t asked = *request_.truncate_prompt_tokens;
      const std::int64_t most = asked < 0 ? fits : asked;
      if (const std::int64_t over = std::ssize(ids) - most; over > 0) {
        const auto begin = request_.truncate_left ? ids.begin() : ids.end() - over;
        ids.erase(begin, begin + over);
      }
    }
    if (ids.empty()) return fail("prompt", "prompt: is empty (send at least one token)");
    const auto most = std::ranges::max_element(ids);
    if (*most >= vocab_size_) {
      return fail("prompt", fmt::format("Token id {} is out of vocabulary", *most));
    }
    const std::int64_t room = engine_.max_model_len() - std::ssize(ids);
    if (room < std::max<std::int64_t>(1, max_output())) return too_long(std::ssize(ids), false);
    plan_.prompts.push_back(std::move(ids));
  }

  GenerationRequest common_request(const std::string& id, Time arrival) {
    GenerationRequest common{.name = id,
                             .max_tokens = request_.max_tokens,
                             .sampling = request_.sampling,
                             .has_seed = request_.has_seed,
                             .stop = request_.stop,
                             .ignore_eos = request_.ignore_eos,
                             .min_tokens = request_.min_tokens,
                             .stop_token_ids = request_.stop_token_ids,
                             .include_stop = request_.include_stop,
                             .priority = request_.priority,
                             .cache_salt = request_.cache_salt,
                             .skip_special_tokens = request_.skip_special_tokens,
                             .arrival = arrival};
    if (plan_.echoes_alone) common.max_tokens = 1;
    if (request_.structured && !error_) {
      auto grammar = engine_.grammar(*request_.structured);
      if (grammar) {
        common.grammar = std::move(*grammar);
      } else {
        fail(request_.structured->place, api_error(grammar.error()).message);
      }
    }
    read_vocabulary(common.sampling);
    check_ids("stop_token_ids", request_.stop_token_ids);
    common.num_logprobs = count("logprobs", "sample", request_.logprobs);
    const bool echoes = request_.echo && request_.kind == ApiKind::kCompletion;
    common.num_prompt_logprobs = request_.prompt_logprobs || !echoes
                                     ? count("prompt_logprobs", "prompt", request_.prompt_logprobs)
                                     : common.num_logprobs;
    return common;
  }

  std::optional<std::int32_t> count(const char* param, const char* what,
                                    std::optional<std::int64_t> asked) {
    if (!asked) return std::nullopt;
    const std::int64_t number = *asked < 0 ? vocab_size_ : *asked;
    if (number > max_logprobs_) {
      fail(request_.kind == ApiKind::kChat && *param == 'l' ? "top_logprobs" : param,
           fmt::format("Requested {} logprobs of {}, which is greater than max allowed: {}", what,
                       number, max_logprobs_));
      return std::nullopt;
    }
    return static_cast<std::int32_t>(number);
  }

  void check_logprobs(const GenerationRequest& common, std::int64_t num_prompts,
                      std::int64_t num_prompt_tokens) {
    const auto of_each = [](std::optional<std::int32_t> number) {
      return number ? std::int64_t{*number} + 1 : std::int64_t{0};
    };
    const std::int64_t most_output =
        num_prompts * common.max_tokens.value_or(engine_.max_model_len());
    const std::int64_t number =
        request_.n * (most_output * of_each(common.num_logprobs) +
                      num_prompt_tokens * of_each(common.num_prompt_logprobs));
    if (number <= kMaxLogprobs) return;
    fail("logprobs",
         fmt::format("logprobs: {} of them may be too many for one answer (at most {}): "
                     "ask for fewer, or for fewer tokens",
                     number, kMaxLogprobs));
  }

  void check_ids(const char* param, std::span<const TokenId> ids) {
    for (const TokenId id : ids) {
      if (id >= 0 && id < vocab_size_) continue;
      fail(param, fmt::format("token_id(s) [{}] in {} contain out-of-vocab token ids. Vocabulary "
                              "size: {}",
                              id, param, vocab_size_));
    }
  }

  void read_vocabulary(SamplingParams& sampling) {
    sampling.logit_bias = request_.logit_bias;
    for (const auto& [id, bias] : request_.logit_bias) check_ids("logit_bias", std::span(&id, 1));
    if (request_.allowed_token_ids) {
      sampling.allowed_token_ids = *request_.allowed_token_ids;
      std::vector<TokenId>& ids = sampling.allowed_token_ids;
      std::ranges::sort(ids);
      ids.erase(std::ranges::unique(ids).begin(), ids.end());
      if (ids.back() >= vocab_size_) {
        fail("allowed_token_ids", "allowed_token_ids contains out-of-vocab token id!");
      }
    }
    for (const std::string& word : request_.bad_words) {
      add_bad_word(sampling.bad_words, word);
      if (error_) return;
    }
  }

  /// A word at the beginning of a text and behind a space, where the space makes other tokens of
  /// it: only when as many, as in vLLM (SamplingParams.update_from_tokenizer).
  void add_bad_word(std::vector<std::vector<TokenId>>& words, std::string_view word) {
    word.remove_prefix(std::min(word.find_first_not_of(" \t\r\n\v\f"), word.size()));
    std::vector<TokenId> plain = tokenizer_.encode(word, {.add_special = false});
    std::vector<TokenId> spaced =
        tokenizer_.encode(" " + std::string(word), {.add_special = false});
    if (plain.empty()) {
      return fail("bad_words", "bad_words entries must tokenize to at least one token.");
    }
    const bool differs =
        !spaced.empty() && spaced.front() != plain.front() && spaced.size() == plain.size();
    words.push_back(std::move(plain));
    if (differs) words.push_back(std::move(spaced));
    if (words.size() > kMaxBadWordSequences) {
      fail("bad_words", fmt::format("Too many bad words after tokenization: {}. The max number is "
                                    "{}.",
                                    words.size(), kMaxBadWordSequences));
    }
  }

  void add_choices(const GenerationRequest& common, std::int64_t prompt) {
    for (std::int64_t i = 0; i < request_.n; ++i) {
      GenerationRequest& one = plan_.requests.emplace_back(common);
      one.prompt = plan_.prompts[static_cast<std::size_t>(prompt)];
      one.sampling.seed += static_cast<std::uint64_t>(i);
      // They are the same for all choices of a prompt, and cost as much for each; but a stream has
      // to send them with each one's beginning.
      if (i > 0 && !request_.stream) one.num_prompt_logprobs.reset();
      if (plan_.prompts.size() * static_cast<std::size_t>(request_.n) > 1) {
        one.name += fmt::format("-{}", prompt * request_.n + i);
      }
    }
  }

  const ApiRequest& request_;
  const Engine& engine_;
  const Tokenizer& tokenizer_;
  const std::int64_t vocab_size_;
  const std::int64_t max_logprobs_;
  GenerationPlan plan_;
  std::optional<ApiError> error_;
};

}  // namespace

std::variant<GenerationPlan, ApiError> plan_generation(const ApiRequest& request,
                                                       const Engine& engine,
                                                       std::int64_t max_logprobs,
                                                       const std::string& id, Time arrival) {
  return Planner(request, engine, max_logprobs).plan(id, arrival);
}

}  // namespace inferlab
