// ComponentStatus: how the parts of the control plane are; made up when it is asked for
// (api_components.cpp).
#include "sim/api/conditions.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/types/types.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kComponentConditionFields[] = {
    {.name = "error", .omit_zero = true},
    {.name = "message", .omit_zero = true},
    {.name = "status", .required = true, .default_json = "\"\""},
    {.name = "type", .required = true, .default_json = "\"\""},
};
constinit const Type kComponentCondition = {"io.k8s.api.core.v1.ComponentCondition", "",
                                            kComponentConditionFields};

constexpr Field kComponentStatusFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "conditions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kComponentCondition,
     .description = "Whether the component is healthy.",
     .merge_key = "type",
     .patch_strategy = "merge",
     .list_type = "map",
     .list_map_keys = "type"},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
};
constinit const Type kComponentStatus = {
    "io.k8s.api.core.v1.ComponentStatus",
    "Whether a part of the control plane is well. Deprecated since 1.19.", kComponentStatusFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Status", "string", ""},
                                    {"Message", "string", ""},
                                    {"Error", "string", ""}};

std::vector<Value> cells(const Value& object, Time) {
  const Value& healthy = find_condition(object["conditions"], "Healthy");
  const bool well = healthy["status"].as_string() == "True";
  return {object["metadata"]["name"], well ? "Healthy" : "Unhealthy", healthy["message"].str(),
          healthy["error"].str()};
}

}  // namespace

const Kind kComponentStatus = {.group = "",
                               .version = "v1",
                               .kind = "ComponentStatus",
                               .plural = "componentstatuses",
                               .singular = "componentstatus",
                               .short_names = {"cs"},
                               .categories = {},
                               .namespaced = false,
                               .verbs = {"get", "list"},
                               .subresources = {},
                               .schema = &types::kComponentStatus,
                               .computed = true,
                               .columns = kColumns,
                               .cells = cells};

}  // namespace inferlab::sim::kinds
