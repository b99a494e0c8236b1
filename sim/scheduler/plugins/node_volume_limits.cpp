// NodeVolumeLimits: a CSI driver attaches so many volumes to a node, as its CSINode says.
// Source: Kubernetes documentation, "Node-specific Volume Limits"; kube-scheduler,
// NodeVolumeLimits.
#include <map>

#include "sim/scheduler/plugins/plugins.h"
#include "sim/scheduler/plugins/volumes.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kName = "NodeVolumeLimits";

// Volumes by driver and what tells them apart.
using Attached = std::map<std::pair<std::string, std::string>, std::int64_t>;

struct Volumes final : CycleState::Data {
  const Store* store = nullptr;
  std::vector<CsiVolume> own;
  std::map<std::size_t, Attached> by_slot;                            // nodes with limits alone
  std::map<std::size_t, std::map<std::string, std::int64_t>> limits;  // by slot and driver
};

void count(Volumes& volumes, std::size_t slot, const PodInfo& other, std::int64_t by) {
  const auto found = volumes.by_slot.find(slot);
  if (found == volumes.by_slot.end() || other.spec->claims.empty()) return;
  for (const CsiVolume& volume : csi_volumes(other, *volumes.store)) {
    found->second[{volume.driver, volume.handle}] += by;
  }
}

class NodeVolumeLimits final : public Plugin {
 public:
  std::string_view name() const override { return kName; }
  bool reads_notes() const override { return true; }
  Reach filter_reach() const override { return Reach::kCluster; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kVolume | ClusterEvent::kNodeAdd | ClusterEvent::kPodDelete;
  }

  Status pre_filter(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    if (pod.spec->claims.empty()) return Status::skip();
    auto volumes = std::make_unique<Volumes>();
    volumes->store = &cluster.store;
    volumes->own = csi_volumes(pod, cluster.store);
    if (volumes->own.empty()) return Status::skip();
    for (const NodeInfo* node : cluster.nodes) {
      const ObjectPtr csi = cluster.store.get({"csinodes.storage.k8s.io", "", node->name});
      if (csi == nullptr) continue;
      for (const Value& driver : csi->document["spec"]["drivers"].items()) {
        if (!driver["allocatable"].has("count")) continue;
        volumes->limits[node->slot][driver["name"].str()] = driver["allocatable"]["count"].as_int();
      }
      if (!volumes->limits.contains(node->slot)) continue;
      volumes->by_slot[node->slot];
      for (const auto& [uid, other] : node->pods) count(*volumes, node->slot, *other, 1);
    }
    if (volumes->limits.empty()) return Status::skip();
    state.put(kName, std::move(volumes));
    return Status::success();
  }

  void pod_added(CycleState& state, const PodInfo& /*pod*/, const PodInfo& other,
                 const NodeInfo& node) const override {
    if (Volumes* volumes = state.change<Volumes>(kName)) count(*volumes, node.slot, other, 1);
  }
  void pod_removed(CycleState& state, const PodInfo& /*pod*/, const PodInfo& other,
                   const NodeInfo& node) const override {
    if (Volumes* volumes = state.change<Volumes>(kName)) count(*volumes, node.slot, other, -1);
  }

  Status filter_at(const CycleState& state, const PodInfo& /*pod*/,
                   std::size_t slot) const override {
    const Volumes& volumes = *state.get<Volumes>(kName);
    const auto limits = volumes.limits.find(slot);
    if (limits == volumes.limits.end()) return Status::success();
    std::map<std::string, std::int64_t> attached;
    for (const auto& [volume, uses] : volumes.by_slot.at(slot)) {
      if (uses > 0) ++attached[volume.first];
    }
    std::map<std::string, std::int64_t> more;  // that are not attached yet
    for (const CsiVolume& volume : volumes.own) {
      const Attached& there = volumes.by_slot.at(slot);
      const auto found = there.find({volume.driver, volume.handle});
      if (found == there.end() || found->second <= 0) ++more[volume.driver];
    }
    for (const auto& [driver, number] : more) {
      const auto limit = limits->second.find(driver);
      if (limit != limits->second.end() && attached[driver] + number > limit->second) {
        return Status::unschedulable("node(s) exceed max volume count");
      }
    }
    return Status::success();
  }
};

}  // namespace

std::unique_ptr<Plugin> make_node_volume_limits(const SchedulerProfile& /*profile*/) {
  return std::make_unique<NodeVolumeLimits>();
}

}  // namespace inferlab::sim
