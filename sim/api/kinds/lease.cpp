// Lease: a node's heartbeat, a leader's claim.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Holder", "string", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], Value(object["spec"]["holderIdentity"].as_string()),
          age_of(object, now)};
}

// Source: Kubernetes 1.32, pkg/apis/coordination/validation.
void validate(const Value& object, const Value&, FieldErrors& errors) {
  const FieldPath spec("spec");
  const Value& duration = object["spec"]["leaseDurationSeconds"];
  if (!duration.is_null() && duration.as_int() <= 0) {
    errors.push_back(
        invalid_value(spec / "leaseDurationSeconds", duration, "must be greater than 0"));
  }
  const Value& transitions = object["spec"]["leaseTransitions"];
  if (!transitions.is_null() && transitions.as_int() < 0) {
    errors.push_back(invalid_value(spec / "leaseTransitions", transitions,
                                   "must be greater than or equal to 0"));
  }
}

}  // namespace

const Kind kLease = {.group = "coordination.k8s.io",
                     .version = "v1",
                     .kind = "Lease",
                     .plural = "leases",
                     .singular = "lease",
                     .short_names = {},
                     .categories = {},
                     .verbs = all_verbs(),
                     .subresources = {},
                     .schema = &types::kLease,
                     .create_on_update = true,
                     .validate = validate,
                     .columns = kColumns,
                     .cells = cells};

}  // namespace inferlab::sim::kinds
