#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/schedule/request.h"
#include "engine/schedule/scheduler.h"
#include "sim/telemetry/histogram.h"

namespace inferlab::sim {

/// What a vLLM server shows under /metrics: its names, types, labels (model_name, engine) and
/// buckets. Source: vLLM documentation, "Production Metrics"; assets/facts/SOURCE.md, metrics.vllm.
class VllmMetrics {
 public:
  explicit VllmMetrics(std::string model_name);

  void first_token(Duration since_arrival, std::int64_t prompt_tokens);
  void next_token(Duration since_last_token);
  void finished(FinishReason reason, Duration since_arrival, Duration in_queue);
  /// Appends everything; gauges are the scheduler's.
  void expose(const SchedulerStats& stats, std::vector<Sample>& samples) const;

  [[nodiscard]] const Histogram& ttft() const { return ttft_; }

 private:
  SeriesLabels labels_;
  std::int64_t prompt_tokens_ = 0;
  std::int64_t generation_tokens_ = 0;
  std::array<std::int64_t, 3> success_{};  // by FinishReason
  Histogram ttft_, itl_, e2e_, queue_;
};

}  // namespace inferlab::sim
