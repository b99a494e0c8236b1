// What there is of a Job, and what it means for it: still running, succeeded, failed.
#include "sim/controllers/job_sync.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/job_failure_policy.h"
#include "sim/controllers/job_pods.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

bool has_succeeded(const StoredObject& pod, const Value&) {
  return pod.view<PodView>().phase == "Succeeded";
}

bool contains(const Value& list, std::string_view text) {
  const Value::Array& all = list.items();
  return std::any_of(all.begin(), all.end(),
                     [text](const Value& one) { return one.as_string() == text; });
}

std::int64_t as_count(const std::vector<ObjectPtr>& pods) {
  return static_cast<std::int64_t>(pods.size());
}

}  // namespace

JobSync::JobSync(Parts parts, ObjectPtr job, JobBackoff& backoff)
    : parts_(parts), job_(std::move(job)), backoff_(backoff), status_(job_->document["status"]) {
  if (!status_.has("uncountedTerminatedPods"))
    status_ = status_.with("uncountedTerminatedPods", Value::object());
}

void JobSync::look_again(Duration delay) {
  again_ = again_ ? std::min(*again_, delay) : delay;
}

Result<void> JobSync::run() {
  collect();
  count();
  ending_ = ending_before_indexes();
  if (is_indexed(document())) {
    count_indexes();
    if (!ending_) ending_ = ending_of_indexes();
  }
  Result<void> managed;
  if (ending_) {
    managed = delete_active();
    // Not over as long as a Pod is left that may yet succeed.
    if (!managed) ending_.reset();
  } else {
    if (!deleting()) managed = manage();
    const Value& completions = spec()["completions"];
    // Without completions one success is enough, but the others are waited for.
    const std::int64_t enough = completions.is_null() ? 1 : completions.as_int();
    if (succeeded_ >= enough && active_count_ == 0) {
      ending_ = Ending{"SuccessCriteriaMet", "CompletionsReached",
                       "Reached expected number of succeeded pods"};
    } else if (!deleting()) {
      note_suspension();
    }
  }
  set_count("active", active_count_);
  status_ = status_.with("ready", ready_).with("terminating", terminating_);
  INFERLAB_TRY_VOID(track());
  return managed;
}

void JobSync::collect() {
  const std::string uid = document()["metadata"]["uid"].str();
  for (const ObjectKey& key : parts_.index.dependents(uid)) {
    if (key.resource != "pods") continue;
    ObjectPtr pod = parts_.api.store().get(key);
    const OwnerReference* owner = pod->view<PodView>().meta.controller();
    if (owner == nullptr || owner->uid != uid) continue;
    if (is_terminating(*pod)) ++terminating_;
    if (is_active(pod->view<PodView>())) {
      active_.push_back(pod);
      if (pod->view<PodView>().ready) ++ready_;
    }
    pods_.push_back(std::move(pod));
  }
  active_count_ = as_count(active_);
}

bool JobSync::has_good_index(const StoredObject& pod) const {
  const auto index = completion_index(pod);
  return index && *index < spec()["completions"].as_int();
}

std::vector<ObjectPtr> JobSync::newly_ended(bool (*which)(const StoredObject& pod,
                                                          const Value& job),
                                            const char* uncounted) const {
  std::vector<ObjectPtr> out;
  for (const ObjectPtr& pod : pods_) {
    const std::string& uid = pod->view<PodView>().meta.uid;
    if (!is_tracked(*pod) || contains(status_["uncountedTerminatedPods"][uncounted], uid)) continue;
    if (is_indexed(document()) && !has_good_index(*pod)) continue;
    if (which(*pod, document())) out.push_back(pod);
  }
  return out;
}

void JobSync::count() {
  const std::vector<ObjectPtr> succeeded = newly_ended(has_succeeded, "succeeded");
  const std::vector<ObjectPtr> failed = newly_ended(is_pod_failed, "failed");
  const Value& policy = spec()["podFailurePolicy"];
  const std::int64_t counted =
      std::count_if(failed.begin(), failed.end(),
                    [&policy](const ObjectPtr& pod) { return judge_failure(policy, *pod).counts; });
  const Value& uncounted = status_["uncountedTerminatedPods"];
  succeeded_ = status_["succeeded"].as_int() + as_count(succeeded) +
               static_cast<std::int64_t>(uncounted["succeeded"].size());
  failed_ =
      status_["failed"].as_int() + counted + static_cast<std::int64_t>(uncounted["failed"].size());
  new_backoff_ = backoff_.after(succeeded, failed);
  if (!status_.has("startTime") && !suspended())
    status_ = status_.with("startTime", Value(format_rfc3339(now())));
}

void JobSync::count_indexes() {
  const std::int64_t completions = spec()["completions"].as_int();
  succeeded_indexes_ = IndexSet::parse(status_["completedIndexes"].as_string(), completions);
  for (const ObjectPtr& pod : pods_) {
    if (is_tracked(*pod) && has_good_index(*pod) && has_succeeded(*pod, document()))
      succeeded_indexes_.add(*completion_index(*pod));
  }
  succeeded_ = succeeded_indexes_.size();
  if (!has_limit_per_index(document())) return;
  failed_indexes_ = IndexSet::parse(status_["failedIndexes"].as_string(), completions);
  for (const ObjectPtr& pod : pods_) {
    if (is_tracked(*pod) && has_good_index(*pod) && index_failed(*pod))
      failed_indexes_->add(*completion_index(*pod));
  }
  find_delayed();
}

