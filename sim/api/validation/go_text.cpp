#include "sim/api/validation/go_text.h"

#include "sim/api/json.h"
#include "sim/api/quantity.h"

namespace inferlab::sim {
namespace {

std::string quoted(const Value& text) {
  return to_json(Value(text.as_string()));
}

// []core.Thing{…}; []core.Thing(nil) for null.
template <typename Show>
std::string go_list(const std::string& type, const Value& list, const Show& show) {
  if (list.is_null()) return "[]" + type + "(nil)";
  std::string out = "[]" + type + "{";
  for (const Value& item : list.items()) out += (out.back() == '{' ? "" : ", ") + show(item);
  return out + "}";
}

}  // namespace

std::string go_pointer(std::string_view type, const Value& to) {
  return "(*" + std::string(type) + ")(" + (to.is_null() ? "nil" : "0xc000123456") + ")";
}

std::string go_strings(const Value& list) {
  if (list.is_null()) return "[]string(nil)";
  std::string out = "[]string{";
  for (const Value& item : list.items()) out += (out.back() == '{' ? "" : ", ") + quoted(item);
  return out + "}";
}

std::string go_service_port(const Value& port) {
  return "core.ServicePort{Name:\"\", Protocol:" + quoted(port["protocol"]) +
         ", AppProtocol:(*string)(nil), Port:" + std::to_string(port["port"].as_int()) +
         ", TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}";
}

std::string go_owner_reference(const Value& owner) {
  return "v1.OwnerReference{APIVersion:" + quoted(owner["apiVersion"]) +
         ", Kind:" + quoted(owner["kind"]) + ", Name:" + quoted(owner["name"]) +
         ", UID:" + quoted(owner["uid"]) +
         ", Controller:" + go_pointer("bool", owner["controller"]) +
         ", BlockOwnerDeletion:" + go_pointer("bool", owner["blockOwnerDeletion"]) + "}";
}

std::string go_taint(const Value& taint) {
  // A time prints as Go code that makes it; nobody gives one here.
  return "core.Taint{Key:" + quoted(taint["key"]) + ", Value:" + quoted(taint["value"]) +
         ", Effect:" + quoted(taint["effect"]) + ", TimeAdded:<nil>}";
}

std::string go_node_address(const Value& address) {
  return "core.NodeAddress{Type:" + quoted(address["type"]) +
         ", Address:" + quoted(address["address"]) + "}";
}

std::string go_node_selector_terms(const Value& terms) {
  return go_list("core.NodeSelectorTerm", terms, go_node_selector_term);
}

std::string go_node_selector_term(const Value& term) {
  const auto requirement = [](const Value& item) {
    return "core.NodeSelectorRequirement{Key:" + quoted(item["key"]) +
           ", Operator:" + quoted(item["operator"]) + ", Values:" + go_strings(item["values"]) +
           "}";
  };
  const auto requirements = [&](const char* field) {
    return go_list("core.NodeSelectorRequirement", term[field], requirement);
  };
  return "core.NodeSelectorTerm{MatchExpressions:" + requirements("matchExpressions") +
         ", MatchFields:" + requirements("matchFields") + "}";
}

std::string go_update_strategy(std::string_view type, const Value& strategy) {
  const std::string rolling =
      type == "DeploymentStrategy" ? "apps.RollingUpdateDeployment" : "apps.RollingUpdateDaemonSet";
  return "apps." + std::string(type) + "{Type:" + quoted(strategy["type"]) +
         ", RollingUpdate:" + go_pointer(rolling, strategy["rollingUpdate"]) + "}";
}

std::string go_disruption_budget(const Value& spec) {
  return "policy.PodDisruptionBudgetSpec{MinAvailable:" +
         go_pointer("intstr.IntOrString", spec["minAvailable"]) +
         ", Selector:" + go_pointer("v1.LabelSelector", spec["selector"]) +
         ", MaxUnavailable:" + go_pointer("intstr.IntOrString", spec["maxUnavailable"]) +
         ", UnhealthyPodEvictionPolicy:" +
         go_pointer("policy.UnhealthyPodEvictionPolicyType", spec["unhealthyPodEvictionPolicy"]) +
         "}";
}

std::string go_pod_failure_policy(const Value& policy) {
  std::string out = "batch.PodFailurePolicy{Rules:[]batch.PodFailurePolicyRule{";
  for (const Value& rule : policy["rules"].items()) {
    out += out.back() == '{' ? "" : ", ";
    out += "batch.PodFailurePolicyRule{Action:" + quoted(rule["action"]) + ", OnExitCodes:" +
           go_pointer("batch.PodFailurePolicyOnExitCodesRequirement", rule["onExitCodes"]) +
           ", OnPodConditions:[]batch.PodFailurePolicyOnPodConditionsPattern";
    if (rule["onPodConditions"].is_null()) {
      out += "(nil)}";
      continue;
    }
    out += "{";
    for (const Value& one : rule["onPodConditions"].items()) {
      out += out.back() == '{' ? "" : ", ";
      out += "batch.PodFailurePolicyOnPodConditionsPattern{Type:" + quoted(one["type"]) +
             ", Status:" + quoted(one["status"]) + "}";
    }
    out += "}}";
  }
  return out + "}}";
}

std::string go_success_policy(const Value& policy) {
  std::string out = "batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule{";
  for (const Value& rule : policy["rules"].items()) {
    out += out.back() == '{' ? "" : ", ";
    out += "batch.SuccessPolicyRule{SucceededIndexes:" +
           go_pointer("string", rule["succeededIndexes"]) +
           ", SucceededCount:" + go_pointer("int32", rule["succeededCount"]) + "}";
  }
  return out + "}}";
}

std::string go_string_map(const Value& map) {
  if (map.is_null()) return "map[string]string(nil)";
  std::string out = "map[string]string{";
  for (const Value::Member& member : map.members()) {
    out +=
        (out.back() == '{' ? "" : ", ") + to_json(Value(member.key)) + ":" + quoted(member.value);
  }
  return out + "}";
}

std::string go_label_selector(const Value& selector) {
  std::string out = "v1.LabelSelector{MatchLabels:" + go_string_map(selector["matchLabels"]) +
                    ", MatchExpressions:";
  const Value& expressions = selector["matchExpressions"];
  if (expressions.is_null()) return out + "[]v1.LabelSelectorRequirement(nil)}";
  out += "[]v1.LabelSelectorRequirement{";
  for (const Value& item : expressions.items()) {
    out += (out.back() == '{' ? "" : ", ");
    out += "v1.LabelSelectorRequirement{Key:" + quoted(item["key"]) +
           ", Operator:" + quoted(item["operator"]) + ", Values:" + go_strings(item["values"]) +
           "}";
  }
  return out + "}}";
}

std::string go_int_or_string(const Value& value) {
  return "intstr.IntOrString{Type:" + std::string(value.is_string() ? "1" : "0") +
         ", IntVal:" + std::to_string(value.as_int()) + ", StrVal:" + quoted(value) + "}";
}

std::string go_quantity(const Value& value) {
  if (value.as_string().ends_with('i')) {
    const std::int64_t units = Quantity::parse(value.as_string()).value_or(Quantity()).units();
    return "resource.Quantity{i:resource.int64Amount{value:" + std::to_string(units) +
           ", scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"\", Format:\"BinarySI\"}";
  }
  // The fewest digits that say it, and their scale.
  std::int64_t number = Quantity::parse(value.as_string()).value_or(Quantity()).milli();
  int scale = -3;
  while (number != 0 && number % 10 == 0 && scale < 0) {
    number /= 10;
    ++scale;
  }
  return "resource.Quantity{i:resource.int64Amount{value:" + std::to_string(number) +
         ", scale:" + std::to_string(scale) +
         "}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"\", Format:\"DecimalSI\"}";
}

}  // namespace inferlab::sim
