// Lease: a node's heartbeat, a leader's claim.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Holder", "string", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], Value(object["spec"]["holderIdentity"].as_string()),
          age_of(object, now)};
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
                     .columns = kColumns,
                     .cells = cells};

}  // namespace inferlab::sim::kinds
