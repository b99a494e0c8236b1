#include "sim/node/node_usage.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "sim/api/quantity.h"
#include "sim/node/file_place.h"
#include "sim/node/node_allocatable.h"
#include "sim/node/node_runtime.h"
#include "sim/node/pod_worker.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kVolumeUsage = "inferlab/volume-usage.";
/// One inode for 16 KiB, mke2fs' default (inode_ratio); what the system itself takes is ours.
constexpr std::int64_t kBytesPerInode = 16384;
constexpr std::int64_t kSystemInodes = 150'000;
/// kernel.pid_max of 64-bit systemd hosts, and the node's own processes (assumed).
constexpr std::int64_t kMaxPids = 4'194'304;
constexpr std::int64_t kSystemPids = 300;

std::optional<std::int64_t> annotated(const Value& annotations, std::string_view name) {
  const Value* text = annotations.find(name);
  const auto quantity = text == nullptr ? std::nullopt : Quantity::parse(text->as_string());
  if (!quantity) return std::nullopt;
  return std::max<std::int64_t>(0, quantity->units());
}

const Value* volume_named(const Value& spec, std::string_view name) {
  for (const Value& volume : spec["volumes"].items()) {
    if (volume["name"].as_string() == name) return &volume;
  }
  return nullptr;
}

/// What a process has written goes to where its path is mounted.
void put_files(PodUsage& pod, ContainerUsage& container, const Value& document,
               const HostUse& use) {
  if (use.disk_bytes <= 0) return;
  const Value* volume = volume_at(document, container.container->document, use.disk_path);
  if (volume == nullptr) {
    container.disk_bytes += use.disk_bytes;
  } else if (volume->has("emptyDir")) {
    const bool in_memory = (*volume)["emptyDir"]["medium"].as_string() == "Memory";
    (in_memory ? pod.memory_volumes : pod.volumes)[(*volume)["name"].str()] += use.disk_bytes;
  } else if (volume->has("hostPath")) {
    // Pods that share the files must not count them twice.
    pod.host_path_bytes = std::max(pod.host_path_bytes, use.disk_bytes);
  }
}

ContainerUsage container_usage(PodUsage& pod, Container& container, const Value& document) {
  const Value& annotations = document["metadata"]["annotations"];
  const HostUse use = container.workload->host_use();
  ContainerUsage out;
  out.container = &container;
  out.memory_bytes = annotated(annotations, "inferlab/memory-usage")
                         .value_or(std::max<std::int64_t>(0, use.memory_bytes - use.cached_bytes));
  out.disk_bytes = annotated(annotations, "inferlab/disk-usage").value_or(0);
  out.inodes = annotated(annotations, "inferlab/inodes-usage").value_or(0);
  out.pids = annotated(annotations, "inferlab/pids-usage").value_or(1);
  put_files(pod, out, document, use);
  return out;
}

void read_volumes(PodUsage& pod, const Value& document) {
  for (const Value::Member& member : document["metadata"]["annotations"].members()) {
    if (!std::string_view(member.key).starts_with(kVolumeUsage)) continue;
    const std::string name = member.key.substr(kVolumeUsage.size());
    const Value* volume = volume_named(document["spec"], name);
    const auto bytes = annotated(document["metadata"]["annotations"], member.key);
    if (volume == nullptr || !volume->has("emptyDir") || !bytes) continue;
    const bool in_memory = (*volume)["emptyDir"]["medium"].as_string() == "Memory";
    (in_memory ? pod.memory_volumes : pod.volumes)[name] = *bytes;
  }
}

std::int64_t requested(const Resources& requests, std::string_view resource) {
  const auto found = requests.find(resource);
  return found == requests.end() ? 0 : found->second.units();
}

}  // namespace

PodUsage usage_of(PodWorker& worker) {
  const PodView& view = worker.pod();
  const Value& document = worker.object()->document;
  PodUsage out;
  out.pod = &worker;
  out.priority = view.priority;
  out.memory_request = requested(view.requests, "memory");
  out.disk_request = requested(view.requests, "ephemeral-storage");
  read_volumes(out, document);
  worker.for_each_container([&](Container& container) {
    if (container.state != Container::State::kRunning || container.workload == nullptr) return;
    out.containers.push_back(container_usage(out, container, document));
  });
  for (const ContainerUsage& one : out.containers) {
    out.memory_bytes += one.memory_bytes;
    out.layer_bytes += one.disk_bytes;
    out.inodes += one.inodes;
    out.pids += one.pids;
  }
  for (const auto& [name, bytes] : out.memory_volumes) out.memory_bytes += bytes;
  for (const auto& [name, bytes] : out.volumes) out.volume_bytes += bytes;
  return out;
}

Observations observe_node(const NodeRuntime& node, const std::vector<PodUsage>& pods) {
  std::int64_t memory = 0;
  std::int64_t layers = 0;
  std::int64_t volumes = 0;
  std::int64_t inodes = kSystemInodes;
  std::int64_t pids = kSystemPids;
  for (const PodUsage& pod : pods) {
    memory += pod.memory_bytes;
    layers += pod.layer_bytes;
    volumes += pod.volume_bytes + pod.host_path_bytes;
    inodes += pod.inodes;
    pids += pod.pids;
  }
  const NodePoolSpec& pool = node.pool;
  const bool has_image_disk = pool.image_disk_bytes > 0;
  const std::int64_t on_images = node.images.disk_bytes() + layers;
  const std::int64_t on_node = volumes + node.other_disk_bytes + (has_image_disk ? 0 : on_images);
  const auto disk = [](std::int64_t capacity, std::int64_t used) {
    return Observation{std::max<std::int64_t>(0, capacity - used), capacity};
  };
  const std::int64_t pods_memory = pool.memory_bytes - reserved_memory(pool);
  const Observation node_fs = disk(pool.disk_bytes, on_node);
  const Observation node_inodes = disk(pool.disk_bytes / kBytesPerInode, inodes);
  Observations out;
  const auto set = [&out](Signal signal, const Observation& observation) {
    out[static_cast<std::size_t>(signal)] = observation;
  };
  set(Signal::kMemoryAvailable,
      disk(pool.memory_bytes, memory + kSystemMemoryBytes + node.other_memory_bytes));
  set(Signal::kAllocatableMemoryAvailable, disk(pods_memory, memory));
  set(Signal::kNodeFsAvailable, node_fs);
  set(Signal::kNodeFsInodesFree, node_inodes);
  set(Signal::kImageFsAvailable, has_image_disk ? disk(pool.image_disk_bytes, on_images) : node_fs);
  set(Signal::kImageFsInodesFree,
      has_image_disk ? disk(pool.image_disk_bytes / kBytesPerInode, 0) : node_inodes);
  set(Signal::kPidAvailable, disk(kMaxPids, pids));
  return out;
}

}  // namespace inferlab::sim
