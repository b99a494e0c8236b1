#pragma once

#include <string>

#include "sim/api/json.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// A value as checks and events compare it with what a lab says: a text without its quotes, all
/// else as JSON.
inline std::string value_text(const sim::Value& value) {
  return value.is_string() ? value.str() : sim::to_json(value);
}

}  // namespace inferlab::labs
