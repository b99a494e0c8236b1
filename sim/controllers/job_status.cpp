// The ends of a Job's Pods are counted, and its status is written.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/api/conditions.h"
#include "sim/api/views.h"
#include "sim/controllers/controller.h"
#include "sim/controllers/job_failure_policy.h"
#include "sim/controllers/job_pods.h"
#include "sim/controllers/job_sync.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

// Ends in one go, so that the status stays small (MaxUncountedPods of kube-controller-manager).
constexpr std::size_t kMostEnds = 500;

bool contains(const Value& list, std::string_view text) {
  const Value::Array& all = list.items();
  return std::any_of(all.begin(), all.end(),
                     [text](const Value& one) { return one.as_string() == text; });
}

}  // namespace

Result<void> JobSync::track() {
  move_counts();
  note_ends();
  note_ending();
  INFERLAB_TRY_VOID(write_status());
  backoff_ = new_backoff_;
  INFERLAB_TRY_VOID(let_go());
  const bool over = letting_go_.size() < kMostEnds && enact();
  INFERLAB_TRY_VOID(write_status());
  if (over) report_end();
  return {};
}

// Uids of Pods that have lost their finalizer become numbers.
void JobSync::move_counts() {
  std::set<std::string, std::less<>> held;
  for (const ObjectPtr& pod : pods_) {
    const ObjectPtr current = parts_.api.store().get(pod->key);
    const bool same = current != nullptr && current->document["metadata"]["uid"].as_string() ==
                                                pod->view<PodView>().meta.uid;
    if (same && is_tracked(*current)) held.insert(pod->view<PodView>().meta.uid);
  }
  for (const char* field : {"succeeded", "failed"}) {
    Value uncounted = status_["uncountedTerminatedPods"];
    Value::Array left;
    std::int64_t moved = 0;
    for (const Value& uid : uncounted[field].items()) {
      if (held.contains(uid.as_string())) {
        left.push_back(uid);
      } else {
        ++moved;
      }
    }
    if (moved == 0) continue;
    set_count(field, status_[field].as_int() + moved);
    uncounted = left.empty() ? uncounted.without(field)
                             : uncounted.with(field, Value::array(std::move(left)));
    status_ = status_.with("uncountedTerminatedPods", uncounted);
  }
}

bool JobSync::may_let_go(const StoredObject& pod) const {
  if (deleting() || ending_ || pod.view<PodView>().phase == "Succeeded") return true;
  if (!is_pod_failed(pod, document())) return false;
  const auto index = completion_index(pod);
  if (!index) return true;
  const auto found = delayed_.find(*index);
  return found == delayed_.end() || found->second->key != pod.key;
}

// Which Pods are let go, and which of them are noted as to be counted.
void JobSync::note_ends() {
  const bool indexed = is_indexed(document());
  const bool fails = ending_ && ending_->type != "SuccessCriteriaMet";
  Value uncounted = status_["uncountedTerminatedPods"];
  for (const ObjectPtr& pod : pods_) {
    if (letting_go_.size() >= kMostEnds) break;
    if (!is_tracked(*pod) || !may_let_go(*pod)) continue;
    letting_go_.push_back(pod);
    const std::string& uid = pod->view<PodView>().meta.uid;
    if (pod->view<PodView>().phase == "Succeeded" && !contains(uncounted["failed"], uid)) {
      // An index says enough: it cannot be counted twice.
      if (indexed || contains(uncounted["succeeded"], uid)) continue;
      uncounted = uncounted.with("succeeded", uncounted["succeeded"].appended(Value(uid)));
    } else if (fails || is_pod_failed(*pod, document())) {
      // Once the Job has failed, so has whoever is left.
      if (contains(uncounted["failed"], uid) || (indexed && !has_good_index(*pod))) continue;
      if (!judge_failure(spec()["podFailurePolicy"], *pod).counts) continue;
      uncounted = uncounted.with("failed", uncounted["failed"].appended(Value(uid)));
    }
  }
  status_ = status_.with("uncountedTerminatedPods", uncounted);
  if (!indexed) return;
  set_count("succeeded", succeeded_indexes_.size());
  status_ = succeeded_indexes_.empty()
                ? status_.without("completedIndexes")
                : status_.with("completedIndexes", Value(succeeded_indexes_.str()));
  if (failed_indexes_) status_ = status_.with("failedIndexes", Value(failed_indexes_->str()));
}

