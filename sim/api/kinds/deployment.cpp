// Deployment: keeps ReplicaSets, one for each version of its Pod template.
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

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},   {"Ready", "string", ""},
                                    {"Up-to-date", "string", ""}, {"Available", "string", ""},
                                    {"Age", "string", ""},        {"Containers", "string", "", 1},
                                    {"Images", "string", "", 1},  {"Selector", "string", "", 1}};

std::vector<Value> cells(const Value& object, Time now) {
  const Value& status = object["status"];
  const Value& spec = object["spec"];
  return {object["metadata"]["name"],
          std::to_string(status["readyReplicas"].as_int()) + "/" +
              std::to_string(spec["replicas"].as_int()),
          status["updatedReplicas"].as_int(),
          status["availableReplicas"].as_int(),
          age_of(object, now),
          container_names(spec["template"]),
          container_images(spec["template"]),
          selector_text(spec["selector"])};
}

Value set_defaults(Value object) {
  const Value& given = object["spec"];
  Value spec = filled(
      given, {{"progressDeadlineSeconds", 600}, {"replicas", 1}, {"revisionHistoryLimit", 10}});
  Value strategy = filled(spec["strategy"], {{"type", "RollingUpdate"}});
  if (strategy["type"].as_string() == "RollingUpdate") {
    const Value rolling =
        filled(strategy["rollingUpdate"], {{"maxSurge", "25%"}, {"maxUnavailable", "25%"}});
    if (!same_document(rolling, strategy["rollingUpdate"])) {
      strategy = strategy.with("rollingUpdate", rolling);
    }
  }
  if (!same_document(strategy, spec["strategy"])) spec = spec.with("strategy", strategy);
  const Value pod_template = default_pod_template(spec["template"]);
  if (!same_document(pod_template, spec["template"])) spec = spec.with("template", pod_template);
  return same_document(spec, given) ? object : object.with("spec", spec);
}

Value prepare(Value object, const Value& old) {
  return old.is_null() ? object.with("status", Value::object()) : object;
}

}  // namespace

const Kind kDeployment = {.group = "apps",
                          .version = "v1",
                          .kind = "Deployment",
                          .plural = "deployments",
                          .singular = "deployment",
                          .short_names = {"deploy"},
                          .categories = {"all"},
                          .verbs = all_verbs(),
                          .subresources = {"scale", "status"},
                          .schema = &types::kDeployment,
                          .counts_generation = true,
                          .set_defaults = set_defaults,
                          .validate = validate_deployment,
                          .prepare = prepare,
                          .columns = kColumns,
                          .cells = cells};

}  // namespace inferlab::sim::kinds
