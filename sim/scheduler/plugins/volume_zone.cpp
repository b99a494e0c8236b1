// VolumeZone: a volume that is labelled with a zone or region keeps Pods there.
// Source: Kubernetes documentation, "Well-Known Labels", topology.kubernetes.io/zone;
// kube-scheduler, VolumeZone.
#include <algorithm>

#include "sim/scheduler/plugins/plugins.h"
#include "sim/scheduler/plugins/volumes.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kName = "VolumeZone";
// The old name of each, and the one that took its place.
constexpr std::pair<const char*, const char*> kKeys[] = {
    {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
    {"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"},
    {"topology.kubernetes.io/zone", "topology.kubernetes.io/zone"},
    {"topology.kubernetes.io/region", "topology.kubernetes.io/region"},
};

struct Places final : CycleState::Data {
  struct Place {
    std::string key, other_key;
    std::set<std::string> values;
  };
  std::vector<Place> places;
  std::vector<char> refused;  // by slot
};

// "a__b" stands for both.
std::set<std::string> zones_in(std::string_view label) {
  constexpr std::string_view kBetween = "__";
  std::set<std::string> out;
  while (true) {
    const std::size_t end = label.find(kBetween);
    out.emplace(label.substr(0, end));
    if (end == std::string_view::npos) return out;
    label.remove_prefix(end + kBetween.size());
  }
}

void add_places(const StoredObject& volume, std::vector<Places::Place>& out) {
  const Value& labels = volume.document["metadata"]["labels"];
  for (const auto& [key, other] : kKeys) {
    if (!labels.has(key)) continue;
    out.push_back({key, other, zones_in(labels[key].as_string())});
  }
}

bool is_there(const Places& places, const NodeInfo& node) {
  const Labels& labels = node.view().meta.labels;
  // A node that says nothing of zones is in all of them.
  const bool says = std::any_of(std::begin(kKeys), std::end(kKeys),
                                [&labels](const auto& key) { return labels.contains(key.first); });
  if (!says) return true;
  return std::all_of(places.places.begin(), places.places.end(), [&](const Places::Place& place) {
    auto label = labels.find(place.key);
    if (label == labels.end()) label = labels.find(place.other_key);
    return label != labels.end() && place.values.contains(label->second);
  });
}

class VolumeZone final : public Plugin {
 public:
  std::string_view name() const override { return kName; }
  bool reads_notes() const override { return true; }
  Reach filter_reach() const override { return Reach::kCluster; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kVolume | ClusterEvent::kNodeAdd | ClusterEvent::kNodeLabel;
  }

  Status pre_filter(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    auto places = std::make_unique<Places>();
    for (const Value& volume : pod.object->document["spec"]["volumes"].items()) {
      const Value* source = volume.find("persistentVolumeClaim");
      if (source == nullptr) continue;
      const std::string name = (*source)["claimName"].str();
      const ObjectPtr claim = cluster.store.get({"persistentvolumeclaims", pod.ns, name});
      if (claim == nullptr) return Status::unresolvable(claim_not_found(name));
      const std::string volume_name = claim->document["spec"]["volumeName"].str();
      if (volume_name.empty()) continue;  // it waits for the Pod: VolumeBinding has seen to that
      const ObjectPtr found = cluster.store.get({"persistentvolumes", "", volume_name});
      if (found == nullptr) {
        return Status::unresolvable("persistentvolume \"" + volume_name + "\" not found");
      }
      add_places(*found, places->places);
    }
    if (places->places.empty()) return Status::skip();
    places->refused.assign(cluster.pods.num_slots(), 0);
    for (const NodeInfo* node : cluster.nodes) {
      places->refused[node->slot] = is_there(*places, *node) ? 0 : 1;
    }
    state.put(kName, std::move(places));
    return Status::success();
  }

  Status filter_at(const CycleState& state, const PodInfo& /*pod*/,
                   std::size_t slot) const override {
    if (state.get<Places>(kName)->refused[slot] == 0) return Status::success();
    return Status::unresolvable("node(s) had no available volume zone");
  }
};

}  // namespace

std::unique_ptr<Plugin> make_volume_zone(const SchedulerProfile& /*profile*/) {
  return std::make_unique<VolumeZone>();
}

}  // namespace inferlab::sim
