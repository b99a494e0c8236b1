#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/store.h"

namespace inferlab::sim {

/// The kubelet's complaint about the first volume of a pod that cannot be mounted because its
/// ConfigMap or Secret does not exist ("MountVolume.SetUp failed for volume …"); nullopt: all can.
/// Other kinds of volumes are always there.
std::optional<std::string> volume_problem(const Value& pod_spec, std::string_view ns,
                                          const Store& store);

}  // namespace inferlab::sim
