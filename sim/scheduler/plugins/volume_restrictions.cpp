// VolumeRestrictions: a claim that is ReadWriteOncePod is used by one Pod in the cluster, a network
// disk that is named in the Pods themselves by one Pod of a node, unless all of them only read it.
// Source: Kubernetes documentation, "Persistent Volumes", "Access modes"; kube-scheduler,
// VolumeRestrictions.
#include <algorithm>

#include "sim/scheduler/plugins/plugins.h"
#include "sim/scheduler/plugins/volumes.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kName = "VolumeRestrictions";
constexpr const char* kUsed =
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";

struct Uses final : CycleState::Data {
  std::vector<std::string> claims;    // of the Pod, that are ReadWriteOncePod
  std::int64_t others = 0;            // uses of them by other Pods, anywhere
  std::vector<std::int64_t> by_slot;  // Pods whose disks are in the way
};

bool names(const PodInfo& pod, const std::string& claim) {
  return std::find(pod.spec->claims.begin(), pod.spec->claims.end(), claim) !=
         pod.spec->claims.end();
}

std::int64_t uses_of(const std::vector<std::string>& claims, const PodInfo& pod) {
  return std::count_if(claims.begin(), claims.end(),
                       [&pod](const std::string& claim) { return names(pod, claim); });
}

// A disk that two Pods of one node must not share, as text; empty: this is none.
struct Disk {
  std::string text;
  bool read_only = false;  // those that only read may share it
};
Disk disk_of(const Value& volume) {
  if (const Value* gce = volume.find("gcePersistentDisk")) {
    return {"gce " + (*gce)["pdName"].str(), (*gce)["readOnly"].as_bool()};
  }
  if (const Value* ebs = volume.find("awsElasticBlockStore")) {
    return {"ebs " + (*ebs)["volumeID"].str(), false};
  }
  if (const Value* iscsi = volume.find("iscsi")) {
    return {"iscsi " + (*iscsi)["iqn"].str(), (*iscsi)["readOnly"].as_bool()};
  }
  return {};
}

bool collide(const PodInfo& a, const PodInfo& b) {
  for (const Value& left : a.object->document["spec"]["volumes"].items()) {
    const Disk own = disk_of(left);
    if (own.text.empty()) continue;
    for (const Value& right : b.object->document["spec"]["volumes"].items()) {
      const Disk other = disk_of(right);
      if (own.text == other.text && !(own.read_only && other.read_only)) return true;
    }
  }
  return false;
}

class VolumeRestrictions final : public Plugin {
 public:
  std::string_view name() const override { return kName; }
  bool reads_notes() const override { return true; }
  Reach filter_reach() const override { return Reach::kCluster; }
  ClusterEvents wakes_on() const override {
    return ClusterEvent::kPodDelete | ClusterEvent::kNodeAdd | ClusterEvent::kVolume;
  }

  Status pre_filter(CycleState& state, const PodInfo& pod, const ClusterView& cluster,
                    std::optional<std::set<std::string>>& /*only*/) const override {
    auto uses = std::make_unique<Uses>();
    for (const Value& volume : pod.object->document["spec"]["volumes"].items()) {
      const Value* claim = volume.find("persistentVolumeClaim");
      if (claim == nullptr) continue;
      const std::string name = (*claim)["claimName"].str();
      const ObjectPtr found = cluster.store.get({"persistentvolumeclaims", pod.ns, name});
      if (found == nullptr) return Status::unresolvable(claim_not_found(name));
      if (is_for_one_pod(*found)) uses->claims.push_back(name);
    }
    const Value& volumes = pod.object->document["spec"]["volumes"];
    const bool has_disks =
        std::any_of(volumes.items().begin(), volumes.items().end(),
                    [](const Value& volume) { return !disk_of(volume).text.empty(); });
    if (uses->claims.empty() && !has_disks) return Status::skip();
    uses->by_slot.assign(cluster.pods.num_slots(), 0);
    for (const NodeInfo* node : cluster.nodes) {
      for (const auto& [uid, other] : node->pods) count(*uses, pod, *other, *node, 1);
    }
    state.put(kName, std::move(uses));
    return Status::success();
  }

  void pod_added(CycleState& state, const PodInfo& pod, const PodInfo& other,
                 const NodeInfo& node) const override {
    if (Uses* uses = state.change<Uses>(kName)) count(*uses, pod, other, node, 1);
  }
  void pod_removed(CycleState& state, const PodInfo& pod, const PodInfo& other,
                   const NodeInfo& node) const override {
    if (Uses* uses = state.change<Uses>(kName)) count(*uses, pod, other, node, -1);
  }

  Status filter_at(const CycleState& state, const PodInfo& /*pod*/,
                   std::size_t slot) const override {
    const Uses& uses = *state.get<Uses>(kName);
    if (uses.by_slot[slot] > 0) return Status::unschedulable("node(s) had no available disk");
    return uses.others > 0 ? Status::unschedulable(std::string(kUsed)) : Status::success();
  }

 private:
  static void count(Uses& uses, const PodInfo& pod, const PodInfo& other, const NodeInfo& node,
                    std::int64_t by) {
    if (other.ns == pod.ns) uses.others += by * uses_of(uses.claims, other);
    if (collide(pod, other)) uses.by_slot[node.slot] += by;
  }
};

}  // namespace

std::unique_ptr<Plugin> make_volume_restrictions(const SchedulerProfile& /*profile*/) {
  return std::make_unique<VolumeRestrictions>();
}

}  // namespace inferlab::sim
