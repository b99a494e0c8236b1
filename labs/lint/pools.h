#pragma once

#include <cstdint>
#include <vector>

#include "labs/lint/context.h"
#include "labs/lint/workload.h"

namespace inferlab::labs::lint {

/// The pools of a context that a workload's Pods may come to lie in, by what kube-scheduler asks:
/// labels first, then GPUs, then taints. What every node carries (kubernetes.io/os, hostname, zone
/// …) is in no context: it counts as fitting.
struct PoolChoice {
  std::vector<const ContextPool*> labelled;  // nodeSelector and required node affinity hold
  std::vector<const ContextPool*> with_gpu;  // of these, those with a GPU
  std::vector<const ContextPool*> large;     // of these, those whose nodes have as many as asked
  std::vector<const ContextPool*> open;      // where it may land: all of the above and its taints

  /// Where it would land if it tolerated everything: `large` of a Pod with GPUs, else `labelled`.
  [[nodiscard]] const std::vector<const ContextPool*>& candidates(const Workload& workload) const;
};

PoolChoice pools_for(const Workload& workload, const Context& context);

/// How many of the workload's Pods fit the GPUs of these pools.
std::int64_t gpu_slots(const Workload& workload, const std::vector<const ContextPool*>& pools);

/// The first taint of the pool that keeps the workload's Pods away; nullptr: there is none.
const sim::Taint* keeps_away(const ContextPool& pool, const Workload& workload);

}  // namespace inferlab::labs::lint
