#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/serve/api_types.h"
#include "engine/serve/generation.h"

namespace inferlab {

/// What all answers to one request have in common.
struct ResponseHead {
  ApiKind kind = ApiKind::kCompletion;
  std::string id;            ///< "cmpl-…" or "chatcmpl-…"
  std::string model;         ///< the name that the client used
  std::int64_t created = 0;  ///< seconds since 1970
  bool include_usage = false;
};

// JSON texts in the shapes of the OpenAI API. Text that is not UTF-8 comes out with U+FFFD.

std::string error_body(const ApiError& error);
std::string version_body(std::string_view version);
std::string models_body(const std::vector<std::string>& names, std::int64_t created,
                        std::int64_t max_model_len);
/// The answer as a whole.
std::string result_body(const ResponseHead& head, std::string_view text,
                        const GenerationResult& result);

/// The chunks of a stream, in order: role_chunk (chat only), text_chunk for each piece, end_chunk,
/// usage_chunk (with include_usage). sse() frames each; kSseDone ends the stream.
std::string role_chunk(const ResponseHead& head);
std::string text_chunk(const ResponseHead& head, std::string_view text);
std::string end_chunk(const ResponseHead& head, const GenerationResult& result);
std::string usage_chunk(const ResponseHead& head, const GenerationResult& result);
std::string sse(std::string_view json);
inline constexpr std::string_view kSseDone = "data: [DONE]\n\n";

}  // namespace inferlab
