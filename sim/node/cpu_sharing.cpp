#include "sim/node/cpu_sharing.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "sim/node/kubelet.h"

namespace inferlab::sim {
namespace {

/// What the node's own processes take. Source: assets/facts/SOURCE.md,
/// metrics_pipeline.node_overhead.
constexpr double kSystemCpus = 0.06;

double limit_of(const Container& container) {
  const auto found = container.view.limits.find("cpu");
  if (found == container.view.limits.end()) return HostCpu::kPlenty;
  return static_cast<double>(found->second.milli()) / 1000;
}

std::vector<Container*> running(Kubelet& kubelet) {
  std::vector<Container*> out;
  kubelet.for_each_pod([&](PodWorker& worker) {
    worker.for_each_container([&](Container& container) {
      const bool runs =
          container.state == Container::State::kRunning && container.workload != nullptr;
      if (runs) out.push_back(&container);
    });
  });
  return out;
}

bool is_busy(const Container& container) {
  return container.workload->busy_cpus() > 0;
}

/// What a busy container would take of so many CPUs.
double wants(const Container& container, double cpus) {
  return std::min({container.workload->busy_cpus(), limit_of(container), cpus});
}

/// Of the CPUs that a container may run on, the share that is on none of its GPUs' NUMA nodes.
double remote_share(const NodeRuntime& node, const Container& container) {
  std::set<int> near;
  for (const GpuCard& card : node.gpus.cards()) {
    for (const auto& device : card.devices) {
      const auto& own = container.gpus;
      if (std::find(own.begin(), own.end(), device.get()) != own.end()) near.insert(card.numa_node);
    }
  }
  if (near.empty()) return 0;
  if (container.cpus.empty()) {
    return 1 - static_cast<double>(near.size()) / node.pool.numa_nodes;
  }
  const auto far = std::count_if(container.cpus.begin(), container.cpus.end(), [&](int cpu) {
    return !near.contains(node.cpus.numa_node_of(cpu));
  });
  return static_cast<double>(far) / static_cast<double>(container.cpus.size());
}

HostCpu cpu_of(const NodeRuntime& node, const Container& container,
               const std::vector<Container*>& all) {
  HostCpu out;
  out.quota = limit_of(container);
  out.remote = remote_share(node, container);
  if (!container.cpus.empty()) {
    out.cpus = out.idle = out.fair = static_cast<double>(container.cpus.size());
    return out;
  }
  out.cpus = node.cpus.num_shared();
  std::vector<CpuClaim> claims{{cpu_shares_of(container.view.requests), out.cpus}};
  for (const Container* other : all) {
    if (other == &container || !other->cpus.empty() || !is_busy(*other)) continue;
    claims.push_back({cpu_shares_of(other->view.requests), wants(*other, out.cpus)});
  }
  const double others =
      std::accumulate(claims.begin() + 1, claims.end(), 0.0,
                      [](double sum, const CpuClaim& claim) { return sum + claim.wants; });
  out.idle = std::max(0.0, out.cpus - others);
  out.fair = fair_shares(out.cpus, claims).front();
  return out;
}

Duration of_seconds(double seconds) {
  return Duration{std::llround(seconds * 1e9)};
}

}  // namespace

std::vector<double> fair_shares(double amount, std::span<const CpuClaim> claims) {
  std::vector<double> out(claims.size());
  std::vector<std::size_t> open(claims.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  while (!open.empty()) {
    double weights = 0;
    for (const std::size_t i : open) weights += claims[i].weight;
    const double each = amount / weights;
    // Whoever wants no more than its share is served; the others share what that leaves.
    std::vector<std::size_t> left;
    double served = 0;
    for (const std::size_t i : open) {
      if (claims[i].wants <= each * claims[i].weight) {
        out[i] = claims[i].wants;
        served += out[i];
      } else {
        left.push_back(i);
      }
    }
    if (left.size() == open.size()) {
      for (const std::size_t i : open) out[i] = each * claims[i].weight;
      break;
    }
    amount = std::max(0.0, amount - served);
    open = std::move(left);
  }
  return out;
}

double cpu_shares_of(const Resources& requests) {
  const auto found = requests.find("cpu");
  if (found == requests.end()) return 2;
  return std::clamp(static_cast<double>(found->second.milli() * 1024 / 1000), 2.0, 262144.0);
}

void settle_cpus(Kubelet& kubelet) {
  NodeRuntime& node = kubelet.node();
  const Time now = node.api.simulation().now();
  const double seconds = to_seconds(now - std::exchange(node.cpus_settled, now));
  if (seconds <= 0) return;
  const std::vector<Container*> all = running(kubelet);
  // Of those who are not busy, all that they used by now: also while nobody is, so that the first
  // busy one is not charged for what they did before.
  double left = (node.cpus.num_shared() - kSystemCpus) * seconds;
  for (Container* one : all) {
    if (is_busy(*one)) continue;
    const Duration used = one->workload->host_use().cpu;
    const double since = to_seconds(used - std::exchange(one->cpu_seen, used));
    if (one->cpus.empty()) left -= since;
  }
  std::vector<Container*> sharing;
  std::vector<CpuClaim> claims;
  for (Container* one : all) {
    if (!is_busy(*one)) continue;
    if (!one->cpus.empty()) {
      one->workload->use_cpu(
          of_seconds(wants(*one, static_cast<double>(one->cpus.size())) * seconds));
      continue;
    }
    sharing.push_back(one);
    claims.push_back(
        {cpu_shares_of(one->view.requests), wants(*one, node.cpus.num_shared()) * seconds});
  }
  if (sharing.empty()) return;
  const std::vector<double> got = fair_shares(std::max(0.0, left), claims);
  for (std::size_t i = 0; i < got.size(); ++i) sharing[i]->workload->use_cpu(of_seconds(got[i]));
}

void share_cpus(Kubelet& kubelet) {
  const std::vector<Container*> all = running(kubelet);
  for (Container* one : all) one->workload->set_cpu(cpu_of(kubelet.node(), *one, all));
}

}  // namespace inferlab::sim
