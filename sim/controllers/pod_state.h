#pragma once

#include <optional>
#include <string_view>

#include "engine/base/time.h"
#include "sim/api/store.h"
#include "sim/api/views.h"

namespace inferlab::sim {

/// Neither at its end nor being deleted.
bool is_active(const PodView& pod);

/// When condition Ready last changed; nullopt without it.
std::optional<Time> ready_since(const StoredObject& pod);

/// Ready for at least `min_ready`. Source: Kubernetes documentation, spec.minReadySeconds.
bool is_available(const StoredObject& pod, Duration min_ready, Time now);

/// The condition of this type in status.conditions, or null.
const Value& condition_of(const Value& document, std::string_view type);

}  // namespace inferlab::sim
