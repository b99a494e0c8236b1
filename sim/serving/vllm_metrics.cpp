#include "sim/serving/vllm_metrics.h"

#include <utility>

namespace inferlab::sim {
namespace {

constexpr double kTtftBounds[] = {0.001, 0.005, 0.01, 0.02,  0.04,  0.06,  0.08, 0.1,
                                  0.25,  0.5,   0.75, 1.0,   2.5,   5.0,   7.5,  10.0,
                                  20.0,  40.0,  80.0, 160.0, 640.0, 2560.0};
constexpr double kItlBounds[] = {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2,  0.3,  0.4, 0.5,
                                 0.75, 1.0,   2.5,  5.0,   7.5, 10.0, 20.0, 40.0, 80.0};
constexpr double kRequestBounds[] = {0.3,  0.5,   0.8,   1.0,   1.5,   2.0,    2.5,
                                     5.0,  10.0,  15.0,  20.0,  30.0,  40.0,   50.0,
                                     60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 7680.0};

}  // namespace

VllmMetrics::VllmMetrics(std::string model_name)
    : labels_{{"engine", "0"}, {"model_name", std::move(model_name)}},
      ttft_(kTtftBounds),
      itl_(kItlBounds),
      e2e_(kRequestBounds),
      queue_(kRequestBounds) {}

void VllmMetrics::first_token(Duration since_arrival, std::int64_t prompt_tokens) {
  ttft_.observe(to_seconds(since_arrival));
  prompt_tokens_ += prompt_tokens;
  ++generation_tokens_;
}

void VllmMetrics::next_token(Duration since_last_token) {
  itl_.observe(to_seconds(since_last_token));
  ++generation_tokens_;
}

void VllmMetrics::finished(FinishReason reason, Duration since_arrival, Duration in_queue) {
  ++success_[static_cast<std::size_t>(reason)];
  e2e_.observe(to_seconds(since_arrival));
  queue_.observe(to_seconds(in_queue));
}

void VllmMetrics::expose(const SchedulerStats& stats, std::vector<Sample>& samples) const {
  const auto add = [&](const char* name, auto value) {
    samples.push_back({name, labels_, static_cast<double>(value)});
  };
  add("vllm:num_requests_running", stats.num_requests_running);
  add("vllm:num_requests_waiting", stats.num_requests_waiting);
  add("vllm:kv_cache_usage_perc", stats.kv_cache_usage);
  add("vllm:num_preemptions_total", stats.num_preemptions_total);
  add("vllm:prefix_cache_queries_total", stats.prefix_cache_queries_total);
  add("vllm:prefix_cache_hits_total", stats.prefix_cache_hits_total);
  add("vllm:prompt_tokens_total", prompt_tokens_);
  add("vllm:generation_tokens_total", generation_tokens_);
  for (const FinishReason reason :
       {FinishReason::kStop, FinishReason::kLength, FinishReason::kAbort}) {
    SeriesLabels labels = labels_;
    labels["finished_reason"] = std::string(to_string(reason));
    samples.push_back({"vllm:request_success_total", std::move(labels),
                       static_cast<double>(success_[static_cast<std::size_t>(reason)])});
  }
  ttft_.expose("vllm:time_to_first_token_seconds", labels_, samples);
  itl_.expose("vllm:inter_token_latency_seconds", labels_, samples);
  // The name that releases before 0.11 have for the same values.
  itl_.expose("vllm:time_per_output_token_seconds", labels_, samples);
  e2e_.expose("vllm:e2e_request_latency_seconds", labels_, samples);
  queue_.expose("vllm:request_queue_time_seconds", labels_, samples);
}

}  // namespace inferlab::sim
