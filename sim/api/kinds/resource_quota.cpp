// ResourceQuota: a limit on what a namespace may use.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/quota_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kScopedResourceSelectorRequirementFields[] = {
    {.name = "operator", .required = true, .default_json = "\"\""},
    {.name = "scopeName", .required = true, .default_json = "\"\""},
    {.name = "values", .type = FieldType::kList, .list_type = "atomic"},
};
constinit const Type kScopedResourceSelectorRequirement = {
    "io.k8s.api.core.v1.ScopedResourceSelectorRequirement", "",
    kScopedResourceSelectorRequirementFields};

constexpr Field kScopeSelectorFields[] = {
    {.name = "matchExpressions",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kScopedResourceSelectorRequirement,
     .list_type = "atomic"},
};
constinit const Type kScopeSelector = {"io.k8s.api.core.v1.ScopeSelector", "",
                                       kScopeSelectorFields};

constexpr Field kResourceQuotaSpecFields[] = {
    {.name = "hard",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "The limits, by name of the resource: requests.cpu, requests.nvidia.com/gpu, "
                    "pods, count/deployments.apps."},
    {.name = "scopeSelector",
     .type = FieldType::kObject,
     .object = &kScopeSelector,
     .description = "Which objects count, by operators and values, such as their PriorityClass.",
     .atomic_map = true},
    {.name = "scopes",
     .type = FieldType::kList,
     .description = "Which objects count: all of these must fit.",
     .list_type = "atomic"},
};
constinit const Type kResourceQuotaSpec = {"io.k8s.api.core.v1.ResourceQuotaSpec", "",
                                           kResourceQuotaSpecFields};

constexpr Field kResourceQuotaStatusFields[] = {
    {.name = "hard",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "The limits in force."},
    {.name = "used",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "What is used now."},
};
constinit const Type kResourceQuotaStatus = {"io.k8s.api.core.v1.ResourceQuotaStatus", "",
                                             kResourceQuotaStatusFields};

constexpr Field kResourceQuotaFields[] = {
    {.name = "apiVersion",
     .description = "The version of the schema in which this object is written.",
     .omit_zero = true},
    {.name = "kind", .description = "What kind of object this is.", .omit_zero = true},
    {.name = "metadata",
     .type = FieldType::kObject,
     .object = &kObjectMeta,
     .description = "Name, labels and what else every object has.",
     .default_json = "{}"},
    {.name = "spec",
     .type = FieldType::kObject,
     .object = &kResourceQuotaSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
    {.name = "status",
     .type = FieldType::kObject,
     .object = &kResourceQuotaStatus,
     .description = "What was last observed.",
     .default_json = "{}"},
};
constinit const Type kResourceQuota = {
    "io.k8s.api.core.v1.ResourceQuota",
    "A limit on what all objects of a namespace may use together.", kResourceQuotaFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Request", "string", ""},
                                    {"Limit", "string", ""},
                                    {"Age", "string", ""}};

// "pods: 1/4, requests.cpu: 0/2": limits or all else.
std::string amounts(const Value& status, bool limits) {
  std::string out;
  for (const Value::Member& hard : status["hard"].members()) {
    if (hard.key.starts_with("limits") != limits) continue;
    const Value& used = status["used"][hard.key];
    out += (out.empty() ? "" : ", ") + hard.key + ": " + std::string(used.as_string("0")) + "/" +
           hard.value.str();
  }
  return out;
}

std::vector<Value> cells(const Value& object, Time now) {
  const Value& status = object["status"];
  return {object["metadata"]["name"], amounts(status, false), amounts(status, true),
          age_of(object, now)};
}

Value prepare(Value object, const Value& old) {
  return old.is_null() ? object.with("status", Value::object()) : object;
}

}  // namespace

const Kind kResourceQuota = {.group = "",
                             .version = "v1",
                             .kind = "ResourceQuota",
                             .plural = "resourcequotas",
                             .singular = "resourcequota",
                             .short_names = {"quota"},
                             .categories = {},
                             .verbs = all_verbs(),
                             .subresources = {"status"},
                             .schema = &types::kResourceQuota,
                             .returns_deleted = true,
                             .validate = validate_resource_quota,
                             .prepare = prepare,
                             .columns = kColumns,
                             .cells = cells};

}  // namespace inferlab::sim::kinds
