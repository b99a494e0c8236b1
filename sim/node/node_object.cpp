#include "sim/node/node_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "sim/api/csi_volume.h"
#include "sim/api/quantity.h"
#include "sim/node/gpu_labels.h"
#include "sim/node/node_allocatable.h"

namespace inferlab::sim {
namespace {

std::string kibibytes(std::int64_t bytes) {
  return fmt::format("{}Ki", bytes / 1024);
}

/// What a resource is called that no part of Kubernetes knows. Source: kubelet 1.32,
/// IsExtendedResourceName.
bool is_extended(std::string_view resource) {
  return resource.find('/') != std::string_view::npos &&
         resource.find("kubernetes.io/") == std::string_view::npos &&
         !resource.starts_with("requests.");
}

/// Extended resources that somebody has written into the Node's capacity stay there, and all of
/// them are allocatable.
Value resources(const NodeRuntime& node, const Value& old_capacity, bool allocatable) {
  const NodePoolSpec& pool = node.pool;
  const Allocatable own = allocatable
                              ? allocatable_of(pool)
                              : Allocatable{pool.cpu_milli, pool.memory_bytes, pool.disk_bytes};
  Value::Object members{{"cpu", Quantity::from_milli(own.cpu_milli).str()},
                        {"ephemeral-storage", allocatable ? fmt::format("{}", own.disk_bytes)
                                                          : kibibytes(own.disk_bytes)},
                        {"memory", kibibytes(own.memory_bytes)},
                        {"pods", fmt::format("{}", pool.max_pods)}};
  if (!pool.huge_pages.contains("2Mi")) members.push_back({"hugepages-2Mi", "0"});
  for (const auto& [size, bytes] : pool.huge_pages) {
    members.push_back({"hugepages-" + size, Quantity::parse(kibibytes(bytes))->str()});
  }
  for (const auto& [resource, count] :
       allocatable ? node.gpus.allocatable() : node.gpus.capacity()) {
    members.push_back({resource, fmt::format("{}", count)});
  }
  for (const Value::Member& old : old_capacity.members()) {
    const bool is_ours = std::any_of(members.begin(), members.end(),
                                     [&](const Value::Member& one) { return one.key == old.key; });
    if (!is_ours && is_extended(old.key)) members.push_back(old);
  }
  return Value::object(std::move(members));
}

struct Row {
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string_view message;
};
// Of each pressure condition the row without and the row with it.
constexpr Row kConditions[] = {
    {"MemoryPressure", "False", "KubeletHasSufficientMemory",
     "kubelet has sufficient memory available"},
    {"MemoryPressure", "True", "KubeletHasInsufficientMemory",
     "kubelet has insufficient memory available"},
    {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
    {"DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure"},
    {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
    {"PIDPressure", "True", "KubeletHasInsufficientPID", "kubelet has insufficient PID available"},
    {"Ready", "True", "KubeletReady", "kubelet is posting ready status"},
};

Value conditions(const std::set<std::string_view>& pressure, const Value& old, Time now) {
  Value::Array items;
  for (const Row& row : kConditions) {
    const bool is_true = row.type == "Ready" || pressure.contains(row.type);
    if (is_true != (row.status == "True")) continue;
    Value since = format_rfc3339(now);
    for (const Value& before : old.items()) {
      const bool is_same =
          before["type"].as_string() == row.type && before["status"].as_string() == row.status;
      if (is_same && before["lastTransitionTime"].is_string()) since = before["lastTransitionTime"];
    }
    items.push_back(Value::object({{"lastHeartbeatTime", format_rfc3339(now)},
                                   {"lastTransitionTime", since},
                                   {"message", row.message},
                                   {"reason", row.reason},
                                   {"status", row.status},
                                   {"type", row.type}}));
  }
  for (const Value& before : old.items()) {  // those of others, a node problem detector's
    const bool is_ours =
        std::any_of(std::begin(kConditions), std::end(kConditions),
                    [&](const Row& row) { return before["type"].as_string() == row.type; });
    if (!is_ours) items.push_back(before);
  }
  return Value::array(std::move(items));
}

Value images(const NodeRuntime& node) {
  Value::Array items;
  for (const auto& [digest, image] : node.images.stored()) {
    const std::vector<std::string> names(image.names.begin(), image.names.end());
    items.push_back(
        Value::object({{"names", Value::strings(names)}, {"sizeBytes", image.size_bytes}}));
  }
  return Value::array(std::move(items));
}

// Who replaces the whole status must not lose what the attach-detach controller wrote.
Value with_volumes(Value status, const NodeRuntime& node, const Value& old) {
  if (!old["volumesAttached"].empty()) {
    status = status.with("volumesAttached", old["volumesAttached"]);
  }
  const Value in_use = volumes_in_use(node);
  return in_use.is_null() ? status : status.with("volumesInUse", in_use);
}

Value labels(const NodeRuntime& node) {
  const NodePoolSpec& pool = node.pool;
  Value::Object members{
      {"beta.kubernetes.io/arch", "amd64"}, {"beta.kubernetes.io/os", "linux"},
      {"kubernetes.io/arch", "amd64"},      {"kubernetes.io/hostname", node.name},
      {"kubernetes.io/os", "linux"},        {"topology.kubernetes.io/zone", pool.zone}};
  if (!pool.instance_type.empty()) {
    members.push_back({"node.kubernetes.io/instance-type", pool.instance_type});
  }
  add_gpu_labels(node, members);
  for (const auto& [key, value] : pool.labels) members.push_back({key, value});
  return Value::object(std::move(members));
}

}  // namespace

Value volumes_in_use(const NodeRuntime& node) {
  Value::Array names;
  for (const auto& [name, pods] : node.volumes_in_use) names.emplace_back(name);
  return names.empty() ? Value() : Value::array(std::move(names));
}

Value build_node_status(const NodeRuntime& node, const Value& old, Time now) {
  Value status = Value::object(
      {{"addresses", Value::array({Value::object({{"address", node.ip}, {"type", "InternalIP"}}),
                                   Value::object({{"address", node.name}, {"type", "Hostname"}})})},
       {"allocatable", resources(node, old["capacity"], true)},
       {"capacity", resources(node, old["capacity"], false)},
       {"conditions", conditions(node.pressure, old["conditions"], now)},
       {"daemonEndpoints", Value::object({{"kubeletEndpoint", Value::object({{"Port", 10250}})}})},
       {"images", images(node)},
       {"nodeInfo",
        Value::object(
            {{"architecture", "amd64"},
             {"bootID", fmt::format("00000000-0000-4000-8000-{:012x}", node.index)},
             {"containerRuntimeVersion", "containerd://1.7.24"},
             {"kernelVersion", "6.1.0-28-amd64"},
             {"kubeProxyVersion", "v1.32.0"},
             {"kubeletVersion", "v1.32.0"},
             {"machineID", fmt::format("{:032x}", node.index + 1)},
             {"operatingSystem", "linux"},
             {"osImage", "Debian GNU/Linux 12 (bookworm)"},
             {"systemUUID", fmt::format("00000000-0000-4000-9000-{:012x}", node.index)}})}});
  return with_volumes(std::move(status), node, old);
}

Value build_node(const NodeRuntime& node, Time now) {
  Value spec = Value::object({{"podCIDR", pod_cidr_of(node.index)},
                              {"podCIDRs", Value::array({pod_cidr_of(node.index)})},
                              {"providerID", "inferlab:///" + node.pool.zone + "/" + node.name}});
  if (!node.pool.taints.empty()) {
    Value::Array taints;
    for (const Taint& taint : node.pool.taints) {
      Value item = Value::object({{"effect", to_string(taint.effect)}, {"key", taint.key}});
      if (!taint.value.empty()) item = item.with("value", taint.value);
      taints.push_back(std::move(item));
    }
    spec = spec.with("taints", Value::array(std::move(taints)));
  }
  return Value::object(
      {{"apiVersion", "v1"},
       {"kind", "Node"},
       {"metadata",
        Value::object({{"annotations", Value::object({{std::string(kManagedAttach), "true"}})},
                       {"labels", labels(node)},
                       {"name", node.name}})},
       {"spec", spec},
       {"status", build_node_status(node, Value(), now)}});
}

}  // namespace inferlab::sim
