// Role: what may be done in one namespace.
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/rbac_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"}, {"Created At", "date", ""}};

std::vector<Value> cells(const Value& object, Time) {
  return {object["metadata"]["name"], object["metadata"]["creationTimestamp"]};
}

}  // namespace

const Kind kRole = {.group = "rbac.authorization.k8s.io",
                    .version = "v1",
                    .kind = "Role",
                    .plural = "roles",
                    .singular = "role",
                    .short_names = {},
                    .categories = {},
                    .namespaced = true,
                    .verbs = all_verbs(),
                    .subresources = {},
                    .schema = &types::kRole,
                    .check_name = check_path_segment,
                    .validate = validate_role,
                    .columns = kColumns,
                    .cells = cells};

}  // namespace inferlab::sim::kinds
