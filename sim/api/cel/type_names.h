#pragma once

#include <string_view>

#include "sim/api/cel/type.h"

namespace inferlab::sim::cel {

/// The type that a name stands for by itself, as in `type(x) == int`; nullptr for all other names.
const Type* type_named(std::string_view name);

}  // namespace inferlab::sim::cel
