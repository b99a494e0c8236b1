#pragma once

#include "sim/api/value.h"

namespace inferlab::sim {

/// events.k8s.io/v1: the same Events as those of the core group, with other names for some fields.
/// They are kept once, as core Events; requests and answers are converted.
/// Source: Kubernetes API reference, "Event v1 events"; pkg/apis/core/v1, conversion of Events.

/// A core Event as events.k8s.io shows it.
Value event_shown(const Value& stored);
/// A document of events.k8s.io in the words of the core group.
Value event_stored(const Value& shown);

}  // namespace inferlab::sim
