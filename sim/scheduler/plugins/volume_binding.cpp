// VolumeBinding, as far as it decides without looking at volumes: the claims of a Pod must be
// there, must not be on their way out, and must be bound unless their class waits for the Pod.
// Source: Kubernetes documentation, "Persistent Volumes", "Volume binding mode"; kube-scheduler,
// VolumeBinding.
#include <fmt/format.h>

#include "sim/scheduler/plugins/plugins.h"

namespace inferlab::sim {
namespace {

class VolumeBinding final : public Plugin {
 public:
  std::string_view name() const override { return "VolumeBinding"; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kVolume | ClusterEvent::kNodeAdd | ClusterEvent::kNodeLabel |
           ClusterEvent::kPodUpdate;
  }
  bool may_help(const PodInfo& /*pod*/, const ClusterChange& change) const override {
    return change.object->key.resource != "nodes";
  }

  Status pre_filter(CycleState& /*state*/, const PodInfo& pod, const ClusterView& cluster,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    if (pod.spec->claims.empty()) return Status::skip();
    bool unbound = false;
    for (const std::string& name : pod.spec->claims) {
      const ObjectPtr claim = cluster.store.get({"persistentvolumeclaims", pod.ns, name});
      if (claim == nullptr) {
        return Status::unresolvable(fmt::format("persistentvolumeclaim \"{}\" not found", name));
      }
      if (!claim->document["metadata"]["deletionTimestamp"].is_null()) {
        return Status::unresolvable(
            fmt::format("persistentvolumeclaim \"{}\" is being deleted", name));
      }
      if (claim->document["spec"]["volumeName"].empty() && !waits(*claim, cluster)) unbound = true;
    }
    if (unbound) {
      return Status::unresolvable("pod has unbound immediate PersistentVolumeClaims");
    }
    return Status::success();
  }

 private:
  static bool waits(const StoredObject& claim, const ClusterView& cluster) {
    const std::string name = claim.document["spec"]["storageClassName"].str();
    const ObjectPtr found = cluster.store.get({"storageclasses.storage.k8s.io", "", name});
    return found != nullptr &&
           found->document["volumeBindingMode"].as_string() == "WaitForFirstConsumer";
  }
};

}  // namespace

std::unique_ptr<Plugin> make_volume_binding(const SchedulerProfile& /*profile*/) {
  return std::make_unique<VolumeBinding>();
}

}  // namespace inferlab::sim
