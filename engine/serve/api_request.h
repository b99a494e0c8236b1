#pragma once

#include <string_view>
#include <variant>

#include "engine/serve/api_types.h"

namespace inferlab {

/// Reads a request body. Unknown fields are passed over, as vLLM does; null is as good as absent.
/// Fields that vLLM knows but that this engine cannot honour (beam search, structured outputs, …)
/// are refused with 400: an answer that looks as asked for and is not would be worse.
/// Sources: the OpenAI API reference; vLLM, entrypoints/openai/*/protocol.py and
/// sampling_params.py, whose sentences are used where a field's value is refused.
std::variant<ApiRequest, ApiError> parse_api_request(ApiKind kind, std::string_view body);

}  // namespace inferlab
