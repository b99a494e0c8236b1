#include "sim/node/kubelet_metrics.h"

#include <string>
#include <utility>

#include "sim/node/kubelet.h"

namespace inferlab::sim {
namespace {

void show_managers(const NodeRuntime& node, std::vector<Sample>& samples) {
  const auto add = [&](const char* name, std::int64_t value) {
    samples.push_back({name, {}, static_cast<double>(value)});
  };
  add("kubelet_cpu_manager_pinning_requests_total", node.cpus.pinning_requests);
  add("kubelet_cpu_manager_pinning_errors_total", node.cpus.pinning_errors);
  add("kubelet_cpu_manager_exclusive_cpu_allocation_count", node.cpus.num_exclusive());
  add("kubelet_cpu_manager_shared_pool_size_millicores",
      std::int64_t{1000} * node.cpus.num_assignable());
  add("kubelet_topology_manager_admission_requests_total", node.topology_requests);
  add("kubelet_topology_manager_admission_errors_total", node.topology_errors);
}

void show_container(const PodWorker& worker, const Container& container,
                    std::vector<Sample>& samples) {
  const SeriesLabels labels{{"namespace", worker.ns()},
                            {"pod", worker.name()},
                            {"container", container.view.name},
                            {"image", container.view.image}};
  const auto add = [&](const char* name, double value) {
    samples.push_back({name, labels, value});
  };
  const CfsUse cfs = container.workload->cfs_use();
  add("container_cpu_usage_seconds_total", to_seconds(container.workload->host_use().cpu));
  add("container_cpu_cfs_periods_total", static_cast<double>(cfs.periods));
  add("container_cpu_cfs_throttled_periods_total", static_cast<double>(cfs.throttled_periods));
  add("container_cpu_cfs_throttled_seconds_total", to_seconds(cfs.throttled));
}

void show_containers(Kubelet& kubelet, std::vector<Sample>& samples) {
  kubelet.for_each_pod([&](PodWorker& worker) {
    worker.for_each_container([&](Container& container) {
      const bool runs =
          container.state == Container::State::kRunning && container.workload != nullptr;
      if (runs && container.view.limits.contains("cpu")) {
        show_container(worker, container, samples);
      }
    });
  });
}

}  // namespace

void add_kubelet_metrics(Telemetry& telemetry, Kubelet& kubelet) {
  const NodeRuntime& node = kubelet.node();
  SeriesLabels labels{{"job", "kubelet"}, {"instance", node.ip + ":10250"}, {"node", node.name}};
  const KubeletSpec& spec = node.pool.kubelet;
  const bool has_managers = spec.cpu_manager_policy != KubeletSpec::CpuManagerPolicy::kNone ||
                            spec.topology_manager_policy != KubeletSpec::TopologyPolicy::kNone;
  if (has_managers) {
    telemetry.add_target("kubelet/" + node.name, labels, [&kubelet](std::vector<Sample>& samples) {
      if (kubelet.is_up()) show_managers(kubelet.node(), samples);
    });
  }
  labels["job"] = "kubernetes-nodes-cadvisor";
  telemetry.add_target("cadvisor/" + node.name, std::move(labels),
                       [&kubelet](std::vector<Sample>& samples) {
                         if (kubelet.is_up()) show_containers(kubelet, samples);
                       });
}

void remove_kubelet_metrics(Telemetry& telemetry, const Kubelet& kubelet) {
  telemetry.remove_target("kubelet/" + kubelet.name());
  telemetry.remove_target("cadvisor/" + kubelet.name());
}

}  // namespace inferlab::sim
