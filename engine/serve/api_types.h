#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/model/sampler.h"
#include "engine/tokenizer/chat_template.h"

namespace inferlab {

enum class ApiKind : std::uint8_t { kCompletion, kChat };

/// The body of POST /v1/completions or /v1/chat/completions, checked for types and ranges; what
/// needs the model (names, lengths) is checked by whoever has it.
struct ApiRequest {
  ApiKind kind = ApiKind::kCompletion;
  std::string model;                  ///< "": the one that is served
  std::vector<ChatMessage> messages;  ///< of kChat
  std::string prompt_text;            ///< of kCompletion, unless prompt_ids
  std::optional<std::vector<TokenId>> prompt_ids;
  std::optional<std::int64_t> max_tokens;
  SamplingParams sampling;
  bool has_seed = false;
  std::vector<std::string> stop;
  bool stream = false;
  bool include_usage = false;  ///< stream_options.include_usage
  bool ignore_eos = false;
  std::int64_t min_tokens = 0;
  std::vector<TokenId> stop_token_ids;
  bool include_stop = false;  ///< include_stop_str_in_output
  std::int32_t priority = 0;
};

/// An answer that is an error: {"error": {"message", "type", "param", "code"}}.
struct ApiError {
  int status = 400;
  std::string message;
  std::string param = {};  ///< the field; "" is null
  std::string type = {};   ///< "": what goes with the status, as "BadRequestError"
};

/// "BadRequestError" for 400, "NotFoundError" for 404 and so on.
std::string_view error_type_for(int status);
/// The reason phrase: "Not Found".
std::string_view status_phrase(int status);
/// The HTTP status for the kind: 400, 404, 409, 429, 503.
ApiError api_error(const Error& error);

}  // namespace inferlab
