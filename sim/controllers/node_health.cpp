#include "sim/controllers/node_health.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/api/conditions.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

Value make_taint(std::string_view key, std::string_view effect, Time now) {
  return Value::object({{"key", key}, {"effect", effect}, {"timeAdded", format_rfc3339(now)}});
}

bool is_taint(const Value& taint, std::string_view key, std::string_view effect) {
  return taint["key"].as_string() == key && taint["effect"].as_string() == effect;
}

struct TaintRow {
  std::string_view key;
  std::string_view condition;
  std::string_view status;
};
constexpr TaintRow kTaintRows[] = {
    {kNotReadyTaint, "Ready", "False"},
    {kUnreachableTaint, "Ready", "Unknown"},
    {"node.kubernetes.io/memory-pressure", "MemoryPressure", "True"},
    {"node.kubernetes.io/disk-pressure", "DiskPressure", "True"},
    {"node.kubernetes.io/network-unavailable", "NetworkUnavailable", "True"},
    {"node.kubernetes.io/pid-pressure", "PIDPressure", "True"},
};
constexpr std::string_view kCordoned = "node.kubernetes.io/unschedulable";

// `taints` with or without one taint; unchanged when it is so already.
Value with_taint(const Value& taints, std::string_view key, std::string_view effect, bool wanted,
                 Time now) {
  const Value::Array& all = taints.items();
  const auto same = [&](const Value& taint) { return is_taint(taint, key, effect); };
  const bool present = std::any_of(all.begin(), all.end(), same);
  if (present == wanted) return taints;
  if (wanted) return taints.appended(make_taint(key, effect, now));
  Value::Array left = all;
  std::erase_if(left, same);
  return Value::array(std::move(left));
}

}  // namespace

NodeHealth health_of(const StoredObject& node) {
  const std::string_view status = condition_of(node.document, "Ready")["status"].as_string();
  if (status == "True") return NodeHealth::kReady;
  return status == "False" ? NodeHealth::kNotReady : NodeHealth::kUnknown;
}

Value with_condition_taints(const StoredObject& node, Time now) {
  Value taints = node.document["spec"]["taints"];
  // Without condition Ready nothing is known yet: the taint of registration stays.
  const bool reported = !condition_of(node.document, "Ready").is_null();
  for (const TaintRow& row : kTaintRows) {
    if (row.condition == "Ready" && !reported) continue;
    const bool wanted =
        condition_of(node.document, row.condition)["status"].as_string() == row.status;
    taints = with_taint(taints, row.key, "NoSchedule", wanted, now);
  }
  return with_taint(taints, kCordoned, "NoSchedule",
                    node.document["spec"]["unschedulable"].as_bool(), now);
}

Value with_eviction_taint(const StoredObject& node, std::string_view key, Time now) {
  Value taints = node.document["spec"]["taints"];
  for (const std::string_view one : {kNotReadyTaint, kUnreachableTaint}) {
    taints = with_taint(taints, one, "NoExecute", one == key, now);
  }
  return taints;
}

Value silent_conditions(const StoredObject& node, Time now) {
  constexpr std::array<std::string_view, 4> kTypes = {"MemoryPressure", "DiskPressure",
                                                      "PIDPressure", "Ready"};
  Value conditions = node.document["status"]["conditions"];
  const Value stamp(format_rfc3339(now));
  for (const std::string_view type : kTypes) {
    const Value& old = condition_of(node.document, type);
    if (old["status"].as_string() == "Unknown") continue;
    const bool ever = !old.is_null();
    Value condition =
        Value::object({{"type", type},
                       {"status", "Unknown"},
                       {"reason", ever ? "NodeStatusUnknown" : "NodeStatusNeverUpdated"},
                       {"message", ever ? "Kubelet stopped posting node status."
                                        : "Kubelet never posted node status."},
                       {"lastHeartbeatTime", ever ? old["lastHeartbeatTime"]
                                                  : node.document["metadata"]["creationTimestamp"]},
                       {"lastTransitionTime", stamp}});
    conditions = set_condition(conditions, condition);
  }
  return conditions;
}

std::string zone_of(const StoredObject& node) {
  const Value& labels = node.document["metadata"]["labels"];
  return fmt::format("{}:{}", labels["topology.kubernetes.io/region"].as_string(),
                     labels["topology.kubernetes.io/zone"].as_string());
}

std::optional<Duration> eviction_interval(std::size_t nodes, std::size_t down) {
  constexpr std::size_t kLargeZone = 50;
  const bool all = down == nodes;
  const bool partial = !all && down > 2 && down * 100 >= nodes * 55;
  if (!partial) return 10s;
  if (nodes > kLargeZone) return 100s;
  return std::nullopt;
}

}  // namespace inferlab::sim
