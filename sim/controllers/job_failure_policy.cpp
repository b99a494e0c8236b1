#include "sim/controllers/job_failure_policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::sim {
namespace {

bool exit_code_fits(const Value& wanted, std::int64_t code) {
  if (code == 0) return false;
  const Value::Array& values = wanted["values"].items();
  const bool listed = std::any_of(values.begin(), values.end(),
                                  [code](const Value& value) { return value.as_int() == code; });
  const std::string_view op = wanted["operator"].as_string();
  return op == "In" ? listed : op == "NotIn" && !listed;
}

// The status of the container whose end fits, or null.
const Value& ended_container(const Value& pod_status, const Value& wanted) {
  static const Value kNone;
  for (const char* list : {"containerStatuses", "initContainerStatuses"}) {
    for (const Value& container : pod_status[list].items()) {
      const Value& terminated = container["state"]["terminated"];
      if (terminated.is_null()) continue;
      if (wanted.has("containerName") && wanted["containerName"] != container["name"]) continue;
      if (exit_code_fits(wanted, terminated["exitCode"].as_int())) return container;
    }
  }
  return kNone;
}

const Value& fitting_condition(const Value& pod_status, const Value& patterns) {
  static const Value kNone;
  for (const Value& condition : pod_status["conditions"].items()) {
    for (const Value& pattern : patterns.items()) {
      if (condition["type"] == pattern["type"] && condition["status"] == pattern["status"])
        return condition;
    }
  }
  return kNone;
}

}  // namespace

FailureVerdict judge_failure(const Value& policy, const StoredObject& pod) {
  const Value& status = pod.document["status"];
  const Value::Array& rules = policy["rules"].items();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Value& rule = rules[i];
    const std::string action = rule["action"].str();
    std::string message;
    if (rule.has("onExitCodes")) {
      const Value& container = ended_container(status, rule["onExitCodes"]);
      if (container.is_null()) continue;
      message = fmt::format("Container {} for pod {}/{} failed with exit code {}",
                            container["name"].as_string(), pod.key.ns, pod.key.name,
                            container["state"]["terminated"]["exitCode"].as_int());
    } else {
      const Value& condition = fitting_condition(status, rule["onPodConditions"]);
      if (condition.is_null()) continue;
      message = fmt::format("Pod {}/{} has condition {}", pod.key.ns, pod.key.name,
                            condition["type"].as_string());
    }
    message += fmt::format(" matching {} rule at index {}", action, i);
    return {action, action != "Ignore", action == "FailJob" ? message : std::string()};
  }
  return {};
}

}  // namespace inferlab::sim
