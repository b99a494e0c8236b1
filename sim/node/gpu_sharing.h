#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim {

/// How NVIDIA's device plugin offers the GPUs of a node.
/// Source: NVIDIA/k8s-device-plugin, README ("Shared Access to GPUs", "MIG strategy").
struct GpuSharingSpec {
  enum class MigStrategy : std::uint8_t {
    kNone,    // whole cards
    kSingle,  // every card is cut alike: instances are nvidia.com/gpu
    kMixed,   // instances are nvidia.com/mig-1g.10gb …
  };
  MigStrategy mig_strategy = MigStrategy::kNone;
  std::vector<std::string> mig_profiles;  // of each card's instances: "3g.40gb", "1g.10gb" …
  int replicas = 1;                       // time slicing: each device is offered so many times
  bool renamed = false;                   // time-sliced devices are nvidia.com/gpu.shared
};

}  // namespace inferlab::sim
