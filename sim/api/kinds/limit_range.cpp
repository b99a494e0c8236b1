// LimitRange: defaults and bounds for what each object of a namespace may ask for.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/quota_validation.h"

namespace inferlab::sim::types {
namespace {

constexpr Field kLimitRangeItemFields[] = {
    {.name = "default",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "The limits of a container that states none."},
    {.name = "defaultRequest",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "The requests of a container that states none."},
    {.name = "max",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "The most that may be asked for."},
    {.name = "maxLimitRequestRatio",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "How many times the request a limit may be."},
    {.name = "min",
     .type = FieldType::kMap,
     .element = FieldType::kQuantity,
     .description = "The least that may be asked for."},
    {.name = "type",
     .description = "Pod, Container or PersistentVolumeClaim.",
     .required = true,
     .default_json = "\"\""},
};
constinit const Type kLimitRangeItem = {"io.k8s.api.core.v1.LimitRangeItem", "",
                                        kLimitRangeItemFields};

constexpr Field kLimitRangeSpecFields[] = {
    {.name = "limits",
     .type = FieldType::kList,
     .element = FieldType::kObject,
     .object = &kLimitRangeItem,
     .description = "One item for each sort of object.",
     .required = true,
     .list_type = "atomic"},
};
constinit const Type kLimitRangeSpec = {"io.k8s.api.core.v1.LimitRangeSpec", "",
                                        kLimitRangeSpecFields};

constexpr Field kLimitRangeFields[] = {
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
     .object = &kLimitRangeSpec,
     .description = "What is wished for.",
     .default_json = "{}"},
};
constinit const Type kLimitRange = {
    "io.k8s.api.core.v1.LimitRange",
    "Defaults and bounds for what each object of a namespace may ask for.", kLimitRangeFields};

}  // namespace

}  // namespace inferlab::sim::types

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"}, {"Created At", "date", ""}};

std::vector<Value> cells(const Value& object, Time) {
  return {object["metadata"]["name"], object["metadata"]["creationTimestamp"]};
}

// Each member of `from` that `map` does not have.
Value with_missing(Value map, const Value& from) {
  for (const Value::Member& member : from.members()) {
    if (!map.has(member.key)) map = map.with(member.key, member.value);
  }
  return map;
}

// The most is the default, the default what is asked for, the least else.
Value default_item(const Value& item) {
  if (item["type"].as_string() != "Container") return item;
  const Value limits = with_missing(item["default"], item["max"]);
  const Value requests = with_missing(with_missing(item["defaultRequest"], limits), item["min"]);
  Value out = item;
  if (!limits.empty()) out = out.with("default", limits);
  if (!requests.empty()) out = out.with("defaultRequest", requests);
  return out;
}

Value set_defaults(Value object) {
  const Value& limits = object["spec"]["limits"];
  if (limits.empty()) return object;
  return object.with_path({"spec", "limits"}, each_item(limits, default_item));
}

}  // namespace

const Kind kLimitRange = {.group = "",
                          .version = "v1",
                          .kind = "LimitRange",
                          .plural = "limitranges",
                          .singular = "limitrange",
                          .short_names = {"limits"},
                          .categories = {},
                          .verbs = all_verbs(),
                          .subresources = {},
                          .schema = &types::kLimitRange,
                          .set_defaults = set_defaults,
                          .validate = validate_limit_range,
                          .columns = kColumns,
                          .cells = cells};

}  // namespace inferlab::sim::kinds
