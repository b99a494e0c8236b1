// The Deployment controller: one ReplicaSet for each template, and the steps from one to the next.
// Source: Kubernetes documentation, "Deployments"; kube-controller-manager 1.32.
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/deployment_rollout.h"
#include "sim/controllers/deployment_status.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"deployments.apps", "replicasets.apps", "pods"};

class DeploymentController final : public Controller {
 public:
  explicit DeploymentController(const ControllerContext& context)
      : Controller(context, "controller/deployment", "deployment-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const std::string& resource = change.object->key.resource;
    if (resource == "deployments.apps") {
      queue().add(change.object->key);
    } else if (resource == "replicasets.apps") {
      if (change.previous != nullptr) add_owner(*change.previous);
      if (add_owner(*change.object) || change.type == ChangeType::kDeleted) return;
      for (const ObjectPtr& deployment : store().list("deployments.apps", change.object->key.ns)) {
        if (deployment->view<DeploymentView>().selector.matches(
                change.object->view<ReplicaSetView>().meta.labels)) {
          queue().add(deployment->key);
        }
      }
    } else if (change.type == ChangeType::kDeleted) {
      // Recreate waits for the last old Pod.
      const ObjectPtr set =
          controlling_owner(store(), *change.object, "ReplicaSet", "replicasets.apps");
      if (set != nullptr) add_owner(*set);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr deployment = store().get(key);
    if (deployment == nullptr) return {};
    Rollout rollout({api(), index(), events(), user()}, deployment);
    INFERLAB_TRY(const std::optional<Duration> again, rollout.sync());
    if (again) queue().add_after(key, *again);
    return {};
  }

 private:
  bool add_owner(const StoredObject& set) {
    const OwnerReference* owner = set.view<ReplicaSetView>().meta.controller();
    if (owner == nullptr || owner->kind != "Deployment") return false;
    queue().add({"deployments.apps", set.key.ns, owner->name});
    return true;
  }
};

}  // namespace

std::unique_ptr<Controller> make_deployment_controller(const ControllerContext& context) {
  return std::make_unique<DeploymentController>(context);
}

}  // namespace inferlab::sim
