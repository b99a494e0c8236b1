// mig_profiles.cpp: which instances the cards can be cut into. Source: NVIDIA Multi-Instance GPU
// User Guide, "Supported MIG Profiles" and "Create GPU Instances" (possible placements).
#include "sim/node/mig_profiles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace inferlab::sim {
namespace {

// Memory slices at which an instance may begin: 1 slice: 0 to 6; 2 slices of one compute slice: 0,
// 2, 4, 6; 2g: 0, 2, 4; 3g: 0, 4; 4g and 7g: 0.
constexpr std::uint8_t kOne = 0b0111'1111;
constexpr std::uint8_t kOneWide = 0b0101'0101;
constexpr std::uint8_t kTwo = 0b0001'0101;
constexpr std::uint8_t kThree = 0b0001'0001;
constexpr std::uint8_t kFirst = 0b0000'0001;

constexpr MigProfile kA100Small[] = {
    {"1g.5gb", 1, 1, kOne, 1},    {"1g.10gb", 1, 2, kOneWide, 1}, {"2g.10gb", 2, 2, kTwo, 2},
    {"3g.20gb", 3, 4, kThree, 3}, {"4g.20gb", 4, 4, kFirst, 4},   {"7g.40gb", 7, 8, kFirst, 7},
};
constexpr MigProfile kEighty[] = {
    {"1g.10gb", 1, 1, kOne, 1},   {"1g.20gb", 1, 2, kOneWide, 1}, {"2g.20gb", 2, 2, kTwo, 2},
    {"3g.40gb", 3, 4, kThree, 3}, {"4g.40gb", 4, 4, kFirst, 4},   {"7g.80gb", 7, 8, kFirst, 7},
};
constexpr MigProfile kH200[] = {
    {"1g.18gb", 1, 1, kOne, 1},   {"1g.35gb", 1, 2, kOneWide, 1}, {"2g.35gb", 2, 2, kTwo, 2},
    {"3g.71gb", 3, 4, kThree, 3}, {"4g.71gb", 4, 4, kFirst, 4},   {"7g.141gb", 7, 8, kFirst, 8},
};
constexpr MigProfile kB200[] = {
    {"1g.23gb", 1, 1, kOne, 1},   {"1g.45gb", 1, 2, kOneWide, 1}, {"2g.45gb", 2, 2, kTwo, 2},
    {"3g.90gb", 3, 4, kThree, 3}, {"4g.90gb", 4, 4, kFirst, 4},   {"7g.180gb", 7, 8, kFirst, 8},
};
constexpr MigCard kCards[] = {
    {"A100-40GB", kA100Small, 108, 14}, {"A100-80GB", kEighty, 108, 14}, {"H100", kEighty, 132, 16},
    {"H200", kH200, 132, 16},           {"B200", kB200, 148, 18},
};

/// Tries every allowed beginning of one instance after the other; cards are small.
bool place_from(const std::vector<const MigProfile*>& profiles, std::size_t next,
                std::uint32_t taken, std::vector<int>& out) {
  if (next == profiles.size()) return true;
  const MigProfile& profile = *profiles[next];
  for (int start = 0; start < kMemorySlices; ++start) {
    if ((profile.starts >> start & 1) == 0) continue;
    const std::uint32_t slices = ((1U << profile.memory_slices) - 1) << start;
    if ((slices & taken) != 0) continue;
    out[next] = start;
    if (place_from(profiles, next + 1, taken | slices, out)) return true;
  }
  return false;
}

}  // namespace

const MigCard* mig_card_of(std::string_view gpu) {
  for (const MigCard& card : kCards) {
    if (gpu.starts_with(card.gpus)) return &card;
  }
  return nullptr;
}

const MigProfile* find_profile(const MigCard& card, std::string_view name) {
  for (const MigProfile& profile : card.profiles) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

Result<std::vector<int>> place_instances(std::string_view gpu,
                                         const std::vector<std::string>& profiles) {
  const MigCard* card = mig_card_of(gpu);
  if (card == nullptr) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: cannot be cut into MIG instances", gpu),
                 "A100, H100, H200 and B200 can"};
  }
  std::vector<std::string_view> names;
  for (const MigProfile& profile : card->profiles) names.push_back(profile.name);
  std::vector<const MigProfile*> wanted;
  int compute = 0;
  for (const std::string& name : profiles) {
    const MigProfile* profile = find_profile(*card, name);
    if (profile == nullptr) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: has no MIG profile \"{}\"", gpu, name),
                   fmt::format("one of {}", fmt::join(names, ", "))};
    }
    wanted.push_back(profile);
    compute += profile->compute_slices;
  }
  std::vector<int> out(wanted.size());
  if (compute > 7 || !place_from(wanted, 0, 0, out)) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: MIG instances {} do not fit on one card together", gpu,
                             fmt::join(profiles, ", ")),
                 "a card has seven compute and eight memory slices, and each profile its places"};
  }
  return out;
}

GpuSpec instance_spec(const GpuSpec& gpu, const MigCard& card, const MigProfile& profile) {
  GpuSpec out = gpu;
  out.name = fmt::format("{} MIG {}", gpu.name, profile.name);
  out.memory_bytes = gpu.memory_bytes / kMemorySlices * profile.memory_slices;
  out.memory_bandwidth = gpu.memory_bandwidth / kMemorySlices * profile.memory_slices;
  const int multiprocessors = profile.compute_slices * card.multiprocessors_slice;
  out.bf16_flops =
      gpu.bf16_flops / card.multiprocessors * std::min(multiprocessors, card.multiprocessors);
  return out;
}

}  // namespace inferlab::sim
