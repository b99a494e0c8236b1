#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "engine/serve/api_types.h"
#include "engine/serve/engine.h"

namespace inferlab {

/// GET /v1/models: the model under all its names, and its adapters. `created`: seconds since 1970.
std::string models_answer(const Engine& engine, std::int64_t created);

/// GET /v1/models/{id}: one of them; 404 for others.
std::variant<std::string, ApiError> model_answer(const Engine& engine, const std::string& name,
                                                 std::int64_t created);

}  // namespace inferlab
