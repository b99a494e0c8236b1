#include "sim/api/builtin_objects.h"

#include "engine/base/check.h"
#include "sim/api/access/default_roles.h"
#include "sim/api/system_priorities.h"

namespace inferlab::sim {

void create_builtin_objects(Api& api) {
  for (const SystemPriority& priority : system_priorities()) {
    const Value body = Value::object({{"description", Value(priority.description)},
                                      {"metadata", Value::object({{"name", Value(priority.name)}})},
                                      {"value", priority.value}});
    INFERLAB_CHECK(
        api.create("priorityclasses.scheduling.k8s.io", "", body, "system:apiserver").ok());
  }
  const auto create_all = [&api](std::string_view resource, const Value& bodies) {
    for (const Value& body : bodies.items())
      INFERLAB_CHECK(api.create(resource, "", body, "system:apiserver").ok());
  };
  create_all("clusterroles.rbac.authorization.k8s.io", default_cluster_roles());
  create_all("clusterrolebindings.rbac.authorization.k8s.io", default_cluster_role_bindings());
}

}  // namespace inferlab::sim
