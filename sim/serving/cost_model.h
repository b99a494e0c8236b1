#pragma once

#include <optional>

#include "engine/base/time.h"
#include "engine/schedule/step.h"
#include "sim/node/node_spec.h"
#include "sim/serving/model_spec.h"
#include "sim/serving/step_profile.h"

namespace inferlab::sim {

/// How long a step takes on a GPU: a roofline. The step's arithmetic at the fraction of peak that
/// vLLM reaches, or its memory traffic (weights once, the KV cache of every request), whichever is
/// longer, and fixed costs for the step, its layers and its requests. With tensor parallelism each
/// GPU does its share; the exchange between them is not counted.
///
/// Or, for a replica that has one, the profile of an engine that was measured.
///
/// The only approximation in a simulated replica. Constants: assets/facts/SOURCE.md,
/// engine.per_request_overheads_us.
class CostModel {
 public:
  /// Checks: tensor_parallel_size > 0, the GPU's figures are above 0.
  CostModel(const GpuSpec& gpu, const ModelSpec& model, int tensor_parallel_size);
  /// Checks: is_valid(profile).
  explicit CostModel(StepProfile profile);

  [[nodiscard]] Duration step_time(const Step& step) const;
  /// What of it the host's CPUs work, before and after the GPU does.
  [[nodiscard]] Duration host_time(const Step& step) const;
  /// The GPU takes so many times as long: its time is shared, or its clock is low.
  void set_slowdown(double slowdown) { slowdown_ = slowdown; }
  /// No step is shorter than this.
  [[nodiscard]] Duration least_step_time() const;

 private:
  [[nodiscard]] Duration time_of(double prefill_tokens, double decode_tokens, double kv_bytes,
                                 std::size_t num_requests) const;

  [[nodiscard]] double host_us(std::size_t num_requests) const;
  [[nodiscard]] Duration profiled(const StepLoad& load) const;

  double prefill_flops_ = 0;  // per second, all GPUs together
  double decode_flops_ = 0;
  double bandwidth_ = 0;  // bytes per second, all GPUs together
  double flops_per_token_ = 0;
  double weights_bytes_ = 0;
  double kv_bytes_per_token_ = 0;
  double layers_ = 0;
  std::optional<StepProfile> profile_;
  double slowdown_ = 1;
};

}  // namespace inferlab::sim
