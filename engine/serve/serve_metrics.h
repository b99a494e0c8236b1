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
  /// `num_speculative_tokens` as in the options; 0: no metrics of guesses.
  ServeMetrics(const SchedulerConfig& config, std::int32_t num_speculative_tokens);

  /// After a step: its tokens and its guesses.
  void step(const Step& step, const StepOutput& output);
  /// After a step that gave the request `num_tokens`; `request` counts them already. `previous` is
  /// the time of the token before, if there was one.
  void tokens(const Request& request, std::int64_t num_tokens, std::optional<Time> previous);
  /// When a request has ended, whatever the reason.
  void finished(const Request& request);

  [[nodiscard]] std::int64_t prompt_tokens() const { return prompt_tokens_; }
  [[nodiscard]] std::int64_t generation_tokens() const { return generation_tokens_; }
  [[nodiscard]] std::int64_t num_finished() const;

  [[nodiscard]] std::string render(const SchedulerStats& stats,
                                   const std::string& model_name) const;

 private:
  void render_guesses(MetricText& out) const;

  SchedulerConfig config_;
  std::int64_t prompt_tokens_ = 0;
  std::int64_t generation_tokens_ = 0;
  std::array<std::int64_t, 3> success_ = {};  // by FinishReason
  std::int64_t num_drafts_ = 0;               // steps of a request with guesses
  std::int64_t num_draft_tokens_ = 0;
  std::vector<std::int64_t> accepted_at_;  // by place in the draft
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
