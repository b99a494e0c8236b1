#pragma once

#include "sim/api/kind.h"

namespace inferlab::sim {

/// Keys, sizes and immutability of ConfigMaps and Secrets. Kind::validate.
void validate_config_map(const Value& object, const Value& old, FieldErrors& errors);
void validate_secret(const Value& object, const Value& old, FieldErrors& errors);

}  // namespace inferlab::sim
