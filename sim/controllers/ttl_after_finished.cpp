// The TTL-after-finished controller: a Job goes spec.ttlSecondsAfterFinished after its end, its
// Pods before it. Source: Kubernetes documentation, "Automatic Cleanup for Finished Jobs".
#include "sim/controllers/job_pods.h"
#include "sim/controllers/make_controllers.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"jobs.batch"};

class TtlAfterFinished final : public Controller {
 public:
  explicit TtlAfterFinished(const ControllerContext& context)
      : Controller(context, "controller/ttl-after-finished", "ttl-after-finished-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (change.type != ChangeType::kDeleted && needs_cleanup(change.object->document))
      queue().add(change.object->key);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr job = store().get(key);
    if (job == nullptr || !needs_cleanup(job->document)) return {};
    const auto ended = end_of(job->document);
    if (!ended) return {};
    const Duration left =
        *ended + seconds_capped(job->document["spec"]["ttlSecondsAfterFinished"].as_int()) - now();
    if (left > Duration::zero()) {
      queue().add_after(key, left);
      return {};
    }
    ApiRequest request;
    request.verb = Verb::kDelete;
    request.resource = key.resource;
    request.ns = key.ns;
    request.name = key.name;
    request.user = user();
    request.track_fields = false;
    request.propagation = Propagation::kForeground;
    request.precondition_uid = job->document["metadata"]["uid"].str();
    const ApiResponse response = api().handle(request);
    return response.code == 404 ? Result<void>() : check(response, key.name);
  }

 private:
  static bool needs_cleanup(const Value& job) {
    return job["spec"].has("ttlSecondsAfterFinished") && is_job_finished(job) &&
           !job["metadata"].has("deletionTimestamp");
  }

  static std::optional<Time> end_of(const Value& job) {
    for (const char* type : {"Complete", "Failed"}) {
      const Value& condition = condition_of(job, type);
      if (condition["status"].as_string() == "True")
        return parse_rfc3339(condition["lastTransitionTime"].as_string());
    }
    return std::nullopt;
  }
};

}  // namespace

std::unique_ptr<Controller> make_ttl_after_finished_controller(const ControllerContext& context) {
  return std::make_unique<TtlAfterFinished>(context);
}

}  // namespace inferlab::sim
