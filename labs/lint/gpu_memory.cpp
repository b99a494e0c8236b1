#include "labs/lint/gpu_memory.h"

#include <algorithm>
#include <string_view>

#include "labs/lint/pools.h"

namespace inferlab::labs::lint {
namespace {

// Of 16 bits a weight. Scales and zero points are left out: they are a few per cent.
double weight_share(std::string_view quantization) {
  constexpr std::string_view kFourBits[] = {"awq",          "awq_marlin", "gptq", "gptq_marlin",
                                            "bitsandbytes", "marlin",     "gguf"};
  if (std::find(std::begin(kFourBits), std::end(kFourBits), quantization) != std::end(kFourBits)) {
    return 0.25;
  }
  constexpr std::string_view kEightBits[] = {"fp8", "fbgemm_fp8", "experts_int8", "tpu_int8"};
  if (std::find(std::begin(kEightBits), std::end(kEightBits), quantization) !=
      std::end(kEightBits)) {
    return 0.5;
  }
  return 1;
}

}  // namespace

std::optional<GpuMemory> gpu_memory_of(const Workload& workload, const Container& container,
                                       const Context& context) {
  if (!container.model || container.gpus() == 0) return std::nullopt;
  const ModelCommand& command = *container.model;
  // A share that is none is another check's matter, and nothing can be reckoned from it.
  if (command.gpu_memory_utilization <= 0 || command.gpu_memory_utilization > 1) {
    return std::nullopt;
  }
  const ContextModel* model = context.model(command.model);
  if (model == nullptr) return std::nullopt;
  const PoolChoice choice = pools_for(workload, context);
  const auto& pools = choice.large.empty() ? choice.with_gpu : choice.large;
  double memory_gib = 0;
  for (const ContextPool* pool : pools) memory_gib = std::max(memory_gib, pool->gpu_memory_gib);
  if (memory_gib <= 0) return std::nullopt;
  GpuMemory out;
  // Replicas of data parallelism each hold all of the weights.
  out.gpus = std::clamp<std::int64_t>(command.tensor_parallel * command.pipeline_parallel, 1,
                                      container.gpus());
  out.usable_gib = static_cast<double>(out.gpus) * (memory_gib * command.gpu_memory_utilization -
                                                    context.runtime_overhead_gib_per_gpu);
  out.weights_gib = model->weights_gib * weight_share(command.quantization);
  const bool half_kv =
      command.kv_cache_dtype.starts_with("fp8") || command.kv_cache_dtype == "int8";
  out.kv_mib_per_token = model->kv_mib_per_token * (half_kv ? 0.5 : 1);
  return out;
}

}  // namespace inferlab::labs::lint
