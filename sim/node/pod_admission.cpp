// pod_admission.cpp: whether the node takes a pod that was bound to it. Source: kubelet 1.32, the
// eviction manager, the Topology Manager with the device and CPU managers, and the general
// predicates, in this order.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/node/eviction_manager.h"
#include "sim/node/pod_worker.h"

namespace inferlab::sim {
namespace {

/// Held at a number that no node has and that many containers can be added up of.
int devices_of(const ContainerView& container, std::string_view resource) {
  constexpr std::int64_t kMost = 1'000'000;
  const auto found = container.limits.find(resource);
  if (found == container.limits.end()) return 0;
  return static_cast<int>(std::clamp<std::int64_t>(found->second.units(), 0, kMost));
}

}  // namespace

/// An extended resource that the node does not have at all is passed over, as the kubelet does.
void PodWorker::admit(const Resources& used) {
  admitted_ = true;
  const PodView& view = pod();
  const Taint memory_pressure{"node.kubernetes.io/memory-pressure", "", TaintEffect::kNoSchedule};
  const bool tolerates =
      std::any_of(view.tolerations.begin(), view.tolerations.end(),
                  [&](const Toleration& one) { return one.tolerates(memory_pressure); });
  if (std::string why =
          pressure_refusal(node_.pressure, view.priority, qos_class_of(runtime_), tolerates);
      !why.empty()) {
    reject("Evicted", std::move(why));
    return;
  }
  if (!take_resources()) return;
  const ObjectPtr node = node_.api.store().get({"nodes", "", node_.name});
  if (node != nullptr) static_cast<void>(fits(node->view<NodeView>(), used));
}

int PodWorker::exclusive_cpus(const Container& container) const {
  const auto request = container.view.requests.find("cpu");
  if (request == container.view.requests.end()) return 0;
  return node_.cpus.exclusive_cpus(qos_class_of(runtime_), request->second);
}

/// Init containers that end before the others begin hold nothing. Without a topology policy nobody
/// asks where anything lies; with one of scope container each container is looked at when those
/// before it have what they need.
bool PodWorker::take_resources() {
  const KubeletSpec& kubelet = node_.pool.kubelet;
  std::vector<Container*> lasting;
  for_each_container([&](Container& container) {
    if (!container.is_init || container.is_sidecar) lasting.push_back(&container);
  });
  const bool aligns = kubelet.topology_manager_policy != KubeletSpec::TopologyPolicy::kNone;
  const bool one_by_one =
      aligns && kubelet.topology_manager_scope == KubeletSpec::TopologyScope::kContainer;
  if (aligns) ++node_.topology_requests;
  std::vector<std::vector<Container*>> groups;
  if (one_by_one) {
    for (Container* container : lasting) groups.push_back({container});
  } else {
    groups.push_back(lasting);
  }
  for (const auto& group : groups) {
    std::optional<NumaMask> nodes;
    if (aligns && !align(group, nodes)) return false;
    if (!take_devices(group, nodes)) return false;
    for (Container* container : group) {
      if (!take_cpus(*container, nodes)) return false;
    }
  }
  return true;
}

/// What the Topology Manager says of the containers together.
bool PodWorker::align(const std::vector<Container*>& containers, std::optional<NumaMask>& nodes) {
  std::vector<ResourceHints> hints;
  for (const auto& [resource, count] : node_.gpus.capacity()) {
    int wanted = 0;
    for (const Container* container : containers) wanted += devices_of(container->view, resource);
    hints.push_back(node_.gpus.hints(resource, wanted));
  }
  int cpus = 0;
  for (const Container* container : containers) cpus += exclusive_cpus(*container);
  hints.push_back(node_.cpus.hints(cpus));
  const TopologyDecision decision =
      decide_topology(node_.pool.kubelet.topology_manager_policy, node_.pool.numa_nodes, hints);
  nodes = decision.nodes;
  if (!decision.admit) {
    ++node_.topology_errors;
    reject("TopologyAffinityError", "Resources cannot be allocated with Topology locality");
  }
  return decision.admit;
}

bool PodWorker::take_devices(const std::vector<Container*>& containers,
                             std::optional<NumaMask> nodes) {
  for (const auto& [resource, count] : node_.gpus.capacity()) {
    std::int64_t wanted = 0;
    for (const Container* container : containers) wanted += devices_of(container->view, resource);
    if (wanted > 0 && !node_.gpus.plugin().offers()) {
      reject_for_devices(resource);
      return false;
    }
    const int available = node_.gpus.available(resource);
    if (wanted > available) {
      reject("UnexpectedAdmissionError",
             fmt::format("Allocate failed due to requested number of devices unavailable for {}. "
                         "Requested: {}, Available: {}, which is unexpected",
                         resource, wanted, available));
      return false;
    }
    for (Container* container : containers) {
      const auto taken =
          node_.gpus.take(uid_, resource, devices_of(container->view, resource), nodes);
      for (const GpuSet::Slot* slot : *taken) {
        // Two time slices of one device are one device for the process.
        auto& own = container->gpus;
        if (std::find(own.begin(), own.end(), slot->device) != own.end()) continue;
        own.push_back(slot->device);
        container->gpu_ids.push_back(slot->device->id());
      }
    }
  }
  return true;
}

/// Nobody offers the devices: the plugin has gone, or has not come back after a start of the node.
void PodWorker::reject_for_devices(std::string_view resource) {
  reject("UnexpectedAdmissionError",
         fmt::format("Allocate failed due to no healthy devices present; cannot allocate unhealthy "
                     "devices {}, which is unexpected",
                     resource));
}

bool PodWorker::take_cpus(Container& container, std::optional<NumaMask> nodes) {
  Result<std::set<int>> taken = node_.cpus.take(uid_, exclusive_cpus(container), nodes);
  if (!taken) {
    reject("UnexpectedAdmissionError",
           fmt::format("Allocate failed due to {}, which is unexpected", taken.error().message));
    return false;
  }
  container.cpus = std::move(*taken);
  return true;
}

/// Rejects the pod when something is too little for it.
bool PodWorker::fits(const NodeView& node, const Resources& used) {
  const PodView& view = pod();
  const auto amount_in = [](const Resources& resources, std::string_view name) {
    const auto found = resources.find(name);
    return found == resources.end() ? Quantity() : found->second;
  };
  std::vector<std::string> resources{"pods", "cpu", "memory", "ephemeral-storage"};
  for (const auto& [size, bytes] : node_.pool.huge_pages) resources.push_back("hugepages-" + size);
  for (const std::string& resource : resources) {
    const Quantity wanted =
        resource == "pods" ? Quantity::from_units(1) : amount_in(view.requests, resource);
    if (wanted == Quantity() || !node.allocatable.contains(resource)) continue;
    const Quantity taken = amount_in(used, resource);
    const Quantity capacity = amount_in(node.allocatable, resource);
    Quantity sum = taken;
    sum += wanted;
    if (sum <= capacity) continue;
    const auto amount = [&](const Quantity& quantity) {
      return resource == "cpu" ? quantity.milli() : quantity.units();
    };
    reject(
        fmt::format("OutOf{}", resource),
        fmt::format("Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}",
                    resource, amount(wanted), amount(taken), amount(capacity)));
    return false;
  }
  return true;
}

void PodWorker::reject(std::string reason, std::string message) {
  record(nullptr, "Warning", reason, message);
  runtime_.failed_reason = std::move(reason);
  runtime_.failed_message = "Pod was rejected: " + message;
}

}  // namespace inferlab::sim
