#include "sim/node/gpu_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "sim/node/mig_profiles.h"

namespace inferlab::sim {
namespace {

std::string resource_of(const GpuSharingSpec& sharing, std::string_view profile) {
  const bool is_own_kind =
      sharing.mig_strategy == GpuSharingSpec::MigStrategy::kMixed && !profile.empty();
  std::string name = is_own_kind ? fmt::format("nvidia.com/mig-{}", profile) : "nvidia.com/gpu";
  if (sharing.replicas > 1 && sharing.renamed) name += ".shared";
  return name;
}

}  // namespace

GpuSet::GpuSet(const GpuSpec* gpu, const GpuSharingSpec& sharing,
               const std::vector<std::string>& uuids,
               const std::vector<std::string>& instance_uuids, int num_numa_nodes,
               bool is_plugin_built_in)
    : sharing_(sharing), plugin_(is_plugin_built_in), num_numa_nodes_(num_numa_nodes) {
  const bool is_cut =
      sharing.mig_strategy != GpuSharingSpec::MigStrategy::kNone && !sharing.mig_profiles.empty();
  cards_.reserve(uuids.size());
  std::size_t next_instance = 0;
  for (const std::string& uuid : uuids) {
    INFERLAB_CHECK(gpu != nullptr);
    GpuCard& card = cards_.emplace_back();
    card.uuid = uuid;
    card.numa_node = static_cast<int>((cards_.size() - 1) * num_numa_nodes / uuids.size());
    if (!is_cut) {
      card.devices.push_back(std::make_unique<GpuDevice>(uuid, *gpu));
      continue;
    }
    const MigCard* kind = mig_card_of(gpu->name);
    INFERLAB_CHECK(kind != nullptr && place_instances(gpu->name, sharing.mig_profiles));
    card.profiles = sharing.mig_profiles;
    for (const std::string& name : card.profiles) {
      card.devices.push_back(
          std::make_unique<GpuDevice>(instance_uuids.at(next_instance++),
                                      instance_spec(*gpu, *kind, *find_profile(*kind, name))));
    }
  }
  for (GpuCard& card : cards_) {
    for (std::size_t i = 0; i < card.devices.size(); ++i) {
      offer(card, *card.devices[i],
            resource_of(sharing_, card.profiles.empty() ? "" : card.profiles[i]));
    }
  }
}

void GpuSet::offer(GpuCard& card, GpuDevice& device, const std::string& resource) {
  if (sharing_.replicas <= 1) {
    slots_.push_back({resource, device.id(), &card, &device, true, {}});
    return;
  }
  device.set_shared(true);
  for (int i = 0; i < sharing_.replicas; ++i) {
    slots_.push_back({resource, fmt::format("{}::{}", device.id(), i), &card, &device, true, {}});
  }
}

std::optional<std::vector<const GpuSet::Slot*>> GpuSet::take(std::string_view owner,
                                                             std::string_view resource, int count,
                                                             std::optional<NumaMask> near) {
  if (available(resource) < count) return std::nullopt;
  std::vector<const Slot*> taken;
  const auto users = [this](const GpuDevice* device) {
    return std::count_if(slots_.begin(), slots_.end(), [&](const Slot& slot) {
      return slot.device == device && !slot.owner.empty();
    });
  };
  const auto is_near = [&](const Slot& slot) {
    return !near || (*near >> slot.card->numa_node & 1) != 0;
  };
  while (static_cast<int>(taken.size()) < count) {
    Slot* best = nullptr;
    for (Slot& slot : slots_) {
      if (slot.resource != resource || !slot.owner.empty() || !slot.healthy) continue;
      const bool is_better =
          best == nullptr || (is_near(slot) && !is_near(*best)) ||
          (is_near(slot) == is_near(*best) && users(slot.device) < users(best->device));
      if (is_better) best = &slot;
    }
    best->owner = std::string(owner);
    taken.push_back(best);
  }
  return taken;
}

ResourceHints GpuSet::hints(std::string_view resource, int count) const {
  if (count == 0) return std::nullopt;
  std::vector<std::int64_t> all(static_cast<std::size_t>(num_numa_nodes_));
  std::vector<std::int64_t> free(all.size());
  for (const Slot& slot : slots_) {
    if (slot.resource != resource) continue;
    const auto node = static_cast<std::size_t>(slot.card->numa_node);
    ++all[node];
    if (slot.owner.empty() && slot.healthy) ++free[node];
  }
  return hints_of(count, all, free);
}

void GpuSet::release(std::string_view owner) {
  for (Slot& slot : slots_) {
    if (slot.owner == owner) slot.owner.clear();
  }
}

int GpuSet::available(std::string_view resource) const {
  if (!plugin_.offers()) return 0;
  return static_cast<int>(std::count_if(slots_.begin(), slots_.end(), [&](const Slot& slot) {
    return slot.resource == resource && slot.owner.empty() && slot.healthy;
  }));
}

std::map<std::string, int> GpuSet::capacity() const {
  std::map<std::string, int> out;
  if (!plugin_.ever_registered()) return out;
  for (const Slot& slot : slots_) out[slot.resource] += plugin_.counts_to_capacity() ? 1 : 0;
  return out;
}

std::map<std::string, int> GpuSet::allocatable() const {
  std::map<std::string, int> out;
  if (!plugin_.ever_registered()) return out;
  for (const Slot& slot : slots_) {
    out[slot.resource] += slot.healthy && plugin_.offers() ? 1 : 0;
  }
  return out;
}

void GpuSet::note_xid(GpuCard& card, int instance, const XidRow& xid) {
  card.last_xid = xid.code;
  if (xid.code == 48) ++card.double_bit_errors;
  if (xid.code == 92) ++card.single_bit_errors;
  if (xid.code == 63) ++card.remapped_rows;
  const bool is_lost =
      xid.scope == XidScope::kGpu || xid.scope == XidScope::kLinks || xid.scope == XidScope::kBus;
  card.off_the_bus = card.off_the_bus || xid.scope == XidScope::kBus;
  for (std::size_t i = 0; i < card.devices.size(); ++i) {
    // What takes the card takes all of its instances; else only the one that was hit.
    if (!is_lost && instance >= 0 && static_cast<int>(i) != instance) continue;
    if (is_lost) card.devices[i]->set_usable(false);
    if (xid.ignored) continue;
    for (Slot& slot : slots_) {
      if (slot.device == card.devices[i].get()) slot.healthy = false;
    }
  }
}

void GpuSet::heal(GpuCard& card) {
  card.last_xid = 0;
  card.off_the_bus = false;
  for (const auto& device : card.devices) {
    device->set_usable(true);
    device->set_clock(1);
  }
  for (Slot& slot : slots_) {
    if (slot.card == &card) slot.healthy = true;
  }
}

}  // namespace inferlab::sim
