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

// Keys of the NoSchedule taints that a node should have, conditions in their order first.
std::vector<std::string_view> wanted_keys(const StoredObject& node) {
  std::vector<std::string_view> keys;
  for (const Value& condition : node.document["status"]["conditions"].items()) {
    for (const TaintRow& row : kTaintRows) {
      if (row.condition == condition["type"].as_string() &&
          row.status == condition["status"].as_string()) {
        keys.push_back(row.key);
      }
    }
  }
  if (node.document["spec"]["unschedulable"].as_bool()) keys.push_back(kCordoned);
  return keys;
}

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
  const std::vector<std::string_view> wanted = wanted_keys(node);
  const auto is_wanted = [&wanted](std::string_view key) {
    return std::find(wanted.begin(), wanted.end(), key) != wanted.end();
  };
  Value taints = node.document["spec"]["taints"];
  for (const TaintRow& row : kTaintRows) {
    if (!is_wanted(row.key)) taints = with_taint(taints, row.key, "NoSchedule", false, now);
  }
  if (!is_wanted(kCordoned)) taints = with_taint(taints, kCordoned, "NoSchedule", false, now);
  for (const std::string_view key : wanted) {
    taints = with_taint(taints, key, "NoSchedule", true, now);
  }
  return taints;
}

bool has_eviction_taint(const StoredObject& node) {
  const std::vector<Taint>& taints = node.view<NodeView>().taints;
  return std::any_of(taints.begin(), taints.end(), [](const Taint& taint) {
    return taint.effect == TaintEffect::kNoExecute &&
           (taint.key == kNotReadyTaint || taint.key == kUnreachableTaint);
  });
}

Value with_eviction_taint(const StoredObject& node, std::string_view key, Time now) {
  Value taints = node.document["spec"]["taints"];
  for (const std::string_view one : {kNotReadyTaint, kUnreachableTaint}) {
    taints = with_taint(taints, one, "NoExecute", one == key, now);
  }
  return taints;
}

Value silent_conditions(const StoredObject& node, Time now) {
  constexpr std::array<std::string_view, 4> kTypes = {"Ready", "MemoryPressure", "DiskPressure",
                                                      "PIDPressure"};
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
