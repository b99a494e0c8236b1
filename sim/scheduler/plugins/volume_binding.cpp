// VolumeBinding: the claims of a Pod must be there and bound, to volumes that the node reaches, or
// wait for the Pod and find volumes on the node.
// Source: Kubernetes documentation, "Persistent Volumes", "Volume binding mode"; kube-scheduler,
// VolumeBinding.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scheduler/plugins/plugins.h"
#include "sim/scheduler/plugins/volumes.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kName = "VolumeBinding";
constexpr std::string_view kUser = "system:kube-scheduler";
constexpr const char* kSelectedNode = "volume.kubernetes.io/selected-node";
constexpr Duration kBindTimeout = 600s;  // VolumeBindingArgs.bindTimeoutSeconds

// What a node lacks, by slot: reasons of its refusal.
struct Lacks final : CycleState::Data {
  std::vector<std::vector<std::string>> by_slot;
};

class VolumeBinding final : public Plugin {
 public:
  std::string_view name() const override { return kName; }
  bool reads_notes() const override { return true; }
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

  /// Claims that have waited for this Pod are told its node, or given a volume; then all of them
  /// have to be bound, which is the volume binder's work.
  Status pre_bind(Api& api, const PodInfo& pod, const NodeInfo& node,
                  Duration waited) const override {
    if (pod.spec->claims.empty()) return Status::success();
    const PodClaims found = claims_of(pod, api.store());
    if (!found.trouble.empty()) return Status::error("binding volumes: " + found.trouble);
    if (waited == 0s) {
      const auto chosen = choose_volumes(found.claims, node, api.store());
      if (!chosen) return Status::error("binding volumes: the volumes chosen are taken");
      for (const VolumeChoice& one : *chosen) {
        const ApiResponse answer = one.volume == nullptr
                                       ? select_node(api, *one.claim, node.name)
                                       : reserve_volume(api, *one.claim, *one.volume);
        if (!answer.ok()) {
          return Status::error(fmt::format("binding volumes: {}", answer.message()));
        }
      }
    }
    for (const PodClaim& claim : found.claims) {
      if (claim.bound && claim.volume != nullptr && !reaches(*claim.volume, node)) {
        return Status::error(fmt::format(
            "binding volumes: pv \"{}\" node affinity doesn't match node \"{}\": no matching "
            "NodeSelectorTerms",
            claim.volume->key.name, node.name));
      }
      if (claim.bound) continue;
      if (waited >= kBindTimeout) {
        return Status::error("binding volumes: context deadline exceeded");
      }
      // Who provisions may take the node back when nothing can be made there.
      const Value& annotations = claim.object->document["metadata"]["annotations"];
      const bool dropped = waited > 0s && claim.waits && !annotations.has(kSelectedNode) &&
                           !is_reserved_for(*claim.object, api.store());
      if (dropped) {
        return Status::error(
            fmt::format("binding volumes: selectedNode annotation reset for PVC \"{}\"",
                        claim.object->key.name));
      }
      return Status::wait();
    }
    return Status::success();
  }

 private:
  static ApiResponse select_node(Api& api, const StoredObject& claim, const std::string& node) {
    const Value annotations = Value::object({{kSelectedNode, Value(node)}});
    return api.merge_patch(
        claim.key, "", Value::object({{"metadata", Value::object({{"annotations", annotations}})}}),
        kUser);
  }

  static ApiResponse reserve_volume(Api& api, const StoredObject& claim,
                                    const StoredObject& volume) {
    const Value& meta = claim.document["metadata"];
    const Value reference = Value::object({{"apiVersion", "v1"},
                                           {"kind", "PersistentVolumeClaim"},
                                           {"name", meta["name"]},
                                           {"namespace", meta["namespace"]},
                                           {"resourceVersion", meta["resourceVersion"]},
                                           {"uid", meta["uid"]}});
    Value patch = Value::object({{"spec", Value::object({{"claimRef", reference}})}});
    if (volume.document["spec"]["claimRef"].is_null()) {
      patch = patch.with_path({"metadata", "annotations", "pv.kubernetes.io/bound-by-controller"},
                              "yes");
    }
    return api.merge_patch(volume.key, "", std::move(patch), kUser);
  }

  static bool is_reserved_for(const StoredObject& claim, const Store& store) {
    const std::vector<ObjectPtr> volumes = store.list("persistentvolumes");
    return std::any_of(volumes.begin(), volumes.end(), [&claim](const ObjectPtr& volume) {
      return volume->document["spec"]["claimRef"]["uid"] == claim.document["metadata"]["uid"];
    });
  }

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
    if (!choose_volumes(claims, node, store)) {
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
