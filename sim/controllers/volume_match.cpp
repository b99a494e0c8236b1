#include "sim/controllers/volume_match.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

bool has_modes(const PersistentVolumeView& volume, const PersistentVolumeClaimView& claim) {
  return std::all_of(
      claim.access_modes.begin(), claim.access_modes.end(), [&volume](const std::string& mode) {
        return std::find(volume.access_modes.begin(), volume.access_modes.end(), mode) !=
               volume.access_modes.end();
      });
}

// What holds for volumes that are meant for a claim, too.
bool could_hold(const PersistentVolumeView& volume, const PersistentVolumeClaimView& claim) {
  return volume.capacity >= claim.request && volume.volume_mode == claim.volume_mode &&
         !volume.meta.deletion_timestamp;
}

bool is_free_for(const PersistentVolumeView& volume, const PersistentVolumeClaimView& claim) {
  return volume.claim_name.empty() && volume.phase == "Available" &&
         volume.storage_class == claim.storage_class.value_or("") &&
         (!claim.selector || claim.selector->matches(volume.meta.labels)) &&
         has_modes(volume, claim);
}

}  // namespace

bool is_bound_to(const PersistentVolumeView& volume, const StoredObject& claim) {
  return volume.claim_name == claim.key.name && volume.claim_namespace == claim.key.ns &&
         (volume.claim_uid.empty() ||
          volume.claim_uid == claim.document["metadata"]["uid"].as_string());
}

ObjectPtr best_volume(const StoredObject& claim, const Store& store, bool delayed) {
  const auto& wish = claim.view<PersistentVolumeClaimView>();
  ObjectPtr best;
  for (const ObjectPtr& object : store.list("persistentvolumes")) {
    const auto& volume = object->view<PersistentVolumeView>();
    if (!could_hold(volume, wish)) continue;
    if (is_bound_to(volume, claim) && has_modes(volume, wish)) return object;
    if (delayed || !is_free_for(volume, wish)) continue;
    if (best == nullptr) {
      best = object;
      continue;
    }
    const auto& before = best->view<PersistentVolumeView>();
    const std::size_t modes = volume.access_modes.size();
    if (modes < before.access_modes.size() ||
        (modes == before.access_modes.size() && volume.capacity < before.capacity)) {
      best = object;
    }
  }
  return best;
}

std::string why_unsatisfying(const PersistentVolumeView& volume,
                             const PersistentVolumeClaimView& claim) {
  if (volume.capacity < claim.request) return "requested PV is too small";
  if (volume.storage_class != claim.storage_class.value_or("")) {
    return "storageClassName does not match";
  }
  if (volume.volume_mode != claim.volume_mode) return "incompatible volumeMode";
  if (!has_modes(volume, claim)) return "incompatible accessMode";
  return {};
}

bool allows_many_nodes(const PersistentVolumeView& volume) {
  if (volume.access_modes.empty()) return true;
  return std::any_of(
      volume.access_modes.begin(), volume.access_modes.end(),
      [](const std::string& mode) { return mode == "ReadWriteMany" || mode == "ReadOnlyMany"; });
}

}  // namespace inferlab::sim
