// All ready Pods of a Deployment run on nodes of `pool`, and that is their own choice: in a rerun
// without that pool and without any taints no Pod is placed anywhere else.
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

constexpr SpecTable kRunsOnPoolParams = {"runs-on-pool", "", kFields};

Result<Finding> runs_on_pool(CheckContext& context, const Params& params) {
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const std::string pool = params.text("pool");
  const std::string expected = fmt::format(
      "its Pods run on the nodes of pool {} and, if that pool is gone, wait instead of running "
      "elsewhere, whatever the taints are",
      pool);
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const auto workload = Workload::find(run->store(), ns, name);
  if (!workload) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  const Placement placed = placement_of(*workload, run->kubelets());
  if (placed.pods == 0) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  if (const auto* other = placed.outside(pool)) {
    return Finding::fail(fmt::format("Pod {} ran on {}", other->pod, other->node), expected);
  }
  VariantSpec variant;
  variant.without_pool = pool;
  variant.no_taints = true;
  variant.horizon = params.duration_or("horizon", {});
  INFERLAB_TRY(sim::Cluster* const rerun, context.run(variant));
  const auto elsewhere = Workload::find(rerun->store(), ns, name);
  if (!elsewhere) return Finding::fail(deployment_trouble(*rerun, ns, name), expected);
  const Placement strayed = placement_of(*elsewhere, rerun->kubelets());
  if (const auto* other = strayed.outside(pool)) {
    if (const std::string bypass = past_the_scheduler(*workload); !bypass.empty()) {
      return Finding::fail(bypass, expected).with(Cause::kOther);
    }
    return Finding::fail(
        fmt::format("without pool {} and without taints, Pod {} ran on {}: nothing but a taint "
                    "kept it away",
                    pool, other->pod, other->node),
        expected);
  }
  return Finding::pass(fmt::format("{} Pod(s), all on pool {}", placed.pods, pool));
}

}  // namespace inferlab::labs
