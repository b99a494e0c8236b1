#include "sim/api/builtin_objects.h"

#include "engine/base/check.h"
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
}

}  // namespace inferlab::sim
