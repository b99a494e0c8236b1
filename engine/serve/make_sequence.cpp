#include "engine/serve/make_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/rng.h"
#include "engine/serve/make_pooling_sequence.h"

namespace inferlab {
namespace {

/// Logits of a prompt's tokens that are held at once: a step takes no more of it than fit.
constexpr std::int64_t kMaxPromptLogitBytes = std::int64_t{64} * 1024 * 1024;

Result<void> check_ids(std::string_view field, std::span<const TokenId> ids,
                       std::int32_t vocab_size) {
  for (const TokenId id : ids) {
    if (id >= 0 && id < vocab_size) continue;
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: token id {} is out of the vocabulary of {} tokens", field, id,
                             vocab_size)};
  }
  return {};
}

Result<void> check_sampling(const SamplingParams& sampling, std::int32_t vocab_size) {
  INFERLAB_TRY_VOID(sampling.check());
  INFERLAB_TRY_VOID(check_ids("allowed_token_ids", sampling.allowed_token_ids, vocab_size));
  for (const std::vector<TokenId>& word : sampling.bad_words) {
    INFERLAB_TRY_VOID(check_ids("bad_words", word, vocab_size));
  }
  for (const auto& [id, bias] : sampling.logit_bias) {
    INFERLAB_TRY_VOID(check_ids("logit_bias", std::span(&id, 1), vocab_size));
  }
  return {};
}

Result<void> check_lengths(const GenerationRequest& request, std::int64_t max_model_len) {
  const auto num_prompt_tokens = std::ssize(request.prompt);
  const std::int64_t room = max_model_len - num_prompt_tokens;
  if (num_prompt_tokens == 0) {
    return Error{ErrorKind::kInvalid, "prompt: is empty", "send at least one token"};
  }
  if (room < 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("prompt: has {} tokens; this model's maximum context length is {} "
                             "tokens, output included",
                             num_prompt_tokens, max_model_len),
                 "shorten the prompt"};
  }
  if (request.max_tokens && *request.max_tokens < 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("max_tokens: must be at least 1, got {}", *request.max_tokens)};
  }
  if (request.max_tokens && *request.max_tokens > room) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("max_tokens: {} is too large: this model's maximum context length "
                             "is {} tokens and the prompt has {}",
                             *request.max_tokens, max_model_len, num_prompt_tokens),
                 fmt::format("ask for at most {}", room)};
  }
  const std::int64_t most = request.max_tokens.value_or(room);
  if (request.min_tokens < 0 || request.min_tokens > most) {
    return Error{ErrorKind::kInvalid, fmt::format("min_tokens: is {}, must be 0 to max_tokens={}",
                                                  request.min_tokens, most)};
  }
  if (request.timeout && *request.timeout <= Duration{}) {
    return Error{ErrorKind::kInvalid, "timeout: must be above 0"};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Sequence>> make_sequence(RequestId id, GenerationRequest&& request,
                                                Time arrival, const SequenceContext& context) {
  if (request.pooling.has_value() != (context.pooling != nullptr)) {
    return Error{ErrorKind::kInvalid, context.pooling != nullptr
                                          ? "The model does not support generation"
                                          : "The model does not support Embeddings API"};
  }
  if (request.pooling) return make_pooling_sequence(id, std::move(request), arrival, context);
  INFERLAB_TRY_VOID(check_sampling(request.sampling, context.vocab_size));
  INFERLAB_TRY_VOID(check_ids("prompt", request.prompt, context.vocab_size));
  INFERLAB_TRY_VOID(check_lengths(request, context.config->max_model_len));
  INFERLAB_TRY_VOID(check_ids("stop_token_ids", request.stop_token_ids, context.vocab_size));
  for (const std::string& stop : request.stop) {
    if (stop.empty()) return Error{ErrorKind::kInvalid, "stop: has an empty string"};
  }
  if (!request.has_seed) {
    request.sampling.seed = Rng(context.seed, "sampler", std::to_string(id)).next();
  }
  const auto num_prompt_tokens = std::ssize(request.prompt);
  const std::int64_t room = context.config->max_model_len - num_prompt_tokens;
  Sampler sampler(std::move(request.sampling), request.prompt);
  auto sequence = std::make_unique<Sequence>(
      Sequence{.request = Request{.id = id,
                                  .num_prompt_tokens = num_prompt_tokens,
                                  .max_tokens = request.max_tokens.value_or(room),
                                  .priority = request.priority,
                                  .skip_prefix_cache = request.num_prompt_logprobs.has_value(),
                                  .lora = request.lora ? request.lora->id : 0},
               .name = std::move(request.name),
               .tokens = std::move(request.prompt),
               .sampler = std::move(sampler),
               .decoder = StreamDecoder(*context.tokenizer, false, !request.skip_special_tokens),
               .stop = StopChecker(std::move(request.stop), request.include_stop),
               .ignore_eos = request.ignore_eos,
               .min_tokens = request.min_tokens,
               .stop_token_ids = std::move(request.stop_token_ids),
               .include_stop = request.include_stop,
               .prefix_hash = PrefixHash(context.config->block_size, std::move(request.cache_salt),
                                         request.lora ? request.lora->id : 0),
               .num_logprobs = request.num_logprobs,
               .num_prompt_logprobs = request.num_prompt_logprobs});
  if (request.num_prompt_logprobs) {
    sequence->request.max_tokens_per_step =
        std::max<std::int64_t>(1, kMaxPromptLogitBytes / (context.vocab_size * std::int64_t{4}));
  }
  sequence->lora = std::move(request.lora);
  if (request.grammar != nullptr) sequence->matcher.emplace(std::move(request.grammar));
  if (request.timeout) sequence->deadline = arrival + *request.timeout;
  if (sequence->min_tokens > 0) {
    sequence->not_before_min_tokens = sequence->stop_token_ids;
    for (TokenId token = 0; token < context.tokenizer->size(); ++token) {
      if (context.tokenizer->is_end(token)) sequence->not_before_min_tokens.push_back(token);
    }
  }
  return sequence;
}

}  // namespace inferlab
