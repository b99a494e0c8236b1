// A Deployment's Pods tolerate the taints of `pool` and no others: in a rerun for each other
// tainted pool, the nodes of `pool` stay as they are, labels, GPUs and all, but carry that pool's
// taints. Whatever the Pods select nodes by, only taints can keep them away then, and must.
#include <fmt/format.h>

#include <algorithm>

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
     .description = "how long each rerun lasts; the lab's horizon if left out"},
};

using Taints = std::vector<sim::Taint>;

// PreferNoSchedule is a matter of score: it keeps no Pod away.
bool keeps_away(const Taints& taints) {
  return std::any_of(taints.begin(), taints.end(), [](const sim::Taint& taint) {
    return taint.effect != sim::TaintEffect::kPreferNoSchedule;
  });
}

bool same(const Taints& a, const Taints& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const sim::Taint& x, const sim::Taint& y) {
                      return x.key == y.key && x.value == y.value && x.effect == y.effect;
                    });
}

const Taints& taints_of(const sim::ClusterSpec& cluster, const std::string& name) {
  static const Taints kNone;
  for (const sim::NodePoolSpec& pool : cluster.pools) {
    if (pool.name == name) return pool.taints;
  }
  return kNone;
}

// The first Pod on a node that is tainted for others.
const PlacedPod* trespasser(const Placement& placement, const sim::ClusterSpec& cluster,
                            const Taints& own) {
  for (const PlacedPod& each : placement.placed) {
    const Taints& taints = taints_of(cluster, each.pool);
    if (keeps_away(taints) && !same(taints, own)) return &each;
  }
  return nullptr;
}

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
  if (!workload) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  const Placement placed = placement_of(*workload, run->kubelets());
  if (placed.pods == 0) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  const Taints& own = taints_of(context.lab().cluster, pool);
  std::size_t rounds = 0;
  for (const sim::NodePoolSpec& other : context.lab().cluster.pools) {
    if (!keeps_away(other.taints) || same(other.taints, own)) continue;
    ++rounds;
    VariantSpec variant;
    variant.tainted_pool = pool;
    variant.tainted_like = other.name;
    variant.horizon = params.duration_or("horizon", {});
    INFERLAB_TRY(sim::Cluster* const rerun, context.run(variant));
    const auto elsewhere = Workload::find(rerun->store(), ns, name);
    if (!elsewhere) return Finding::fail(deployment_trouble(*rerun, ns, name), expected);
    const Placement strayed = placement_of(*elsewhere, rerun->kubelets());
    if (const PlacedPod* each = trespasser(strayed, rerun->spec(), own)) {
      if (const std::string bypass = past_the_scheduler(*workload); !bypass.empty()) {
        return Finding::fail(bypass, expected).with(Cause::kOther);
      }
      return Finding::fail(
          fmt::format("with the taints of pool {} on the nodes of pool {}, Pod {} ran on {}",
                      other.name, pool, each->pod, each->node),
          expected);
    }
  }
  if (rounds == 0) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("toleration-exact: pool: no pool is tainted otherwise than {}", pool),
                 "give the lab a pool that must stay closed"};
  }
  return Finding::pass(
      fmt::format("with the taints of another pool on the nodes of pool {} its Pods wait", pool));
}

}  // namespace inferlab::labs
