// Argo Rollouts' controller of Rollouts: a canary takes over step by step, and a failed analysis
// takes it back. It runs where the API has Rollouts (add-on argo-rollouts). What is carried out and
// what is refused by name is in rollout_spec.cpp.
// Source: Argo Rollouts 1.9 documentation, "Concepts", "Canary".
#include "sim/api/views.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/rollout_sync.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {kRollouts, "replicasets.apps", kAnalysisRuns, "services"};

class RolloutController final : public Controller {
 public:
  explicit RolloutController(const ControllerContext& context)
      : Controller(context, "controller/rollout", "rollouts-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == kRollouts) return queue().add(key);
    if (key.resource == "services") return see_service(key);
    for (const Value& owner : change.object->document["metadata"]["ownerReferences"].items()) {
      if (owner["kind"].as_string() != "Rollout" || !owner["controller"].as_bool()) continue;
      queue().add({std::string(kRollouts), key.ns, owner["name"].str()});
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr rollout = store().get(key);
    if (rollout == nullptr) return {};
    RolloutSync look({api(), index(), events(), user()}, rollout);
    INFERLAB_TRY(const std::optional<Duration> again, look.sync());
    if (again) queue().add_after(key, *again);
    return {};
  }

 private:
  void see_service(const ObjectKey& service) {
    for (const ObjectPtr& rollout : store().list(kRollouts, service.ns)) {
      const Value& canary = rollout->document["spec"]["strategy"]["canary"];
      for (const char* field : {"stableService", "canaryService"}) {
        if (canary[field].as_string() == service.name) queue().add(rollout->key);
      }
    }
  }
};

}  // namespace

std::unique_ptr<Controller> make_rollout_controller(const ControllerContext& context) {
  return std::make_unique<RolloutController>(context);
}

}  // namespace inferlab::sim