bool JobSync::index_failed(const StoredObject& pod) const {
  if (!is_pod_failed(pod, document())) return false;
  const FailureVerdict verdict = judge_failure(spec()["podFailurePolicy"], pod);
  if (verdict.action == "FailIndex") return true;
  return verdict.counts && index_failures(pod).counted >= spec()["backoffLimitPerIndex"].as_int();
}

// How often an index has failed is written on its Pods alone: the last failed one stays until the
// next one is there.
void JobSync::find_delayed() {
  IndexSet settled = succeeded_indexes_;
  settled.add(*failed_indexes_);
  for (const ObjectPtr& pod : active_) {
    if (const auto index = completion_index(*pod)) settled.add(*index);
  }
  for (const ObjectPtr& pod : pods_) {
    if (!is_tracked(*pod) || !has_good_index(*pod) || !is_pod_failed(*pod, document())) continue;
    const std::int64_t index = *completion_index(*pod);
    if (settled.contains(index)) continue;
    ObjectPtr& last = delayed_[index];
    const bool later =
        last == nullptr || (index_failures(*last).all() <= index_failures(*pod).all() &&
                            finish_time(*last) <= finish_time(*pod));
    if (later) last = pod;
  }
}

std::optional<JobSync::Ending> JobSync::ending_before_indexes() {
  const Value& met = condition_of(document(), "SuccessCriteriaMet");
  if (met["status"].as_string() == "True")
    return Ending{"SuccessCriteriaMet", met["reason"].str(), met["message"].str()};
  const Value& target = condition_of(document(), "FailureTarget");
  if (target["status"].as_string() == "True")
    return Ending{"Failed", target["reason"].str(), target["message"].str()};
  if (spec().has("podFailurePolicy")) {
    for (const ObjectPtr& pod : pods_) {
      if (!is_pod_failed(*pod, document())) continue;
      const FailureVerdict verdict = judge_failure(spec()["podFailurePolicy"], *pod);
      if (verdict.action == "FailJob")
        return Ending{"FailureTarget", "PodFailurePolicy", verdict.fail_job_message};
    }
  }
  if (failed_ > spec()["backoffLimit"].as_int() || too_many_restarts()) {
    return Ending{"FailureTarget", "BackoffLimitExceeded",
                  "Job has reached the specified backoff limit"};
  }
  if (!spec().has("activeDeadlineSeconds") || suspended()) return std::nullopt;
  const auto start = parse_rfc3339(status_["startTime"].as_string());
  const Duration left =
      start.value_or(now()) + seconds_capped(spec()["activeDeadlineSeconds"].as_int()) - now();
  if (left <= Duration::zero()) {
    return Ending{"FailureTarget", "DeadlineExceeded",
                  "Job was active longer than specified deadline"};
  }
  look_again(left);
  return std::nullopt;
}

std::optional<JobSync::Ending> JobSync::ending_of_indexes() const {
  if (failed_indexes_) {
    const Value& limit = spec()["maxFailedIndexes"];
    if (!limit.is_null() && failed_indexes_->size() > limit.as_int()) {
      return Ending{"FailureTarget", "MaxFailedIndexesExceeded",
                    "Job has exceeded the specified maximal number of failed indexes"};
    }
    if (!failed_indexes_->empty() &&
        failed_indexes_->size() + succeeded_indexes_.size() >= spec()["completions"].as_int()) {
      return Ending{"FailureTarget", "FailedIndexes", "Job has failed indexes"};
    }
  }
  if (const auto message = success_rule_met())
    return Ending{"SuccessCriteriaMet", "SuccessPolicy", *message};
  return std::nullopt;
}

// Source: Kubernetes documentation, "Jobs", "Success policy".
std::optional<std::string> JobSync::success_rule_met() const {
  if (succeeded_indexes_.empty()) return std::nullopt;
  const std::int64_t completions = spec()["completions"].as_int();
  const Value::Array& rules = spec()["successPolicy"]["rules"].items();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Value& count = rules[i]["succeededCount"];
    bool met = false;
    if (rules[i].has("succeededIndexes")) {
      const IndexSet wanted =
          IndexSet::parse(rules[i]["succeededIndexes"].as_string(), completions);
      const std::int64_t common = wanted.common_with(succeeded_indexes_);
      met = !wanted.empty() &&
            (common == wanted.size() || (!count.is_null() && common >= count.as_int()));
    } else {
      met = !count.is_null() && succeeded_indexes_.size() >= count.as_int();
    }
    if (met) return fmt::format("Matched rules at index {}", i);
  }
  return std::nullopt;
}

// With restartPolicy OnFailure the kubelet retries, and what it counts is what there is to count.
bool JobSync::too_many_restarts() const {
  if (spec()["template"]["spec"]["restartPolicy"].as_string() != "OnFailure") return false;
  std::int64_t restarts = 0;
  for (const ObjectPtr& pod : pods_) {
    const Value& status = pod->document["status"];
    const std::string_view phase = status["phase"].as_string();
    if (phase != "Running" && phase != "Pending") continue;
    for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
      for (const Value& container : status[list].items())
        restarts += container["restartCount"].as_int();
    }
  }
  const std::int64_t limit = spec()["backoffLimit"].as_int();
  return limit == 0 ? restarts > 0 : restarts >= limit;
}

void JobSync::note_suspension() {
  if (suspended()) {
    if (ensure_condition({"Suspended", "JobSuspended", "Job suspended"}))
      parts_.events.normal(*job_, "Suspended", "Job suspended");
  } else if (ensure_condition({"Suspended", "JobResumed", "Job resumed"}, false)) {
    parts_.events.normal(*job_, "Resumed", "Job resumed");
    // The deadline counts from here.
    status_ = status_.with("startTime", Value(format_rfc3339(now())));
  }
}

}  // namespace inferlab::sim