// How the Job will end is said before the Pods are let go; that it has ended, after.
void JobSync::note_ending() {
  if (!ending_) return;
  if (ending_->type == "FailureTarget") {
    ensure_condition(*ending_);
    ending_->type = "Failed";
  } else if (ending_->type == "SuccessCriteriaMet") {
    if (find_condition(status_["conditions"], "SuccessCriteriaMet").is_null())
      ensure_condition(*ending_);
    ending_->type = "Complete";
  }
}

Result<void> JobSync::let_go() {
  Result<void> out;
  for (const ObjectPtr& pod : letting_go_) {
    const ObjectPtr current = parts_.api.store().get(pod->key);
    if (current == nullptr || !is_tracked(*current)) continue;
    const Value change =
        Value::object({{"metadata", Value::object({{"finalizers", without_tracking(*current)}})}});
    const ApiResponse response = parts_.api.merge_patch(pod->key, "", change, parts_.user);
    if (!response.ok() && response.code != 404) out = accepted(response, pod->key.name);
  }
  move_counts();
  if (!out) INFERLAB_TRY_VOID(write_status());
  return out;
}

bool JobSync::enact() {
  if (!ending_) return false;
  const Value& uncounted = status_["uncountedTerminatedPods"];
  if (!uncounted["succeeded"].empty() || !uncounted["failed"].empty()) return false;
  if (terminating_ > 0) return false;
  ensure_condition(*ending_);
  if (ending_->type == "Complete")
    status_ = status_.with("completionTime", Value(format_rfc3339(now())));
  return true;
}

void JobSync::report_end() {
  if (ending_->type != "Complete") {
    parts_.events.warning(*job_, ending_->reason, ending_->message);
    return;
  }
  const Value& completions = spec()["completions"];
  if (!completions.is_null() && status_["succeeded"].as_int() > completions.as_int()) {
    parts_.events.warning(*job_, "TooManySucceededPods",
                          "Too many succeeded pods running after completion count reached");
  }
  parts_.events.normal(*job_, "Completed", "Job completed");
}

void JobSync::set_count(const char* field, std::int64_t count) {
  status_ = count == 0 ? status_.without(field) : status_.with(field, count);
}

// Nothing to False is no change worth telling. True: something changed.
bool JobSync::ensure_condition(const Ending& condition, bool truth) {
  const Value& old = find_condition(status_["conditions"], condition.type);
  const char* const status = truth ? "True" : "False";
  if (old.is_null() && !truth) return false;
  if (old["status"].as_string() == status && old["reason"].as_string() == condition.reason &&
      old["message"].as_string() == condition.message) {
    return false;
  }
  const Value stamp(format_rfc3339(now()));
  const Value entry = Value::object({{"type", Value(condition.type)},
                                     {"status", status},
                                     {"lastProbeTime", stamp},
                                     {"lastTransitionTime", stamp},
                                     {"reason", Value(condition.reason)},
                                     {"message", Value(condition.message)}});
  status_ = status_.with("conditions", set_condition(status_["conditions"], entry));
  return true;
}

Result<void> JobSync::write_status() {
  const ObjectPtr current = parts_.api.store().get(job_->key);
  if (current == nullptr || current->document["metadata"]["uid"] != document()["metadata"]["uid"])
    return {};
  if (current->document["status"] == status_) return {};
  return accepted(parts_.api.update_status("jobs.batch", current->document.with("status", status_),
                                           parts_.user),
                  job_->key.name);
}

}  // namespace inferlab::sim
