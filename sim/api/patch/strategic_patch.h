#pragma once

#include <string>

#include "engine/base/result.h"
#include "sim/api/schema.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// A strategic merge patch of an object of `type`: lists of objects with a merge key are merged by
/// it; $patch, $retainKeys, $deleteFromPrimitiveList and $setElementOrder are obeyed.
/// Source: Kubernetes documentation, "Strategic Merge Patch".
Result<Value> strategic_patch(const Type& type, const Value& target, const Value& patch);

/// A Value as Go prints a map with %v, "map[spec:map[replicas:2]]": so stand patches in messages.
std::string go_map_text(const Value& value);

}  // namespace inferlab::sim
