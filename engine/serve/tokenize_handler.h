#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/serve/api_types.h"
#include "engine/serve/engine.h"

namespace inferlab {

// POST /tokenize and /detokenize: the body of the answer, or an error. Source: vLLM,
// entrypoints/serve/tokenize/protocol.py.

std::variant<std::string, ApiError> tokenize_answer(const Engine& engine, std::string_view body);
std::variant<std::string, ApiError> detokenize_answer(const Engine& engine, std::string_view body);

}  // namespace inferlab
