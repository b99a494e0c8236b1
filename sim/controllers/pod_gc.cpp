// The Pod garbage collector: Pods of a node that does not exist any more are deleted by force,
// since no kubelet will ever confirm their end. It waits 40 s: a node may be registered anew.
// Source: Kubernetes documentation, "Pod Lifecycle", "Garbage collection of Pods".
#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"nodes", "pods"};
constexpr Duration kQuarantine = 40s;

class PodGarbageCollector final : public Controller {
 public:
  explicit PodGarbageCollector(const ControllerContext& context)
      : Controller(context, "controller/pod-gc", "pod-garbage-collector") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == "nodes") {
      if (change.type == ChangeType::kDeleted) queue().add_after(key, kQuarantine);
      return;
    }
    if (change.type != ChangeType::kAdded) return;
    const std::string& node = change.object->view<PodView>().node_name;
    if (node.empty() || store().get({"nodes", "", node}) != nullptr) return;
    queue().add_after({"nodes", "", node}, kQuarantine);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    if (store().get(key) != nullptr) return {};
    const ObjectIndex::Keys pods = index().pods_on(key.name);
    for (const ObjectKey& pod : pods) INFERLAB_TRY_VOID(remove(*store().get(pod)));
    return {};
  }

 private:
  Result<void> remove(const StoredObject& pod) {
    if (!pod.view<PodView>().terminal()) {
      const Value condition = Value::object({{"type", "DisruptionTarget"},
                                             {"status", "True"},
                                             {"reason", "DeletionByPodGC"},
                                             {"message", "PodGC: node no longer exists"},
                                             {"lastTransitionTime", format_rfc3339(now())}});
      const Value status = Value::object(
          {{"phase", "Failed"},
           {"conditions", set_condition(pod.document["status"]["conditions"], condition)}});
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
