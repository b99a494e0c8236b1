#pragma once

#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

/// object.key or object[key]. `optional`: of object.?key, which is an optional and no error where
/// there is nothing. Of an optional object the result is optional too.
Val qualify(const Val& object, const Val& key, bool optional);

/// has(object.key).
Val has_key(const Val& object, const Val& key);

}  // namespace inferlab::sim::cel
