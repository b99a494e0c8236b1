#include "sim/serving/cost_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

// Microseconds. Source: assets/facts/SOURCE.md, engine.per_request_overheads_us.
constexpr double kPerStep = 126;
constexpr double kPerLayer = 32;
constexpr double kPerRequest = 4;

/// No step is longer: what a profile says may be absurd, but time does not run over.
constexpr double kLongestStepNs = 3600e9;

}  // namespace

CostModel::CostModel(const GpuSpec& gpu, const ModelSpec& model, int tensor_parallel_size)
    : prefill_flops_(gpu.bf16_flops * gpu.mfu_prefill * tensor_parallel_size),
      decode_flops_(gpu.bf16_flops * gpu.mfu_decode * tensor_parallel_size),
      bandwidth_(gpu.memory_bandwidth * tensor_parallel_size),
      flops_per_token_(2 * model.parameters),
      weights_bytes_(static_cast<double>(model.weights_bytes)),
      kv_bytes_per_token_(static_cast<double>(model.kv_bytes_per_token)),
      layers_(model.layers) {
  INFERLAB_CHECK(prefill_flops_ > 0 && decode_flops_ > 0 && bandwidth_ > 0);
}

CostModel::CostModel(StepProfile profile) : profile_(std::move(profile)) {
  INFERLAB_CHECK(is_valid(*profile_));
}

Duration CostModel::profiled(const StepLoad& load) const {
  return Duration{std::llround(std::min(profile_->step_time_ns(load) * slowdown_, kLongestStepNs))};
}

Duration CostModel::time_of(double prefill_tokens, double decode_tokens, double kv_bytes,
                            std::size_t num_requests) const {
  const double arithmetic = prefill_tokens * flops_per_token_ / prefill_flops_ +
                            decode_tokens * flops_per_token_ / decode_flops_;
  const double traffic = (weights_bytes_ + kv_bytes) / bandwidth_;
  return Duration{
      std::llround(std::max(arithmetic, traffic) * slowdown_ * 1e9 + host_us(num_requests) * 1e3)};
}

double CostModel::host_us(std::size_t num_requests) const {
  return kPerStep + kPerLayer * layers_ + kPerRequest * static_cast<double>(num_requests);
}

Duration CostModel::host_time(const Step& step) const {
  return Duration{std::llround(host_us(step.scheduled.size()) * 1e3)};
}

Duration CostModel::step_time(const Step& step) const {
  if (profile_) return profiled(StepLoad::of(step));
  double prefill_tokens = 0;
  double decode_tokens = 0;
  std::int64_t context_tokens = 0;
  for (const ScheduledRequest& entry : step.scheduled) {
    (entry.prefill ? prefill_tokens : decode_tokens) += static_cast<double>(entry.num_tokens);
    context_tokens += entry.num_computed_tokens + entry.num_tokens;
  }
  return time_of(prefill_tokens, decode_tokens,
                 static_cast<double>(context_tokens) * kv_bytes_per_token_, step.scheduled.size());
}

Duration CostModel::least_step_time() const {
  return profile_ ? profiled({.rows = 1}) : time_of(0, 0, 0, 1);
}

}  // namespace inferlab::sim
