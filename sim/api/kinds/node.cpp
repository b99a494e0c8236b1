// Node: a machine, as its kubelet reports it.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/node_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Status", "string", ""},
                                    {"Roles", "string", ""},
                                    {"Age", "string", ""},
                                    {"Version", "string", ""},
                                    {"Internal-IP", "string", "", 1},
                                    {"External-IP", "string", "", 1},
                                    {"OS-Image", "string", "", 1},
                                    {"Kernel-Version", "string", "", 1},
                                    {"Container-Runtime", "string", "", 1}};

std::string status_of(const Value& object) {
  std::string out;
  for (const Value& condition : object["status"]["conditions"].items()) {
    if (condition["type"].as_string() != "Ready") continue;
    out = condition["status"].as_string() == "True" ? "Ready" : "NotReady";
  }
  if (out.empty()) out = "Unknown";
  if (object["spec"]["unschedulable"].as_bool()) out += ",SchedulingDisabled";
  return out;
}

std::string roles_of(const Value& object) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::string out;
  for (const Value::Member& label : object["metadata"]["labels"].members()) {
    std::string_view role;
    if (label.key.starts_with(kPrefix)) role = std::string_view(label.key).substr(kPrefix.size());
    if (label.key == "kubernetes.io/role") role = label.value.as_string();
    if (!role.empty()) out += (out.empty() ? "" : ",") + std::string(role);
  }
  return out.empty() ? "<none>" : out;
}

std::string address_of(const Value& object, std::string_view type) {
  for (const Value& address : object["status"]["addresses"].items()) {
    if (address["type"].as_string() == type) return address["address"].str();
  }
  return "<none>";
}

std::vector<Value> cells(const Value& object, Time now) {
  const Value& info = object["status"]["nodeInfo"];
  const auto or_unknown = [](const Value& text) {
    return text.empty() ? Value("<unknown>") : text;
  };
  return {object["metadata"]["name"],
          status_of(object),
          roles_of(object),
          age_of(object, now),
          Value(info["kubeletVersion"].as_string()),
          address_of(object, "InternalIP"),
          address_of(object, "ExternalIP"),
          or_unknown(info["osImage"]),
          or_unknown(info["kernelVersion"]),
          or_unknown(info["containerRuntimeVersion"])};
}

Value set_defaults(Value object) {
  const Value& status = object["status"];
  if (status["capacity"].is_null() || status.has("allocatable")) return object;
  return object.with_path({"status", "allocatable"}, status["capacity"]);
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"spec.unschedulable", object["spec"]["unschedulable"].as_bool() ? "true" : "false"}};
}

}  // namespace

const Kind kNode = {.group = "",
                    .version = "v1",
                    .kind = "Node",
                    .plural = "nodes",
                    .singular = "node",
                    .short_names = {"no"},
                    .categories = {},
                    .namespaced = false,
                    .verbs = all_verbs(),
                    .subresources = {"proxy", "status"},
                    .schema = &types::kNode,
                    .set_defaults = set_defaults,
                    .validate = validate_node,
                    .columns = kColumns,
                    .cells = cells,
                    .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
