#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/node/node_spec.h"

namespace inferlab::sim {

/// One way to cut an instance out of a card. A card has eight slices of memory and seven of
/// compute; where an instance may begin is fixed.
struct MigProfile {
  std::string_view name;  // "1g.10gb"
  int compute_slices = 0;
  int memory_slices = 0;
  std::uint8_t starts = 0;  // bit i: it may begin at memory slice i
  int copy_engines = 0;
};

struct MigCard {
  std::string_view gpus;  // how the names of its GpuSpecs begin: "A100-80GB"
  std::span<const MigProfile> profiles;
  int multiprocessors = 0;        // of the card
  int multiprocessors_slice = 0;  // of one compute slice
};
inline constexpr int kMemorySlices = 8;

/// nullptr: this GPU cannot be cut.
const MigCard* mig_card_of(std::string_view gpu);
const MigProfile* find_profile(const MigCard& card, std::string_view name);

/// Where on one card the instances come to lie, as memory slices, in the order of `profiles`;
/// kInvalid says which profile is unknown, or that they do not fit together.
Result<std::vector<int>> place_instances(std::string_view gpu,
                                         const std::vector<std::string>& profiles);

/// The GPU that a process in an instance sees: its share of memory, bandwidth and arithmetic.
GpuSpec instance_spec(const GpuSpec& gpu, const MigCard& card, const MigProfile& profile);

}  // namespace inferlab::sim
