// What status may say of a workload's Pods: no count below zero, and none above that of which it is
// a part. Told where a status is written.
#include <initializer_list>

#include "sim/api/validation/pod_spec_validation.h"
#include "sim/api/validation/workload_validation.h"

namespace inferlab::sim {
namespace {

using Words = std::initializer_list<const char*>;

constexpr std::string_view kMoreThanAll = "cannot be greater than status.replicas";

bool status_stays(const Value& object, const Value& old) {
  return old.is_null() || object["status"] == old["status"];
}

void validate_counts(const Value& status, Words counts, FieldErrors& errors) {
  const FieldPath path("status");
  for (const char* count : counts) validate_not_negative(path / count, status[count], errors);
}

void validate_parts(const Value& status, Words parts, const char* whole, std::string_view why,
                    FieldErrors& errors) {
  const FieldPath path("status");
  for (const char* part : parts) {
    if (status[part].as_int() > status[whole].as_int())
      errors.push_back(invalid_value(path / part, Value(status[part].as_int()), why));
  }
}

// It makes names of ReplicaSets and revisions differ: an old one must not come again.
void validate_collisions(const Value& status, const Value& before, FieldErrors& errors) {
  const Value& now = status["collisionCount"];
  const Value& was = before["collisionCount"];
  if (was.is_null() || (!now.is_null() && now.as_int() >= was.as_int())) return;
  const FieldPath path("status");
  errors.push_back(
      invalid_value(path / "collisionCount", Value(now.as_int()), "cannot be decremented"));
}

}  // namespace

void validate_deployment_status(const Value& object, const Value& old, FieldErrors& errors) {
  if (status_stays(object, old)) return;
  const Value& status = object["status"];
  validate_counts(status,
                  {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas",
                   "availableReplicas", "unavailableReplicas", "collisionCount"},
                  errors);
  validate_parts(status, {"updatedReplicas", "readyReplicas", "availableReplicas"}, "replicas",
                 kMoreThanAll, errors);
  validate_parts(status, {"availableReplicas"}, "readyReplicas",
                 "cannot be greater than readyReplicas", errors);
  validate_collisions(status, old["status"], errors);
}

void validate_replica_set_status(const Value& object, const Value& old, FieldErrors& errors) {
  if (status_stays(object, old)) return;
  const Value& status = object["status"];
  validate_counts(status,
                  {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas",
                   "observedGeneration"},
                  errors);
  validate_parts(status, {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}, "replicas",
                 kMoreThanAll, errors);
  validate_parts(status, {"availableReplicas"}, "readyReplicas",
                 "cannot be greater than readyReplicas", errors);
}

void validate_stateful_set_status(const Value& object, const Value& old, FieldErrors& errors) {
  if (status_stays(object, old)) return;
  const Value& status = object["status"];
  validate_counts(status,
                  {"replicas", "readyReplicas", "currentReplicas", "updatedReplicas",
                   "availableReplicas", "observedGeneration", "collisionCount"},
                  errors);
  validate_parts(status,
                 {"readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"},
                 "replicas", kMoreThanAll, errors);
  validate_parts(status, {"availableReplicas"}, "readyReplicas",
                 "cannot be greater than status.readyReplicas", errors);
  validate_collisions(status, old["status"], errors);
}

void validate_daemon_set_status(const Value& object, const Value& old, FieldErrors& errors) {
  if (status_stays(object, old)) return;
  const Value& status = object["status"];
  validate_counts(status,
                  {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled",
                   "numberReady", "observedGeneration", "updatedNumberScheduled", "numberAvailable",
                   "numberUnavailable", "collisionCount"},
                  errors);
  validate_collisions(status, old["status"], errors);
}

}  // namespace inferlab::sim
