// The Pods of a Job come and go.
#include <fmt/format.h>

#include <algorithm>

#include "sim/api/views.h"
#include "sim/controllers/controller.h"
#include "sim/controllers/job_pods.h"
#include "sim/controllers/job_sync.h"
#include "sim/controllers/pod_creation.h"
#include "sim/controllers/pod_ranking.h"

namespace inferlab::sim {
namespace {

// Creations or deletions in one go (MaxPodCreateDeletePerSync of kube-controller-manager).
constexpr std::int64_t kBurst = 500;

// Calls that a go waits for when the client's rate limit holds it up (see replicaset.cpp).
constexpr int kCallsToWaitFor = 20;

}  // namespace

Result<void> JobSync::manage() {
  if (suspended()) return remove(to_remove(active_count_), true);
  const std::int64_t parallelism = spec()["parallelism"].as_int();
  const Value& completions = spec()["completions"];
  std::int64_t wanted = 0;
  if (completions.is_null()) {
    // After the first success nobody new is sent.
    wanted = succeeded_ > 0 ? active_count_ : parallelism;
  } else {
    wanted = std::clamp<std::int64_t>(completions.as_int() - succeeded_, 0, parallelism);
  }
  std::vector<ObjectPtr> surplus = to_remove(std::max<std::int64_t>(active_count_ - wanted, 0));
  if (!surplus.empty()) {
    if (static_cast<std::int64_t>(surplus.size()) > kBurst) surplus.resize(kBurst);
    return remove(surplus, true);
  }
  const std::int64_t waited_for = replaces_failed_only(document()) ? terminating_ : 0;
  const std::int64_t missing = std::min(wanted - waited_for - active_count_, kBurst);
  if (missing <= 0) return {};
  if (!has_limit_per_index(document())) {
    const Duration wait = new_backoff_.remaining(now());
    if (wait > Duration::zero()) {
      look_again(std::max(wait, kBatchPeriod));
      active_count_ = 0;  // as kube-controller-manager 1.32 reports it until the wait is over
      return {};
    }
  }
  return create(missing);
}

Result<void> JobSync::create(std::int64_t missing) {
  std::vector<std::optional<std::int64_t>> indexes(static_cast<std::size_t>(missing));
  if (is_indexed(document())) {
    const std::vector<std::int64_t> next = next_indexes(missing);
    indexes.assign(next.begin(), next.end());
  }
  SlowStart batches;
  Result<void> out;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (!parts_.client.take(now())) {
      const auto left =
          static_cast<int>(std::min<std::size_t>(indexes.size() - i, kCallsToWaitFor));
      look_again(parts_.client.wait_for(now(), left));
      return {};
    }
    const auto replaced = indexes[i] ? delayed_.find(*indexes[i]) : delayed_.end();
    const Value pod =
        job_pod(*job_, indexes[i], replaced == delayed_.end() ? nullptr : replaced->second.get());
    const ApiResponse response = parts_.api.create("pods", job_->key.ns, pod, parts_.user);
    if (response.ok()) {
      ++active_count_;
      parts_.events.normal(*job_, "SuccessfulCreate",
                           fmt::format("Created pod: {}", response.object->key.name));
    } else if (!is_refused_by_ending_namespace(response)) {
      parts_.events.warning(*job_, "FailedCreate",
                            fmt::format("Error creating: {}", response.message()));
      if (out) out = accepted(response, job_->key.name);
    }
    if (!batches.go_on_after(!out)) break;
  }
  return out;
}

// The lowest indexes that nobody works on, without those that wait after a failure.
std::vector<std::int64_t> JobSync::next_indexes(std::int64_t count) {
  IndexSet taken = succeeded_indexes_;
  if (failed_indexes_) taken.add(*failed_indexes_);
  for (const ObjectPtr& pod : pods_) {
    const bool waited_for = replaces_failed_only(document()) && is_terminating(*pod);
    const bool is_there = std::find(active_.begin(), active_.end(), pod) != active_.end();
    if (!is_there && !waited_for) continue;
    if (const auto index = completion_index(*pod)) taken.add(*index);
  }
  const std::vector<std::int64_t> next = taken.missing(count, spec()["completions"].as_int());
  if (!failed_indexes_) return next;
  std::vector<std::int64_t> out;
  std::optional<Duration> shortest;
  for (const std::int64_t index : next) {
    Duration wait{};
    if (const auto found = delayed_.find(index); found != delayed_.end()) {
      const StoredObject& last = *found->second;
      wait = JobBackoff{index_failures(last).all() + 1, finish_time(last)}.remaining(now());
    }
    if (wait == Duration::zero()) {
      out.push_back(index);
    } else {
      shortest = shortest ? std::min(*shortest, wait) : wait;
    }
  }
  if (out.empty() && shortest) {
    look_again(std::max(*shortest, kBatchPeriod));
    active_count_ = 0;  // see manage()
  }
  return out;
}

// Who goes when there are too many: of an Indexed Job first those without an index of their own.
std::vector<ObjectPtr> JobSync::to_remove(std::int64_t at_least) const {
  std::vector<ObjectPtr> out;
  std::vector<ObjectPtr> left = active_;
  rank_plainly_for_deletion(left);
  if (is_indexed(document())) {
    // The last in rank stays for each index.
    std::map<std::int64_t, std::int64_t> seen;
    std::vector<ObjectPtr> keepers;
    for (const ObjectPtr& pod : left) {
      if (has_good_index(*pod)) ++seen[*completion_index(*pod)];
    }
    for (const ObjectPtr& pod : left) {
      const bool keeps = has_good_index(*pod) && --seen[*completion_index(*pod)] == 0;
      (keeps ? keepers : out).push_back(pod);
    }
    left = std::move(keepers);
  }
  for (const ObjectPtr& pod : left) {
    if (static_cast<std::int64_t>(out.size()) >= at_least) break;
    out.push_back(pod);
  }
  return out;
}

Result<void> JobSync::delete_active() {
  return remove(active_, false);
}

// What cannot be deleted keeps none of the others. `uncounted`: they lose their finalizer first, so
// that their end is not counted as a failure.
Result<void> JobSync::remove(const std::vector<ObjectPtr>& pods, bool uncounted) {
  Result<void> out;
  for (const ObjectPtr& pod : pods) {
    if (uncounted && is_tracked(*pod)) {
      const Value change =
          Value::object({{"metadata", Value::object({{"finalizers", without_tracking(*pod)}})}});
      const ApiResponse freed = parts_.api.merge_patch(pod->key, "", change, parts_.user);
      if (!freed.ok() && freed.code != 404) {
        if (out) out = accepted(freed, pod->key.name);
        continue;
      }
    }
    const ApiResponse response =
        parts_.api.remove(pod->key, parts_.user, std::nullopt, pod->view<PodView>().meta.uid);
    if (response.ok()) {
      parts_.events.normal(*job_, "SuccessfulDelete",
                           fmt::format("Deleted pod: {}", pod->key.name));
    } else if (response.code != 404) {
      parts_.events.warning(*job_, "FailedDelete",
                            fmt::format("Error deleting: {}", response.message()));
      if (out) out = accepted(response, pod->key.name);
      continue;
    }
    --active_count_;
    ++terminating_;
    if (pod->view<PodView>().ready) --ready_;
  }
  return out;
}

}  // namespace inferlab::sim
