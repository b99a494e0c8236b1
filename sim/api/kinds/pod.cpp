// Pod: containers that run together on one node.
#include "sim/api/defaults/fill.h"
#include "sim/api/defaults/pod_defaults.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/pod_status_word.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/pod_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Ready", "string", ""},
                                    {"Status", "string", ""},
                                    {"Restarts", "string", ""},
                                    {"Age", "string", ""},
                                    {"IP", "string", "", 1},
                                    {"Node", "string", "", 1},
                                    {"Nominated Node", "string", "", 1},
                                    {"Readiness Gates", "string", "", 1}};

Value or_none(const Value& text) {
  return text.empty() ? Value("<none>") : text;
}

std::string readiness_gates(const Value& object) {
  const Value& gates = object["spec"]["readinessGates"];
  if (gates.empty()) return "<none>";
  std::size_t met = 0;
  for (const Value& gate : gates.items()) {
    for (const Value& condition : object["status"]["conditions"].items()) {
      if (condition["type"] == gate["conditionType"] && condition["status"].as_string() == "True")
        ++met;
    }
  }
  return std::to_string(met) + "/" + std::to_string(gates.size());
}

std::vector<Value> cells(const Value& object, Time now) {
  const PodSummary summary = summarize_pod(object, now);
  return {object["metadata"]["name"],
          std::to_string(summary.ready) + "/" + std::to_string(summary.total),
          summary.status,
          summary.restarts,
          age_of(object, now),
          or_none(object["status"]["podIP"]),
          or_none(object["spec"]["nodeName"]),
          or_none(object["status"]["nominatedNodeName"]),
          readiness_gates(object)};
}

Value set_defaults(Value object) {
  const Value spec = default_pod_only(default_pod_spec(object["spec"]));
  if (!same_document(spec, object["spec"])) object = object.with("spec", spec);
  // podIPs and podIP say the same.
  const Value& status = object["status"];
  if (!status["podIP"].empty() && status["podIPs"][std::size_t{0}]["ip"] != status["podIP"]) {
    object = object.with_path({"status", "podIPs"},
                              Value::array({Value::object({{"ip", status["podIP"]}})}));
  }
  return object;
}

Value prepare(Value object, const Value& old) {
  if (!old.is_null()) {
    // A Pod that leaves its last gate is seen by the scheduler as any other.
    return object;
  }
  const Value& spec = object["spec"];
  Value status = Value::object({{"phase", "Pending"}, {"qosClass", Value(qos_class(spec))}});
  if (!spec["schedulingGates"].empty()) {
    status = status.with(
        "conditions", Value::array({Value::object(
                          {{"lastProbeTime", Value()},
                           {"lastTransitionTime", Value()},
                           {"message", "Scheduling is blocked due to non-empty scheduling gates"},
                           {"reason", "SchedulingGated"},
                           {"status", "False"},
                           {"type", "PodScheduled"}})}));
  }
  if (spec["terminationGracePeriodSeconds"].as_int() < 0) {
    object = object.with_path({"spec", "terminationGracePeriodSeconds"}, 1);
  }
  return object.with("status", status);
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  const Value& spec = object["spec"];
  const Value& status = object["status"];
  return {{"spec.nodeName", spec["nodeName"].str()},
          {"spec.restartPolicy", spec["restartPolicy"].str()},
          {"spec.schedulerName", spec["schedulerName"].str()},
          {"spec.serviceAccountName", spec["serviceAccountName"].str()},
          {"spec.hostNetwork", spec["hostNetwork"].as_bool() ? "true" : "false"},
          {"status.phase", status["phase"].str()},
          {"status.podIP", status["podIP"].str()},
          {"status.nominatedNodeName", status["nominatedNodeName"].str()}};
}

}  // namespace

const Kind kPod = {.group = "",
                   .version = "v1",
                   .kind = "Pod",
                   .plural = "pods",
                   .singular = "pod",
                   .short_names = {"po"},
                   .categories = {"all"},
                   .verbs = all_verbs(),
                   .subresources = {"attach", "binding", "ephemeralcontainers", "eviction", "exec",
                                    "log", "portforward", "proxy", "status"},
                   .schema = &types::kPod,
                   .returns_deleted = true,
                   .set_defaults = set_defaults,
                   .validate = validate_pod,
                   .prepare = prepare,
                   .columns = kColumns,
                   .cells = cells,
                   .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
