// The StatefulSet controller: Pods with lasting numbers, made, deleted and replaced in their order.
// Source: Kubernetes documentation, "StatefulSets"; kube-controller-manager 1.32.
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/statefulset_pods.h"
#include "sim/controllers/statefulset_sync.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kSets = "statefulsets.apps";
constexpr std::string_view kWatches[] = {kSets, "pods", "persistentvolumeclaims"};

class StatefulSetController final : public Controller {
 public:
  explicit StatefulSetController(const ControllerContext& context)
      : Controller(context, "controller/statefulset", "statefulset-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == kSets) {
      queue().add(key);
    } else if (key.resource == "pods") {
      observe_pod(change);
    } else if (change.type == ChangeType::kDeleted) {
      // A Pod may wait for the claim of the one before it to go.
      for (const Value& owner : change.object->document["metadata"]["ownerReferences"].items()) {
        if (owner["kind"].as_string() == "Pod") add_set_of(key.ns, owner["name"].as_string());
      }
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    ObjectPtr set = store().get(key);
    if (set == nullptr) return {};
    StatefulSetSync sync({api(), index(), events(), user(), client_}, std::move(set));
    INFERLAB_TRY(const std::optional<Duration> again, sync.run());
    if (again) queue().add_after(key, *again);
    return {};
  }

 private:
  void observe_pod(const Change& change) {
    if (change.previous != nullptr) add_owner(*change.previous);
    const bool owned = add_owner(*change.object);
    if (owned || change.type == ChangeType::kDeleted) return;
    const MetaView& meta = change.object->view<PodView>().meta;
    // An orphan may be some set's to adopt.
    if (meta.controller() == nullptr) add_set_of(change.object->key.ns, meta.name);
  }

  bool add_owner(const StoredObject& pod) {
    const OwnerReference* owner = pod.view<PodView>().meta.controller();
    if (owner == nullptr || owner->kind != "StatefulSet") return false;
    queue().add({std::string(kSets), pod.key.ns, owner->name});
    return true;
  }

  // The set whose Pod would have this name, if there is one.
  void add_set_of(const std::string& ns, std::string_view pod) {
    const std::size_t dash = pod.rfind('-');
    if (dash == std::string_view::npos) return;
    const ObjectKey key{std::string(kSets), ns, std::string(pod.substr(0, dash))};
    if (ordinal_of(key.name, pod) && store().get(key) != nullptr) queue().add(key);
  }

  RateLimiter client_;
};

}  // namespace

std::unique_ptr<Controller> make_statefulset_controller(const ControllerContext& context) {
  return std::make_unique<StatefulSetController>(context);
}

}  // namespace inferlab::sim
