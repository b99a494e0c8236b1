#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/node/kubelet_spec.h"

namespace inferlab::sim {

/// What the kubelet watches on its node. Source: Kubernetes documentation, "Node-pressure
/// Eviction"; allocatableMemory.available is what the Pods' own cgroup has left.
enum class Signal : std::uint8_t {
  kMemoryAvailable,
  kAllocatableMemoryAvailable,
  kNodeFsAvailable,
  kNodeFsInodesFree,
  kImageFsAvailable,
  kImageFsInodesFree,
  kPidAvailable,
};
inline constexpr std::size_t kNumSignals = 7;

struct SignalRow {
  Signal signal;
  std::string_view name;
  std::string_view condition;  // of the node, while a threshold of the signal is crossed
  std::string_view resource;   // as messages name what is short
};
/// In the order of the enumeration.
std::span<const SignalRow> signal_rows();
const SignalRow& row_of(Signal signal);

/// A quantity, or a share of the capacity.
struct ThresholdAmount {
  std::int64_t quantity = 0;
  std::optional<std::int64_t> millionths;
  [[nodiscard]] std::int64_t of(std::int64_t capacity) const;
};

struct Threshold {
  Signal signal = Signal::kMemoryAvailable;
  ThresholdAmount value;
  std::optional<ThresholdAmount> minimum_reclaim;
  Duration grace{};
  [[nodiscard]] bool hard() const { return grace == 0s; }
};

/// The thresholds of a configuration, hard ones first. kInvalid names the signal and says why.
Result<std::vector<Threshold>> thresholds_of(const KubeletSpec& spec);

struct Observation {
  std::int64_t available = 0, capacity = 0;
};
using Observations = std::array<Observation, kNumSignals>;  // by signal

}  // namespace inferlab::sim
