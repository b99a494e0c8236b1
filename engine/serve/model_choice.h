#pragma once

#include <memory>
#include <string>
#include <variant>

#include "engine/serve/api_types.h"
#include "engine/serve/engine.h"

namespace inferlab {

/// What the `model` of a request names: null for the model itself ("" is that too), else an
/// adapter. 404 for what is not served.
std::variant<std::shared_ptr<const ServedLora>, ApiError> choose_model(const Engine& engine,
                                                                       const std::string& name);

}  // namespace inferlab
