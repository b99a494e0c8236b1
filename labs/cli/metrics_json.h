#pragma once

#include <string>
#include <string_view>

#include "sim/api/value.h"

namespace inferlab::labs {

/// What stands on a line of Prometheus' text format that is no comment:
/// {"name", "labels": {NAME: VALUE}, "value"}. A value that JSON has no number for is a text, "NaN"
/// or "+Inf". Null: it is no such line.
sim::Value sample_json(std::string_view line);

}  // namespace inferlab::labs
