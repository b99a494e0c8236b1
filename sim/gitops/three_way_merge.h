#pragma once

#include "sim/api/kind.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The annotation that keeps what was applied last, as JSON.
inline constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/// `live` as client-side apply leaves it: what `target` states is so, what `original` stated and
/// `target` does not is gone, and the rest stays. Lists of objects with a merge key are merged by
/// it; those of custom resources, and lists without one, are `target`'s. `original` may be null.
/// Source: Kubernetes documentation, "Declarative Management of Kubernetes Objects Using
/// Configuration Files", "How apply calculates differences and merges changes".
Value three_way_merge(const Kind& kind, const Value& original, const Value& target,
                      const Value& live);

/// The JSON merge patch that makes `after` of `before`; an empty object where they are equal.
Value merge_patch_between(const Value& before, const Value& after);

}  // namespace inferlab::sim
