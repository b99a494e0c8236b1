#pragma once

#include <vector>

#include "sim/api/kind.h"

namespace inferlab::sim::kinds {

/// What kubectl shows of a HorizontalPodAutoscaler, written in version 2.
inline constexpr PrintColumn kHpaColumns[] = {
    {"Name", "string", "name"}, {"Reference", "string", ""}, {"Targets", "string", ""},
    {"MinPods", "string", ""},  {"MaxPods", "string", ""},   {"Replicas", "string", ""},
    {"Age", "string", ""}};
std::vector<Value> hpa_cells(const Value& object, Time now);

}  // namespace inferlab::sim::kinds
