// RoleBinding: who has a role in one namespace.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/binding_cells.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/rbac_validation.h"

namespace inferlab::sim::kinds {

const Kind kRoleBinding = {.group = "rbac.authorization.k8s.io",
                           .version = "v1",
                           .kind = "RoleBinding",
                           .plural = "rolebindings",
                           .singular = "rolebinding",
                           .short_names = {},
                           .categories = {},
                           .namespaced = true,
                           .verbs = all_verbs(),
                           .subresources = {},
                           .schema = &types::kRoleBinding,
                           .check_name = check_path_segment,
                           .set_defaults = default_role_binding,
                           .validate = validate_role_binding,
                           .columns = kBindingColumns,
                           .cells = binding_cells};

}  // namespace inferlab::sim::kinds
