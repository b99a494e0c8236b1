#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/model/sampler.h"
#include "engine/structured/structured_spec.h"
#include "engine/tokenizer/chat_template.h"

namespace inferlab {

enum class ApiKind : std::uint8_t { kCompletion, kChat };

/// A prompt of a completion: token ids, or text.
struct ApiPrompt {
  std::string text = {};
  std::optional<std::vector<TokenId>> ids = {};
};

/// How a conversation becomes a prompt.
struct ChatPromptOptions {
  bool add_special_tokens = false;  ///< BOS on top of what the template writes
  bool add_generation_prompt = true;
  /// The last message stays open, and the answer goes on with it.
  bool continue_final_message = false;
  /// The `tools` of the request, a JSON array; empty: none. For templates that know tools.
  std::string tools = {};
};

/// A call of a tool that the answer must be.
struct ToolChoice {
  std::string name;  ///< of the function; "": any of the request's, one or more ("required")
  [[nodiscard]] bool is_named() const { return !name.empty(); }
};

/// The body of POST /v1/completions or /v1/chat/completions, checked for types and ranges; what
/// needs the model (names, lengths, the vocabulary) is checked by make_generation().
struct ApiRequest {
  ApiKind kind = ApiKind::kCompletion;
  std::string model;                                     ///< "": the one that is served
  std::optional<structured::StructuredSpec> structured;  ///< what the answer must look like
  std::vector<ChatMessage> messages;                     ///< of kChat
  ChatPromptOptions chat;                                ///< of kChat
  std::optional<ToolChoice> tool_choice;                 ///< of kChat; `structured` goes with it
  std::vector<ApiPrompt> prompts;                        ///< of kCompletion, at least one
  bool add_special_tokens = true;                        ///< of kCompletion
  std::int64_t n = 1;                                    ///< choices for each prompt
  std::optional<std::int64_t> max_tokens;                ///< 0 only with echo
  /// Without what the vocabulary decides: logit_bias, allowed_token_ids and bad_words are below.
  SamplingParams sampling;
  bool has_seed = false;
  std::vector<std::pair<TokenId, float>> logit_bias;
  std::optional<std::vector<TokenId>> allowed_token_ids;
  std::vector<std::string> bad_words;
  std::optional<std::int64_t> logprobs;  ///< likeliest tokens beside each output token; -1: all
  std::optional<std::int64_t> prompt_logprobs;  ///< the same of the prompt
  bool echo = false;  ///< the prompt (kChat: the last message, if it is an assistant's) comes first
  std::optional<std::int64_t> truncate_prompt_tokens;  ///< -1: to what fits
  bool truncate_left = true;
  std::vector<std::string> stop;
  std::vector<TokenId> stop_token_ids;
  bool include_stop = false;  ///< include_stop_str_in_output
  bool ignore_eos = false;
  std::int64_t min_tokens = 0;
  bool skip_special_tokens = true;
  bool return_token_ids = false;
  std::optional<bool> return_tokens_as_token_ids;  ///< none: as the server was told
  std::int32_t priority = 0;
  std::string cache_salt;
  std::string request_id;
  bool stream = false;
  bool include_usage = false;     ///< stream_options.include_usage
  bool continuous_usage = false;  ///< and in each chunk
};

/// An answer that is an error: {"error": {"message", "type", "param", "code"}}.
struct ApiError {
  int status = 400;
  std::string message;
  std::string param = {};  ///< the field; "" is null
  std::string type = {};   ///< "": what goes with the status, as "BadRequestError"
  int retry_after = 0;     ///< seconds; 0: none, but of 429 and 503 as set_error() has it
};

/// "BadRequestError" for 400, "NotFoundError" for 404 and so on.
std::string_view error_type_for(int status);
/// The reason phrase: "Not Found".
std::string_view status_phrase(int status);
/// The HTTP status for the kind: 400, 404, 409, 429, 503.
ApiError api_error(const Error& error);
/// 404, as vLLM says it.
ApiError unknown_model(const std::string& name);
/// 503, of a server that drains or stops.
ApiError shutting_down();
/// 504, of a request that the client's deadline has ended.
ApiError timed_out();

}  // namespace inferlab
