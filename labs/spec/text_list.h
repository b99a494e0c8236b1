#pragma once

#include <string>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::labs {

/// The items of a list as texts, in its order; empty where `list` is null or no list.
[[nodiscard]] std::vector<std::string> text_list(const sim::Value& list);

}  // namespace inferlab::labs
