#include "sim/node/gpu_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "sim/node/mig_profiles.h"

namespace inferlab::sim {
namespace {

using MigStrategy = GpuSharingSpec::MigStrategy;

/// CUDA's compute capabilities and the names of the families. Source: NVIDIA, "CUDA GPUs".
struct FamilyRow {
  std::string_view gpus;  // how the names of its GpuSpecs begin
  std::string_view family;
  int major, minor;
};
constexpr FamilyRow kFamilies[] = {
    {"T4", "turing", 7, 5},       {"A100", "ampere", 8, 0},
    {"A10G", "ampere", 8, 6},     {"L40S", "ada-lovelace", 8, 9},
    {"L4", "ada-lovelace", 8, 9}, {"RTX4090", "ada-lovelace", 8, 9},
    {"H100", "hopper", 9, 0},     {"H200", "hopper", 9, 0},
    {"B200", "blackwell", 10, 0}, {"RTXPRO6000", "blackwell", 12, 0},
};

class Writer {
 public:
  Writer(const NodeRuntime& node, Value::Object& labels) : node_(node), labels_(labels) {}

  void add(std::string_view key, std::string value) {
    labels_.push_back({fmt::format("nvidia.com/{}", key), std::move(value)});
  }
  void add(std::string_view key, std::int64_t value) { add(key, fmt::format("{}", value)); }

  /// What stands for every resource. `product` without the mark of sharing.
  void base(std::string_view resource, std::string product, std::size_t count,
            std::int64_t memory_bytes) {
    const GpuSharingSpec& sharing = node_.gpus.sharing();
    if (sharing.replicas > 1 && !sharing.renamed) product += "-SHARED";
    add(fmt::format("{}.product", resource), std::move(product));
    add(fmt::format("{}.count", resource), static_cast<std::int64_t>(count));
    add(fmt::format("{}.replicas", resource), sharing.replicas);
    add(fmt::format("{}.memory", resource), memory_bytes >> 20);
  }

  void instances(std::string_view resource, std::string_view profile_name, std::size_t count) {
    const MigCard& card = *mig_card_of(node_.gpu->name);
    const MigProfile& profile = *find_profile(card, profile_name);
    base(resource, fmt::format("NVIDIA-{}-MIG-{}", node_.gpu->name, profile_name), count,
         instance_spec(*node_.gpu, card, profile).memory_bytes);
    add(fmt::format("{}.multiprocessors", resource),
        std::min(profile.compute_slices * card.multiprocessors_slice, card.multiprocessors));
    add(fmt::format("{}.slices.gi", resource), profile.compute_slices);
    add(fmt::format("{}.slices.ci", resource), profile.compute_slices);
    add(fmt::format("{}.engines.copy", resource), profile.copy_engines);
  }

 private:
  const NodeRuntime& node_;
  Value::Object& labels_;
};

void add_family(Writer& writer, std::string_view gpu) {
  for (const FamilyRow& row : kFamilies) {
    if (!gpu.starts_with(row.gpus)) continue;
    writer.add("gpu.family", std::string(row.family));
    writer.add("gpu.compute.major", row.major);
    writer.add("gpu.compute.minor", row.minor);
    return;
  }
}

}  // namespace

void add_gpu_labels(const NodeRuntime& node, Value::Object& labels) {
  const std::vector<GpuCard>& cards = node.gpus.cards();
  // Nothing can be asked about the cards where there is no driver.
  if (node.gpu == nullptr || cards.empty() || !node.pool.driver.installed) return;
  const GpuSharingSpec& sharing = node.gpus.sharing();
  const bool is_cut = !cards.front().profiles.empty();
  Writer writer(node, labels);
  writer.add("gpu.present", std::string("true"));
  writer.add("gpu.sharing-strategy", std::string(sharing.replicas > 1 ? "time-slicing" : "none"));
  writer.add("mig.capable", std::string(mig_card_of(node.gpu->name) == nullptr ? "false" : "true"));
  add_family(writer, node.gpu->name);
  for (auto& [key, value] : driver_labels(node.pool.driver)) labels.push_back({key, value});
  if (is_cut && sharing.mig_strategy == MigStrategy::kSingle) {
    writer.add("mig.strategy", std::string("single"));
    writer.instances("gpu", cards.front().profiles.front(),
                     cards.size() * cards.front().profiles.size());
    return;
  }
  writer.base("gpu", "NVIDIA-" + node.gpu->name, cards.size(), node.gpu->memory_bytes);
  if (!is_cut) return;
  writer.add("mig.strategy", std::string("mixed"));
  std::map<std::string, std::size_t> counts;
  for (const std::string& profile : cards.front().profiles) counts[profile] += cards.size();
  for (const auto& [profile, count] : counts) {
    writer.instances("mig-" + profile, profile, count);
  }
}

}  // namespace inferlab::sim
