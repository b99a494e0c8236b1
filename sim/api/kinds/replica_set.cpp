// ReplicaSet: keeps a number of equal Pods.
#include "sim/api/defaults/fill.h"
#include "sim/api/defaults/pod_defaults.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_template_cells.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/workload_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},  {"Desired", "integer", ""},
                                    {"Current", "integer", ""},  {"Ready", "integer", ""},
                                    {"Age", "string", ""},       {"Containers", "string", "", 1},
                                    {"Images", "string", "", 1}, {"Selector", "string", "", 1}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& status = object["status"];
  const Value& spec = object["spec"];
  return {object["metadata"]["name"],
          spec["replicas"].as_int(),
          status["replicas"].as_int(),
          status["readyReplicas"].as_int(),
          age_of(object, now),
          container_names(spec["template"]),
          container_images(spec["template"]),
          selector_text(spec["selector"])};
}

Value set_defaults(Value object) {
  const Value& given = object["spec"];
  Value spec = filled(given, {{"replicas", 1}});
  const Value pod_template = default_pod_template(spec["template"]);
  if (!same_document(pod_template, spec["template"])) spec = spec.with("template", pod_template);
  return same_document(spec, given) ? object : object.with("spec", spec);
}

Value prepare(Value object, const Value& old) {
  return old.is_null() ? object.with("status", Value::object({{"replicas", 0}})) : object;
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"status.replicas", std::to_string(object["status"]["replicas"].as_int())}};
}

}  // namespace

const Kind kReplicaSet = {.group = "apps",
                          .version = "v1",
                          .kind = "ReplicaSet",
                          .plural = "replicasets",
                          .singular = "replicaset",
                          .short_names = {"rs"},
                          .categories = {"all"},
                          .verbs = all_verbs(),
                          .subresources = {"scale", "status"},
                          .schema = &types::kReplicaSet,
                          .counts_generation = true,
                          .set_defaults = set_defaults,
                          .validate = validate_replica_set,
                          .prepare = prepare,
                          .columns = kColumns,
                          .cells = cells,
                          .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
