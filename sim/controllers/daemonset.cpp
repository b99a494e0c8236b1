// The DaemonSet controller: one Pod on each node that it fits.
// Source: Kubernetes documentation, "DaemonSet"; kube-controller-manager 1.32.
#include "sim/controllers/controller_history.h"
#include "sim/controllers/daemonset_sync.h"
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kSets = "daemonsets.apps";
constexpr std::string_view kWatches[] = {kSets, kRevisions, "pods", "nodes"};

class DaemonSetController final : public Controller {
 public:
  explicit DaemonSetController(const ControllerContext& context)
      : Controller(context, "controller/daemonset", "daemonset-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == kSets) {
      queue().add(key);
    } else if (key.resource == "nodes") {
      observe_node(change);
    } else {
      observe_dependent(change);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    ObjectPtr set = store().get(key);
    if (set == nullptr) return {};
    DaemonSetSync sync({api(), index(), events(), user(), client_}, backoff_, std::move(set));
    INFERLAB_TRY(const std::optional<Duration> again, sync.run());
    if (again) queue().add_after(key, *again);
    return {};
  }

 private:
  // A node that is gone changes nothing by itself: its Pods end first.
  void observe_node(const Change& change) {
    if (change.type == ChangeType::kDeleted) return;
    const NodeView& node = change.object->view<NodeView>();
    if (change.previous != nullptr && same_place(*change.previous, *change.object)) return;
    for (const ObjectPtr& set : store().list(kSets)) {
      const DaemonSetView& view = set->view<DaemonSetView>();
      const DaemonPlacement before = change.previous == nullptr
                                         ? DaemonPlacement()
                                         : placement_on(view, change.previous->view<NodeView>());
      if (placement_on(view, node) != before) queue().add(set->key);
    }
  }

  static bool same_place(const StoredObject& a, const StoredObject& b) {
    return a.document["metadata"]["labels"] == b.document["metadata"]["labels"] &&
           a.document["spec"]["taints"] == b.document["spec"]["taints"];
  }

  void observe_dependent(const Change& change) {
    if (change.previous != nullptr) add_owner(*change.previous);
    if (add_owner(*change.object) || change.type == ChangeType::kDeleted) return;
    const MetaView meta(change.object->document["metadata"]);
    if (meta.controller() != nullptr) return;
    // An orphan may be some set's to adopt.
    for (const ObjectPtr& set : store().list(kSets, change.object->key.ns)) {
      if (set->view<DaemonSetView>().selector.matches(meta.labels)) queue().add(set->key);
    }
  }

  bool add_owner(const StoredObject& dependent) {
    for (const Value& owner : dependent.document["metadata"]["ownerReferences"].items()) {
      if (!owner["controller"].as_bool() || owner["kind"].as_string() != "DaemonSet") continue;
      queue().add({std::string(kSets), dependent.key.ns, owner["name"].str()});
      return true;
    }
    return false;
  }

  RateLimiter client_;
  FailedPodBackoff backoff_;
};

}  // namespace

std::unique_ptr<Controller> make_daemonset_controller(const ControllerContext& context) {
  return std::make_unique<DaemonSetController>(context);
}

}  // namespace inferlab::sim
