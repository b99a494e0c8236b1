#pragma once

#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

/// What a plain YAML scalar means, by the rules of gopkg.in/yaml.v2 (YAML 1.1): null, a bool, a
/// number, or a string. Numbers that are neither finite nor writable in JSON stay strings.
Value plain_yaml_scalar(std::string_view text);

}  // namespace inferlab::sim
