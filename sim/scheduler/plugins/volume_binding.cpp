// VolumeBinding: the claims of a Pod must be there and bound, to volumes that the node reaches, or
// wait for the Pod and find volumes on the node.
// Source: Kubernetes documentation, "Persistent Volumes", "Volume binding mode"; kube-scheduler,
// VolumeBinding.
#include <algorithm>

#include "sim/scheduler/plugins/plugins.h"
#include "sim/scheduler/plugins/volumes.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kName = "VolumeBinding";

// What a node lacks, by slot: reasons of its refusal.
struct Lacks final : CycleState::Data {
  std::vector<std::vector<std::string>> by_slot;
};

class VolumeBinding final : public Plugin {
 public:
  std::string_view name() const override { return kName; }
  Reach filter_reach() const override { return Reach::kCluster; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kVolume | ClusterEvent::kNodeAdd | ClusterEvent::kNodeLabel |
           ClusterEvent::kPodUpdate;
  }

  Status pre_filter(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    if (pod.spec->claims.empty()) return Status::skip();
    const PodClaims found = claims_of(pod, cluster.store);
    if (!found.trouble.empty()) return Status::unresolvable(found.trouble);
    const bool immediate =
        std::any_of(found.claims.begin(), found.claims.end(),
                    [](const PodClaim& claim) { return !claim.bound && !claim.waits; });
    if (immediate) {
      return Status::unresolvable("pod has unbound immediate PersistentVolumeClaims");
    }
    auto lacks = std::make_unique<Lacks>();
    lacks->by_slot.resize(cluster.pods.num_slots());
    for (const NodeInfo* node : cluster.nodes) {
      lacks->by_slot[node->slot] = lacking(found.claims, *node, cluster.store);
    }
    state.put(kName, std::move(lacks));
    return Status::success();
  }

  Status filter_at(const CycleState& state, const PodInfo& /*pod*/,
                   std::size_t slot) const override {
    const std::vector<std::string>& reasons = state.get<Lacks>(kName)->by_slot[slot];
    return reasons.empty() ? Status::success() : Status::unresolvable(reasons);
  }

 private:
  static std::vector<std::string> lacking(const std::vector<PodClaim>& claims, const NodeInfo& node,
                                          const Store& store) {
    std::vector<std::string> reasons;
    const PodClaim* bad = nullptr;  // the first bound one that cannot be had here
    for (const PodClaim& claim : claims) {
      if (!claim.bound || (claim.volume != nullptr && reaches(*claim.volume, node))) continue;
      bad = &claim;
      break;
    }
    if (bad != nullptr && bad->volume != nullptr) {
      reasons.emplace_back("node(s) had volume node affinity conflict");
    }
    if (!can_be_bound(claims, node, store)) {
      reasons.emplace_back("node(s) didn't find available persistent volumes to bind");
    }
    if (bad != nullptr && bad->volume == nullptr) {
      reasons.emplace_back(
          "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
    }
    return reasons;
  }
};

}  // namespace

std::unique_ptr<Plugin> make_volume_binding(const SchedulerProfile& /*profile*/) {
  return std::make_unique<VolumeBinding>();
}

}  // namespace inferlab::sim
