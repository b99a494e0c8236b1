#include "labs/checks/placement.h"

#include <fmt/format.h>

#include "sim/api/views.h"

namespace inferlab::labs {
const PlacedPod* Placement::outside(const std::string& pool) const& {
  for (const PlacedPod& each : placed) {
    if (each.pool != pool) return &each;
  }
  return nullptr;
}

std::string past_the_scheduler(const Workload& workload) {
  const std::string node =
      workload.deployment().document["spec"]["template"]["spec"]["nodeName"].str();
  if (node.empty()) return {};
  return fmt::format(
      "the Pods of {} have spec.nodeName {}: that bypasses the scheduler, so neither labels nor "
      "taints decide where they run",
      workload.name(), node);
}

Placement placement_of(const Workload& workload, const sim::Kubelets& kubelets) {
  Placement out;
  for (const sim::ObjectPtr& pod : workload.all_pods()) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (view.node_name.empty()) continue;
    const sim::NodePoolSpec* pool = kubelets.pool_of(view.node_name);
    out.placed.push_back(
        {view.meta.name, view.node_name, pool == nullptr ? std::string() : pool->name});
  }
  out.pods = out.placed.size();
  return out;
}

}  // namespace inferlab::labs
