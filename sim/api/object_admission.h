#pragma once

#include <optional>

#include "sim/api/request.h"

namespace inferlab::sim {

/// What the API server's admission plugins do to objects that are no Pods: DefaultStorageClass,
/// StorageObjectInUseProtection, PersistentVolumeClaimResize, DefaultIngressClass, Priority (of the
/// PriorityClasses themselves). An answer means: refused.
std::optional<ApiResponse> admit_objects(Call& call, Value& object, const Value& old);

}  // namespace inferlab::sim
