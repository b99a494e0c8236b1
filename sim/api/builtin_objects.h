#pragma once

#include "sim/api/api.h"

namespace inferlab::sim {

/// Makes the objects that an API server makes for itself when it starts: the two system
/// PriorityClasses.
void create_builtin_objects(Api& api);

}  // namespace inferlab::sim
