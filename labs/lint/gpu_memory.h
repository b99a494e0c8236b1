#pragma once

#include <cstdint>
#include <optional>

#include "labs/lint/context.h"
#include "labs/lint/workload.h"

namespace inferlab::labs::lint {

/// How a model server's GPUs are filled, over all of them together.
struct GpuMemory {
  std::int64_t gpus = 0;
  double usable_gib = 0;   // its share of their memory, less what the runtime takes
  double weights_gib = 0;  // as they are quantised
  double kv_mib_per_token = 0;

  /// What is left for the KV cache; negative: the weights do not fit.
  [[nodiscard]] double kv_gib() const { return usable_gib - weights_gib; }
};

/// nullopt: the container serves no model that the context knows, or nothing says which GPUs it
/// gets. Of several pools that it may land on the one with the largest GPUs counts.
std::optional<GpuMemory> gpu_memory_of(const Workload& workload, const Container& container,
                                       const Context& context);

}  // namespace inferlab::labs::lint
