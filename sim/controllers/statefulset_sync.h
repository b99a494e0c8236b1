#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/controllers/statefulset_claims.h"
#include "sim/controllers/statefulset_view.h"
#include "sim/controllers/workload_context.h"

namespace inferlab::sim {

/// One look of the StatefulSet controller at one StatefulSet: numbers its versions, takes the next
/// step and writes the status.
///
/// The steps, in this order, each one only when those before left nothing to wait for: every number
/// has its Pod; numbers that are not wanted lose theirs, the highest first; Pods of an old version
/// are deleted, the highest first. With podManagementPolicy OrderedReady a Pod that is not
/// available stops everything behind it, a new template too.
class StatefulSetSync {
 public:
  StatefulSetSync(const WorkloadContext& context, ObjectPtr set);

  /// When to look again though nothing changes: a Pod becomes available, or calls are allowed.
  Result<std::optional<Duration>> run();

 private:
  struct Counts {
    std::int64_t replicas = 0, ready = 0, available = 0, current = 0, updated = 0;
  };

  [[nodiscard]] const StatefulSetView& view() const { return set_->view<StatefulSetView>(); }
  [[nodiscard]] std::string_view name() const { return set_->key.name; }
  [[nodiscard]] bool deleting() const { return view().meta.deletion_timestamp.has_value(); }
  [[nodiscard]] bool is_ready(const StoredObject& pod) const;
  [[nodiscard]] bool is_available_pod(const StoredObject& pod) const;
  [[nodiscard]] bool is_healthy(const StoredObject& pod) const;
  [[nodiscard]] const StoredObject* pod_at(std::int64_t ordinal) const;

  void find_pods();
  Result<void> find_revisions();
  Result<ObjectPtr> create_update_revision(const Value& patch, std::int64_t number);
  [[nodiscard]] Counts count() const;
  void look_again_when_available();
  void look_again(Duration after);

  Result<void> step();
  // Each says whether there is nothing to wait for.
  Result<bool> care_for_replicas();
  Result<bool> care_for(std::int64_t ordinal);
  Result<bool> make_pod(std::int64_t ordinal);
  Result<void> mend(const StoredObject& pod, std::int64_t ordinal);
  Result<bool> remove_condemned();
  Result<void> replace_outdated();

  Result<void> delete_pod(const StoredObject& pod);
  Result<void> make_claims(std::int64_t ordinal);
  Result<void> set_claim_owners(const StoredObject& pod, std::int64_t ordinal);
  [[nodiscard]] bool claims_have_their_owners(const StoredObject& pod, std::int64_t ordinal) const;
  [[nodiscard]] bool has_stale_claim(std::int64_t ordinal) const;
  [[nodiscard]] ClaimHolders holders(std::int64_t ordinal, std::string_view pod_uid) const;
  [[nodiscard]] ObjectPtr claim(const Value& claim_template, std::int64_t ordinal) const;
  bool may_call();
  void pod_event(std::string_view verb, std::string_view pod, const Result<void>& result);

  Result<void> write_status();
  Result<void> truncate_history();

  WorkloadContext context_;
  ObjectPtr set_;
  std::map<std::int64_t, ObjectPtr> pods_;  // by ordinal, as they were at the beginning
  std::vector<ObjectPtr> revisions_;        // oldest first, as they were at the beginning
  ObjectPtr current_, update_;              // the versions of before and after the update
  std::int64_t collisions_ = 0;
  Counts counts_;
  std::optional<Duration> again_;
};

}  // namespace inferlab::sim
