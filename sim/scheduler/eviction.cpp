#include "sim/scheduler/eviction.h"

#include <fmt/format.h>

#include <optional>

namespace inferlab::sim {
namespace {

constexpr const char* kUser = "system:kube-scheduler";

// The conditions with this one put in; nullopt when it is there already. Its
// lastTransitionTime stays while its status does.
std::optional<Value> with_condition(const StoredObject& pod, std::string_view type,
                                    std::string_view status, std::string_view reason,
                                    const std::string& message, Time now) {
  Value condition = Value::object({{"type", type},
                                   {"status", status},
                                   {"reason", reason},
                                   {"message", message},
                                   {"lastProbeTime", nullptr},
                                   {"lastTransitionTime", format_rfc3339(now)}});
  Value::Array out;
  bool replaced = false;
  for (const Value& old : pod.document["status"]["conditions"].items()) {
    if (old["type"].as_string() != type) {
      out.push_back(old);
      continue;
    }
    if (old["status"].as_string() == status) {
      if (old["message"].as_string() == message && old["reason"].as_string() == reason) {
        return std::nullopt;
      }
      condition = condition.with("lastTransitionTime", old["lastTransitionTime"]);
    }
    out.push_back(condition);
    replaced = true;
  }
  if (!replaced) out.push_back(condition);
  return Value::array(std::move(out));
}

// A write may lose against a deletion; the next cycle would find the Pod gone.
void patch_status(Api& api, const ObjectKey& pod, const Value& status) {
  static_cast<void>(api.merge_patch(pod, "status", Value::object({{"status", status}}), kUser));
}

}  // namespace

void evict_victims(Api& api, EventRecorder& events, std::string_view scheduler_name,
                   const PodInfo& pod, const std::string& node,
                   const std::vector<PodInfoPtr>& victims) {
  for (const PodInfoPtr& victim : victims) {
    const ObjectKey& key = victim->object->key;
    const ObjectPtr current = api.store().get(key);
    if (current == nullptr || current->view<PodView>().meta.uid != victim->uid) continue;
    if (!victim->terminating) {
      const std::optional<Value> conditions = with_condition(
          *current, "DisruptionTarget", "True", "PreemptionByScheduler",
          fmt::format("{}: preempting to accommodate a higher priority pod", scheduler_name),
          api.simulation().now());
      if (conditions) patch_status(api, key, Value::object({{"conditions", *conditions}}));
    }
    events.normal(*current, "Preempted",
                  fmt::format("Preempted by pod {} on node {}", pod.uid, node));
    static_cast<void>(api.remove(key, kUser, std::nullopt, victim->uid));
  }
}

void write_unschedulable(Api& api, const StoredObject& pod, const std::string& message,
                         const std::string* nominate) {
  const std::optional<Value> conditions = with_condition(
      pod, "PodScheduled", "False", "Unschedulable", message, api.simulation().now());
  Value status = Value::object();
  if (conditions) status = status.with("conditions", *conditions);
  if (nominate != nullptr && *nominate != pod.document["status"]["nominatedNodeName"].as_string()) {
    status = status.with("nominatedNodeName", nominate->empty() ? Value() : Value(*nominate));
  }
  if (!status.empty()) patch_status(api, pod.key, status);
}

void clear_nomination(Api& api, const ObjectKey& pod) {
  const ObjectPtr current = api.store().get(pod);
  if (current == nullptr || current->document["status"]["nominatedNodeName"].empty()) return;
  patch_status(api, pod, Value::object({{"nominatedNodeName", nullptr}}));
}

}  // namespace inferlab::sim
