// The Job controller: Pods until enough of them have succeeded.
// Source: Kubernetes documentation, "Jobs"; kube-controller-manager 1.32.
#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/job_pods.h"
#include "sim/controllers/job_sync.h"
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kJobs = "jobs.batch";
constexpr std::string_view kWatches[] = {kJobs, "pods"};

// Waits after the first, second … failed look at a Job.
constexpr Duration kFirstRetry = 1s;
constexpr Duration kLongestRetry = 60s;

class JobController final : public Controller {
 public:
  explicit JobController(const ControllerContext& context)
      : Controller(context, "controller/job", "job-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    if (change.object->key.resource == kJobs) {
      observe_job(change);
    } else {
      observe_pod(change);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    if (key.resource == "pods") return free_pod(key);
    const ObjectPtr job = store().get(key);
    if (job == nullptr || is_job_finished(job->document)) {
      memory_.erase(key);
      return {};
    }
    if (is_managed_elsewhere(*job)) return {};
    claim(*job);
    Memory& memory = memory_[key];
    const std::string& uid = job->document["metadata"]["uid"].str();
    if (memory.uid != uid) memory = {uid, {}, 0};
    JobSync sync({api(), index(), events(), user(), client_}, job, memory.backoff);
    const Result<void> done = sync.run();
    if (sync.again()) queue().add_after(key, *sync.again());
    if (done) {
      memory.errors = 0;
      return {};
    }
    Duration wait = kFirstRetry;
    for (int i = 0; i < memory.errors && wait < kLongestRetry; ++i) wait *= 2;
    ++memory.errors;
    queue().add_after(key, std::min(wait, kLongestRetry));
    return {};
  }

 private:
  struct Memory {
    std::string uid;
    JobBackoff backoff;
    int errors = 0;  // in a row
  };

  static bool is_managed_elsewhere(const StoredObject& job) {
    const Value& manager = job.document["spec"]["managedBy"];
    return !manager.is_null() && manager.as_string() != "kubernetes.io/job-controller";
  }

  void observe_job(const Change& change) {
    const StoredObject& job = *change.object;
    const bool gone = change.type == ChangeType::kDeleted;
    const bool new_wish = change.previous == nullptr || gone ||
                          !(change.previous->document["metadata"]["generation"] ==
                            job.document["metadata"]["generation"]);
    if (new_wish) {
      queue().add(job.key);
    } else {
      queue().add_after(job.key, JobSync::kBatchPeriod);
    }
    if (!gone && !is_job_finished(job.document)) return;
    for (const ObjectKey& key : index().dependents(job.document["metadata"]["uid"].as_string())) {
      if (key.resource == "pods") queue().add(key);
    }
  }

  void observe_pod(const Change& change) {
    const StoredObject& pod = *change.object;
    if (change.previous != nullptr) add_owner(*change.previous);
    const bool owned = add_owner(pod);
    if (change.type == ChangeType::kDeleted) return;
    const MetaView& meta = pod.view<PodView>().meta;
    if (is_tracked(pod) && (meta.controller() == nullptr || meta.deletion_timestamp))
      queue().add(pod.key);
    if (owned || meta.controller() != nullptr) return;
    // Some Job's to adopt, perhaps.
    for (const ObjectPtr& job : store().list(kJobs, pod.key.ns)) {
      if (LabelSelector::from_object(job->document["spec"]["selector"]).matches(meta.labels))
        queue().add_after(job->key, JobSync::kBatchPeriod);
    }
  }

  bool add_owner(const StoredObject& pod) {
    const OwnerReference* owner = pod.view<PodView>().meta.controller();
    if (owner == nullptr || owner->kind != "Job") return false;
    const ObjectKey key{std::string(kJobs), pod.key.ns, owner->name};
    const ObjectPtr job = store().get(key);
    if (job == nullptr || job->document["metadata"]["uid"].as_string() != owner->uid) return false;
    queue().add_after(key, JobSync::kBatchPeriod);
    return true;
  }

  // A Pod that no running Job counts any more is not held.
  Result<void> free_pod(const ObjectKey& key) {
    const ObjectPtr pod = store().get(key);
    if (pod == nullptr || !is_tracked(*pod)) return {};
    const OwnerReference* owner = pod->view<PodView>().meta.controller();
    if (owner != nullptr) {
      if (owner->kind != "Job") return {};
      const ObjectPtr job = controlling_owner(store(), *pod, "Job", kJobs);
      if (job != nullptr && (is_managed_elsewhere(*job) || !is_job_finished(job->document)))
        return {};
    }
    return change_metadata(key, Value::object({{"finalizers", without_tracking(*pod)}}));
  }

  Result<void> change_metadata(const ObjectKey& key, const Value& metadata) {
    const ApiResponse response =
        api().merge_patch(key, "", Value::object({{"metadata", metadata}}), user());
    return response.code == 404 ? Result<void>() : check(response, key.name);
  }

  // Adopts what matches and is free, lets go of what matches no longer.
  void claim(const StoredObject& job) {
    const Value& meta = job.document["metadata"];
    if (meta.has("deletionTimestamp")) return;
    const LabelSelector selector = LabelSelector::from_object(job.document["spec"]["selector"]);
    // Noted first, written then: a write changes the index that is being walked through.
    std::vector<std::pair<ObjectKey, Value>> writes;
    for (const ObjectKey& key : index().orphan_pods(job.key.ns)) {
      const ObjectPtr pod = store().get(key);
      const MetaView& pod_meta = pod->view<PodView>().meta;
      if (pod_meta.deletion_timestamp || !selector.matches(pod_meta.labels)) continue;
      const Value& old = pod->document["metadata"];
      Value change = Value::object(
          {{"ownerReferences", old["ownerReferences"].appended(controller_reference(job))}});
      if (!is_tracked(*pod))
        change = change.with("finalizers", old["finalizers"].appended(Value(kJobTracking)));
      writes.emplace_back(key, change);
    }
    const std::string uid = meta["uid"].str();
    for (const ObjectKey& key : index().dependents(uid)) {
      if (key.resource != "pods") continue;
      const ObjectPtr pod = store().get(key);
      const MetaView& pod_meta = pod->view<PodView>().meta;
      if (pod_meta.deletion_timestamp || selector.matches(pod_meta.labels)) continue;
      Value::Array left;
      for (const Value& owner : pod->document["metadata"]["ownerReferences"].items()) {
        if (owner["uid"].as_string() != uid) left.push_back(owner);
      }
      writes.emplace_back(key, Value::object({{"ownerReferences", Value::array(std::move(left))},
                                              {"finalizers", without_tracking(*pod)}}));
    }
    // What vanished meanwhile needs neither.
    for (const auto& [key, change] : writes) static_cast<void>(change_metadata(key, change));
  }

  RateLimiter client_;
  std::map<ObjectKey, Memory> memory_;
};

}  // namespace

std::unique_ptr<Controller> make_job_controller(const ControllerContext& context) {
  return std::make_unique<JobController>(context);
}

}  // namespace inferlab::sim
