// A Deployment's Pods tolerate the taints of `pool` and no others: in a rerun without that pool, in
// which all other GPU nodes carry its labels, only taints keep them away, and must.
#include <fmt/format.h>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/placement.h"
#include "labs/checks/workload.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kDeploymentParam,
    kPoolParam,
    {.name = "horizon",
     .type = SpecType::kDuration,
     .description = "how long the rerun lasts; the lab's horizon if left out"},
};

}  // namespace

constexpr SpecTable kTolerationExactParams = {"toleration-exact", "", kFields};

Result<Finding> toleration_exact(CheckContext& context, const Params& params) {
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const std::string pool = params.text("pool");
  const std::string expected = fmt::format(
      "its Pods are let onto pool {}, and kept off every node that is tainted for others, even one "
      "with the same labels",
      pool);
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const auto workload = Workload::find(run->store(), ns, name);
  if (!workload) return Finding::fail(no_deployment(ns, name), expected);
  const Placement placed = placement_of(*workload, run->kubelets());
  if (placed.pods == 0) return Finding::fail(workload->trouble(), expected);
  VariantSpec variant;
  variant.without_pool = pool;
  variant.others_labelled_like = pool;
  variant.horizon = params.duration_or("horizon", {});
  INFERLAB_TRY(sim::Cluster* const rerun, context.run(variant));
  const auto elsewhere = Workload::find(rerun->store(), ns, name);
  if (!elsewhere) return Finding::fail(no_deployment(ns, name), expected);
  const Placement strayed = placement_of(*elsewhere, rerun->kubelets());
  for (const PlacedPod& each : strayed.placed) {
    return Finding::fail(
        fmt::format("with pool {} gone and its labels on the other GPU nodes, Pod {} ran on {}, "
                    "which is tainted for other work",
                    pool, each.pod, each.node),
        expected);
  }
  return Finding::pass(fmt::format("without pool {} its Pods wait", pool));
}

}  // namespace inferlab::labs
