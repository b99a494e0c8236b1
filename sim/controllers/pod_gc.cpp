// The Pod garbage collector: Pods of a node that does not exist any more are deleted by force,
// since no kubelet will ever confirm their end. It waits 40 s: a node may be registered anew. So
// are Pods that are to go from a node that somebody has declared dead, by the taint out-of-service,
// and Pods that are to go and never had a node.
// Source: Kubernetes documentation, "Pod Lifecycle", "Garbage collection of Pods"; "Node
// Shutdowns", "Non-graceful node shutdown handling".
#include <algorithm>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"nodes", "pods"};
constexpr Duration kQuarantine = 40s;
// How often it looks at Pods (gcCheckPeriod of kube-controller-manager).
constexpr Duration kPeriod = 20s;
constexpr std::string_view kOutOfService = "node.kubernetes.io/out-of-service";

bool is_out_of_service(const StoredObject& node) {
  const std::vector<Taint>& taints = node.view<NodeView>().taints;
  return condition_of(node.document, "Ready")["status"].as_string() != "True" &&
         std::any_of(taints.begin(), taints.end(),
                     [](const Taint& taint) { return taint.key == kOutOfService; });
}

class PodGarbageCollector final : public Controller {
 public:
  explicit PodGarbageCollector(const ControllerContext& context)
      : Controller(context, "controller/pod-gc", "pod-garbage-collector") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == "nodes") {
      if (change.type == ChangeType::kDeleted) {
        queue().add_after(key, kQuarantine);
      } else if (is_out_of_service(*change.object)) {
        queue().add_after(key, kPeriod);
      }
      return;
    }
    if (change.type == ChangeType::kDeleted) return;
    const std::string name = change.object->document["spec"]["nodeName"].str();
    if (name.empty()) {
      if (change.object->document["metadata"].has("deletionTimestamp")) {
        queue().add_after(change.object->key, until_next_look());
      }
      return;
    }
    const ObjectPtr node = store().get({"nodes", "", name});
    if (node == nullptr) {
      if (change.type == ChangeType::kAdded) queue().add_after({"nodes", "", name}, kQuarantine);
    } else if (is_out_of_service(*node)) {
      queue().add_after(node->key, kPeriod);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    if (key.resource == "pods") return remove_unscheduled(key);
    const ObjectPtr node = store().get(key);
    if (node != nullptr && !is_out_of_service(*node)) return {};
    const ObjectIndex::Keys keys = index().pods_on(key.name);
    for (const ObjectKey& one : keys) {
      const ObjectPtr pod = store().get(one);
      const bool to_go = node == nullptr || pod->view<PodView>().meta.deletion_timestamp;
      if (to_go) INFERLAB_TRY_VOID(remove(*pod, node == nullptr));
    }
    return {};
  }

 private:
  // Its looks at all Pods come at the times that are multiples of the period.
  [[nodiscard]] Duration until_next_look() const {
    return kPeriod - now().time_since_epoch() % kPeriod;
  }

  Result<void> remove_unscheduled(const ObjectKey& key) {
    const ObjectPtr pod = store().get(key);
    if (pod == nullptr) return {};
    const PodView& view = pod->view<PodView>();
    const bool to_go = view.meta.deletion_timestamp && view.node_name.empty();
    return to_go ? remove(*pod, false) : Result<void>();
  }

  // `disrupted`: its node is gone, which its conditions say.
  Result<void> remove(const StoredObject& pod, bool disrupted) {
    if (!pod.view<PodView>().terminal()) {
      const Value condition = Value::object({{"type", "DisruptionTarget"},
                                             {"status", "True"},
                                             {"reason", "DeletionByPodGC"},
                                             {"message", "PodGC: node no longer exists"},
                                             {"lastTransitionTime", format_rfc3339(now())}});
      const Value& conditions = pod.document["status"]["conditions"];
      Value status = Value::object({{"phase", "Failed"}});
      if (disrupted) status = status.with("conditions", set_condition(conditions, condition));
      static_cast<void>(
          api().merge_patch(pod.key, "status", Value::object({{"status", status}}), user()));
    }
    const std::string uid = pod.view<PodView>().meta.uid;
    const ApiResponse response = api().remove(pod.key, user(), 0, uid);
    return response.code == 404 ? Result<void>() : check(response, pod.key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_pod_gc_controller(const ControllerContext& context) {
  return std::make_unique<PodGarbageCollector>(context);
}

}  // namespace inferlab::sim
