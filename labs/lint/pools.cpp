#include "labs/lint/pools.h"

#include <algorithm>
#include <optional>

#include "sim/api/selector.h"

namespace inferlab::labs::lint {
namespace {

using sim::LabelSelector;
using sim::Value;

// Labels that the kubelet and cloud providers give every node.
// Source: Kubernetes documentation, "Well-Known Labels, Annotations and Taints".
bool is_given_to_all(std::string_view key) {
  return key == "kubernetes.io/os" || key == "kubernetes.io/arch" ||
         key == "kubernetes.io/hostname" || key == "topology.kubernetes.io/zone" ||
         key == "topology.kubernetes.io/region" || key == "node.kubernetes.io/instance-type";
}

LabelSelector without_given(const LabelSelector& selector) {
  std::vector<LabelSelector::Requirement> kept;
  for (const LabelSelector::Requirement& requirement : selector.requirements()) {
    if (!is_given_to_all(requirement.key)) kept.push_back(requirement);
  }
  return LabelSelector::from_requirements(std::move(kept));
}

bool labels_fit(const Workload& workload, const ContextPool& pool) {
  const Value& selector = workload.pod["nodeSelector"];
  if (!without_given(LabelSelector::from_map(selector)).matches(pool.labels)) return false;
  const Value& required =
      workload.pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  if (required.is_null()) return true;
  const Value& terms = required["nodeSelectorTerms"];
  return std::any_of(terms.items().begin(), terms.items().end(), [&](const Value& term) {
    return without_given(LabelSelector::from_expressions(term["matchExpressions"]))
        .matches(pool.labels);
  });
}

std::optional<sim::TaintEffect> effect_of(std::string_view word) {
  using enum sim::TaintEffect;
  if (word == "NoSchedule") return kNoSchedule;
  if (word == "PreferNoSchedule") return kPreferNoSchedule;
  if (word == "NoExecute") return kNoExecute;
  return std::nullopt;
}

}  // namespace

const std::vector<const ContextPool*>& PoolChoice::candidates(const Workload& workload) const {
  if (workload.gpus() == 0) return labelled;
  return large;
}

const sim::Taint* keeps_away(const ContextPool& pool, const Workload& workload) {
  const Value& list = workload.pod["tolerations"];
  for (const sim::Taint& taint : pool.taints) {
    if (taint.effect == sim::TaintEffect::kPreferNoSchedule) continue;
    const bool tolerated =
        std::any_of(list.items().begin(), list.items().end(), [&](const Value& entry) {
          sim::Toleration toleration;
          toleration.key = entry["key"].str();
          toleration.exists = entry["operator"].as_string() == "Exists";
          toleration.value = entry["value"].str();
          toleration.effect = effect_of(entry["effect"].as_string());
          return toleration.tolerates(taint);
        });
    if (!tolerated) return &taint;
  }
  return nullptr;
}

PoolChoice pools_for(const Workload& workload, const Context& context) {
  PoolChoice out;
  const std::int64_t gpus = workload.gpus();
  for (const ContextPool& pool : context.pools) {
    if (!labels_fit(workload, pool)) continue;
    out.labelled.push_back(&pool);
    if (pool.gpus_per_node > 0) out.with_gpu.push_back(&pool);
    if (pool.gpus_per_node > 0 && pool.gpus_per_node >= gpus) out.large.push_back(&pool);
  }
  for (const ContextPool* pool : gpus == 0 ? out.labelled : out.large) {
    if (keeps_away(*pool, workload) == nullptr) out.open.push_back(pool);
  }
  return out;
}

std::int64_t gpu_slots(const Workload& workload, const std::vector<const ContextPool*>& pools) {
  const std::int64_t gpus = workload.gpus();
  if (gpus == 0) return 0;
  std::int64_t slots = 0;
  for (const ContextPool* pool : pools) slots += pool->nodes * (pool->gpus_per_node / gpus);
  return slots;
}

}  // namespace inferlab::labs::lint
