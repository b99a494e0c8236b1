#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/serve/api_types.h"
#include "engine/serve/engine.h"

namespace inferlab {

/// POST /v1/load_lora_adapter: {"lora_name", "lora_path", "load_inplace"}; a sentence as the
/// answer. Source of fields and sentences: vLLM, entrypoints/openai/models/serving.py and
/// entrypoints/serve/lora/. Files that are no adapter of this model are 400 here, as in releases
/// before 0.10, and not 500: they are no fault of the server.
std::variant<std::string, ApiError> load_lora_answer(const Engine& engine, std::string_view body);

/// POST /v1/unload_lora_adapter: {"lora_name"}. Requests under way end with the adapter.
std::variant<std::string, ApiError> unload_lora_answer(const Engine& engine, std::string_view body);

}  // namespace inferlab
