// Vocabulary of tests/golden/serve: `chat <<END … END` and `completion <<END … END` read the text
// as the body of a request and print the error, as "400 FIELD: MESSAGE", or what was understood.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "engine/serve/api_request.h"
#include "tests/support/golden.h"

namespace inferlab {
namespace {

/// name=value for each, in order; those that say what a request without them says are left out.
class Fields {
 public:
  template <typename T>
  void add(const char* name, const T& value, const T& usual) {
    if (!(value == usual)) out_ += fmt::format(" {}={}", name, value);
  }
  template <typename T>
  void add(const char* name, const std::optional<T>& value) {
    if (value) out_ += fmt::format(" {}={}", name, *value);
  }
  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  std::string out_;
};

std::string prompts_of(const ApiRequest& request) {
  std::string out;
  for (const ChatMessage& message : request.messages) {
    out += fmt::format(" {}:\"{}\"", message.role, message.content);
  }
  for (const ApiPrompt& prompt : request.prompts) {
    out += prompt.ids ? fmt::format(" {}", *prompt.ids) : fmt::format(" \"{}\"", prompt.text);
  }
  return out;
}

void add_sampling(Fields& fields, const ApiRequest& request) {
  const SamplingParams& sampling = request.sampling;
  const SamplingParams usual;
  fields.add("temperature", sampling.temperature, usual.temperature);
  fields.add("top_p", sampling.top_p, usual.top_p);
  fields.add("top_k", sampling.top_k, usual.top_k);
  fields.add("min_p", sampling.min_p, usual.min_p);
  fields.add("presence_penalty", sampling.presence_penalty, usual.presence_penalty);
  fields.add("frequency_penalty", sampling.frequency_penalty, usual.frequency_penalty);
  fields.add("repetition_penalty", sampling.repetition_penalty, usual.repetition_penalty);
  if (request.has_seed) fields.add("seed", std::optional(sampling.seed));
  fields.add("logit_bias", request.logit_bias, {});
  fields.add("allowed_token_ids", request.allowed_token_ids);
  fields.add("bad_words", request.bad_words, {});
}

std::string understood(const ApiRequest& request) {
  Fields fields;
  fields.add("model", request.model, {});
  fields.add("request_id", request.request_id, {});
  fields.add("n", request.n, std::int64_t{1});
  fields.add("max_tokens", request.max_tokens);
  add_sampling(fields, request);
  fields.add("logprobs", request.logprobs);
  fields.add("prompt_logprobs", request.prompt_logprobs);
  fields.add("echo", request.echo, false);
  fields.add("truncate_prompt_tokens", request.truncate_prompt_tokens);
  fields.add("truncate_left", request.truncate_left, true);
  fields.add("stop", request.stop, {});
  fields.add("stop_token_ids", request.stop_token_ids, {});
  fields.add("include_stop", request.include_stop, false);
  fields.add("ignore_eos", request.ignore_eos, false);
  fields.add("min_tokens", request.min_tokens, std::int64_t{0});
  fields.add("skip_special_tokens", request.skip_special_tokens, true);
  fields.add("add_special_tokens", request.add_special_tokens, true);
  fields.add("return_token_ids", request.return_token_ids, false);
  fields.add("return_tokens_as_token_ids", request.return_tokens_as_token_ids);
  fields.add("priority", request.priority, 0);
  fields.add("cache_salt", request.cache_salt, {});
  fields.add("stream", request.stream, false);
  fields.add("include_usage", request.include_usage, false);
  fields.add("continuous_usage", request.continuous_usage, false);
  fields.add("chat.add_special_tokens", request.chat.add_special_tokens, false);
  fields.add("chat.add_generation_prompt", request.chat.add_generation_prompt, true);
  fields.add("chat.continue_final_message", request.chat.continue_final_message, false);
  fields.add("chat.tools", request.chat.tools, {});
  if (request.tool_choice) {
    fields.add("tool_choice", request.tool_choice->name, {});
    fields.add("structured", request.structured->text, {});
  }
  return fmt::format("ok{}{}\n", prompts_of(request), fields.text());
}

class RequestWorld final : public testing::GoldenWorld {
 public:
  std::string run(const testing::GoldenCommand& command) override {
    if (command.name != "chat" && command.name != "completion") {
      return "unknown command: " + command.name + "\n";
    }
    const ApiKind kind = command.name == "chat" ? ApiKind::kChat : ApiKind::kCompletion;
    const auto parsed = parse_api_request(kind, command.text);
    const auto* error = std::get_if<ApiError>(&parsed);
    if (error == nullptr) return understood(std::get<ApiRequest>(parsed));
    const std::string param = error->param.empty() ? "-" : error->param;
    return fmt::format("{} {}: {}\n", error->status, param, error->message);
  }
};

}  // namespace

TEST_CASE("golden: how requests are read") {
  for (const std::string& failure :
       testing::run_golden_cases("serve", [] { return std::make_unique<RequestWorld>(); })) {
    FAIL_CHECK(failure);
  }
}

}  // namespace inferlab
