#pragma once

#include "sim/api/cel/val.h"

namespace inferlab::sim::cel {

/// a + b of a list whose schema says x-kubernetes-list-type: set (what b has and a has not comes
/// behind) or map (an item of b replaces the one of a with the same keys).
/// Source: Kubernetes documentation, "Validation rules", on merge semantics of list types.
Val merge_lists(const Val& a, const Val& b, Work& work);

}  // namespace inferlab::sim::cel
