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

// matchLabelKeys and mismatchLabelKeys become requirements of the term's own selector: the Pod's
// values of these labels. Who selects nothing goes on so.
Value with_label_keys(const Value& term, const Value& labels) {
  const Value* selector = term.find("labelSelector");
  if (selector == nullptr || selector->is_null()) return term;
  Value::Array expressions = (*selector)["matchExpressions"].items();
  const std::size_t own = expressions.size();
  const auto add = [&](const char* keys, const char* op) {
    for (const Value& key : term[keys].items()) {
      const Value* value = labels.find(key.as_string());
      if (value == nullptr) continue;
      expressions.push_back(
          Value::object({{"key", key}, {"operator", op}, {"values", Value::array({*value})}}));
    }
  };
  add("matchLabelKeys", "In");
  add("mismatchLabelKeys", "NotIn");
  if (expressions.size() == own) return term;
  return term.with_path({"labelSelector", "matchExpressions"},
                        Value::array(std::move(expressions)));
}

// Source: Kubernetes 1.32, pkg/registry/core/pod, mutatePodAffinity. The keys of
// topologySpreadConstraints are left to the scheduler.
Value with_label_keys_of_affinity(const Value& spec, const Value& labels) {
  Value out = spec;
  const auto merge = [&](std::initializer_list<std::string_view> path, const auto& change) {
    const Value* list = &spec;
    for (const std::string_view member : path) list = &(*list)[member];
    Value changed = each_item(*list, change);
    if (!same_document(changed, *list)) out = out.with_path(path, std::move(changed));
  };
  const auto required = [&](const Value& term) { return with_label_keys(term, labels); };
  const auto preferred = [&](const Value& item) {
    const Value& term = item["podAffinityTerm"];
    Value changed = with_label_keys(term, labels);
    return same_document(changed, term) ? item : item.with("podAffinityTerm", std::move(changed));
  };
  for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
    merge({"affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution"}, required);
    merge({"affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution"}, preferred);
  }
  return out;
}

Value prepare(Value object, const Value& old) {
  if (!old.is_null()) {
    // A Pod that leaves its last gate is seen by the scheduler as any other.
    return object;
  }
  if (!object["spec"]["affinity"].empty()) {
    object = object.with("spec",
                         with_label_keys_of_affinity(object["spec"], object["metadata"]["labels"]));
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
