#pragma once

#include <string_view>
#include <variant>

#include "engine/serve/api_types.h"

namespace inferlab {

/// Reads a request body. Unknown fields are passed over, as vLLM does; null is as good as absent.
/// Fields that are known but that this engine cannot honour (n above 1, logprobs, tools, …) are
/// refused with 400: an answer that looks as asked for and is not would be worse.
/// Source: the OpenAI API reference and vLLM's documentation, "OpenAI-Compatible Server".
std::variant<ApiRequest, ApiError> parse_api_request(ApiKind kind, std::string_view body);

}  // namespace inferlab
