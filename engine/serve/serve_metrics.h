#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/time.h"
#include "engine/schedule/scheduler.h"
#include "engine/serve/metrics.h"

namespace inferlab {

/// The metrics of one engine under vLLM's names, types, labels and buckets.
/// Source: vLLM documentation, "Production Metrics". Not thread-safe: the engine locks.
class ServeMetrics {
 public:
  explicit ServeMetrics(const SchedulerConfig& config);

  /// After a step: its tokens.
  void step(std::int64_t num_scheduled_tokens);
  /// After each token of a request; `request` counts it already. `previous` is the time of the
  /// token before, if there was one.
  void token(const Request& request, std::optional<Time> previous);
  /// When a request has ended, whatever the reason.
  void finished(const Request& request);

  [[nodiscard]] std::int64_t prompt_tokens() const { return prompt_tokens_; }
  [[nodiscard]] std::int64_t generation_tokens() const { return generation_tokens_; }
  [[nodiscard]] std::int64_t num_finished() const;

  [[nodiscard]] std::string render(const SchedulerStats& stats,
                                   const std::string& model_name) const;

 private:
  SchedulerConfig config_;
  std::int64_t prompt_tokens_ = 0;
  std::int64_t generation_tokens_ = 0;
  std::array<std::int64_t, 3> success_ = {};  // by FinishReason
  Histogram iteration_tokens_;
  Histogram ttft_;
  Histogram itl_;
  Histogram tpot_;
  Histogram e2e_;
  Histogram queue_time_;
  Histogram inference_time_;
  Histogram prefill_time_;
  Histogram decode_time_;
  Histogram request_prompt_tokens_;
  Histogram request_generation_tokens_;
  Histogram max_num_generation_tokens_;
  Histogram max_tokens_;
  Histogram n_;
};

}  // namespace inferlab
