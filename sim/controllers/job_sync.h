#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/api.h"
#include "sim/api/event_recorder.h"
#include "sim/controllers/job_backoff.h"
#include "sim/controllers/job_indexes.h"
#include "sim/controllers/object_index.h"
#include "sim/controllers/rate_limiter.h"

namespace inferlab::sim {

/// One look at a Job: its Pods are counted, made and deleted, its status is written.
///
/// The end of a Pod is counted in three steps, so that none is counted twice or forgotten: its uid
/// goes into status.uncountedTerminatedPods, then it loses its finalizer, then the number goes up
/// and the uid out. Lives for one look.
/// Source: Kubernetes documentation, "Jobs", "Job tracking with finalizers"; the rules, the texts
/// and the order of writes are those of kube-controller-manager 1.32.
class JobSync {
 public:
  struct Parts {
    Api& api;
    const ObjectIndex& index;
    EventRecorder& events;
    const std::string& user;
    RateLimiter& client;
  };
  /// The soonest that a change of the Job's Pods is looked at, so that many are looked at at once.
  static constexpr Duration kBatchPeriod = 1s;

  JobSync(Parts parts, ObjectPtr job, JobBackoff& backoff);

  /// An error means: again, later each time.
  Result<void> run();
  /// After run(): when to look again though nothing changes.
  [[nodiscard]] std::optional<Duration> again() const { return again_; }

 private:
  struct Ending {
    std::string type, reason, message;  // of the condition
  };

  [[nodiscard]] Time now() const { return parts_.api.simulation().now(); }
  [[nodiscard]] const Value& document() const { return job_->document; }
  [[nodiscard]] const Value& spec() const { return job_->document["spec"]; }
  [[nodiscard]] bool suspended() const { return spec()["suspend"].as_bool(); }
  [[nodiscard]] bool deleting() const { return document()["metadata"].has("deletionTimestamp"); }
  void look_again(Duration delay);

  // job_sync.cpp: what is there, and what it means.
  void collect();
  void count();
  [[nodiscard]] std::vector<ObjectPtr> newly_ended(bool (*which)(const StoredObject& pod,
                                                                 const Value& job),
                                                   const char* uncounted) const;
  [[nodiscard]] bool has_good_index(const StoredObject& pod) const;
  void count_indexes();
  void find_delayed();
  [[nodiscard]] bool index_failed(const StoredObject& pod) const;
  [[nodiscard]] std::optional<Ending> ending_before_indexes();
  [[nodiscard]] std::optional<Ending> ending_of_indexes() const;
  [[nodiscard]] std::optional<std::string> success_rule_met() const;
  [[nodiscard]] bool too_many_restarts() const;
  void note_suspension();

  // job_manage.cpp: Pods come and go.
  Result<void> manage();
  Result<void> create(std::int64_t missing);
  Result<void> delete_active();
  Result<void> remove(const std::vector<ObjectPtr>& pods, bool uncounted);
  [[nodiscard]] std::vector<ObjectPtr> to_remove(std::int64_t at_least) const;
  [[nodiscard]] std::vector<std::int64_t> next_indexes(std::int64_t count);

  // job_status.cpp: ends are counted, the status is written.
  Result<void> track();
  void note_ends();
  [[nodiscard]] bool may_let_go(const StoredObject& pod) const;
  void note_ending();
  Result<void> let_go();
  void move_counts();
  bool enact();
  void report_end();
  void set_count(const char* field, std::int64_t count);
  bool ensure_condition(const Ending& condition, bool truth = true);
  Result<void> write_status();

  Parts parts_;
  ObjectPtr job_;
  JobBackoff& backoff_;
  JobBackoff new_backoff_;
  Value status_;  // as it will be written
  std::optional<Duration> again_;

  std::vector<ObjectPtr> pods_, active_;
  std::int64_t active_count_ = 0, ready_ = 0, terminating_ = 0, succeeded_ = 0, failed_ = 0;
  IndexSet succeeded_indexes_;
  std::optional<IndexSet> failed_indexes_;  // with a limit per index
  std::map<std::int64_t, ObjectPtr>
      delayed_;  // failed Pods whose successors take over their counts
  std::optional<Ending> ending_;
  std::vector<ObjectPtr> letting_go_;
};

}  // namespace inferlab::sim
