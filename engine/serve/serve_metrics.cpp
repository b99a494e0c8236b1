#include "engine/serve/serve_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace inferlab {
namespace {

using Bounds = std::vector<double>;

Bounds ttft_bounds() {
  return {0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,  0.25,  0.5,   0.75,
          1.0,   2.5,   5.0,  7.5,  10.0, 20.0, 40.0, 80.0, 160.0, 640.0, 2560.0};
}

Bounds itl_bounds() {
  return {0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2,  0.3,  0.4, 0.5,
          0.75, 1.0,   2.5,  5.0,   7.5, 10.0, 20.0, 40.0, 80.0};
}

Bounds request_bounds() {
  return {0.3,  0.5,  0.8,  1.0,  1.5,   2.0,   2.5,   5.0,   10.0,   15.0,  20.0,
          30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 7680.0};
}

Bounds iteration_bounds() {
  return {1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384};
}

/// 1, 2, 5, 10, 20, 50, … up to `max`.
Bounds bounds_1_2_5(std::int64_t max) {
  Bounds bounds;
  for (std::int64_t decade = 1; decade <= max; decade *= 10) {
    for (const std::int64_t digit : {1, 2, 5}) {
      if (decade * digit <= max) bounds.push_back(static_cast<double>(decade * digit));
    }
  }
  return bounds;
}

}  // namespace

ServeMetrics::ServeMetrics(const SchedulerConfig& config, std::int32_t num_speculative_tokens)
    : config_(config),
      accepted_at_(static_cast<std::size_t>(std::max(0, num_speculative_tokens))),
      iteration_tokens_(iteration_bounds()),
      ttft_(ttft_bounds()),
      itl_(itl_bounds()),
      tpot_(itl_bounds()),
      e2e_(request_bounds()),
      queue_time_(request_bounds()),
      inference_time_(request_bounds()),
      prefill_time_(request_bounds()),
      decode_time_(request_bounds()),
      request_prompt_tokens_(bounds_1_2_5(config.max_model_len)),
      request_generation_tokens_(bounds_1_2_5(config.max_model_len)),
      max_num_generation_tokens_(bounds_1_2_5(config.max_model_len)),
      max_tokens_(bounds_1_2_5(config.max_model_len)),
      n_({1, 2, 5, 10, 20}) {}

void ServeMetrics::step(const Step& step, const StepOutput& output) {
  iteration_tokens_.observe(static_cast<double>(step.num_scheduled_tokens));
  std::size_t next = 0;
  for (const ScheduledRequest& entry : step.scheduled) {
    if (!entry.samples) continue;
    const std::int64_t num_accepted = output.sampled[next++].num_accepted_drafts;
    if (entry.num_draft_tokens == 0) continue;
    ++num_drafts_;
    num_draft_tokens_ += entry.num_draft_tokens;
    for (std::int64_t i = 0; i < num_accepted; ++i) ++accepted_at_[static_cast<std::size_t>(i)];
  }
}

void ServeMetrics::tokens(const Request& request, std::int64_t num_tokens,
                          std::optional<Time> previous) {
  generation_tokens_ += num_tokens;
  // Tokens that come together count as one gap, as in vLLM.
  if (previous) {
    itl_.observe(to_seconds(*request.last_token - *previous));
  } else {
    // A prompt counts once, when it is through; what a preemption recomputes is no new prompt.
    prompt_tokens_ += request.num_prompt_tokens;
    ttft_.observe(to_seconds(*request.first_token - request.arrival));
  }
}

void ServeMetrics::finished(const Request& request) {
  ++success_[static_cast<std::size_t>(*request.finish_reason)];
  const Time end = *request.finished;
  e2e_.observe(to_seconds(end - request.arrival));
  if (!request.is_pooling) max_tokens_.observe(static_cast<double>(request.max_tokens));
  n_.observe(1);  // the API takes no other
  request_prompt_tokens_.observe(static_cast<double>(request.num_prompt_tokens));
  request_generation_tokens_.observe(static_cast<double>(request.num_output_tokens));
  max_num_generation_tokens_.observe(static_cast<double>(request.num_output_tokens));
  if (!request.first_scheduled) return;
  queue_time_.observe(to_seconds(*request.first_scheduled - request.arrival));
  if (!request.first_token) return;
  inference_time_.observe(to_seconds(*request.last_token - *request.first_scheduled));
  prefill_time_.observe(to_seconds(*request.first_token - *request.first_scheduled));
  const Duration decode = *request.last_token - *request.first_token;
  decode_time_.observe(to_seconds(decode));
  if (request.num_output_tokens > 1) {
    tpot_.observe(to_seconds(decode) / static_cast<double>(request.num_output_tokens - 1));
  }
}

std::int64_t ServeMetrics::num_finished() const {
  return std::accumulate(success_.begin(), success_.end(), std::int64_t{0});
}

std::string ServeMetrics::render(const SchedulerStats& stats, const std::string& model_name) const {
  MetricText out(metric_label("engine", "0") + "," + metric_label("model_name", model_name));
  out.gauge("vllm:num_requests_running", "Requests that take part in steps.",
            static_cast<double>(stats.num_requests_running));
  out.gauge("vllm:num_requests_waiting", "Requests in the waiting queue, preempted ones included.",
            static_cast<double>(stats.num_requests_waiting));
  out.gauge("vllm:kv_cache_usage_perc", "Share of the KV blocks in use, 0 to 1.",
            stats.kv_cache_usage);
  out.counter("vllm:prefix_cache_queries_total", "Tokens looked up in the prefix cache.",
              static_cast<double>(stats.prefix_cache_queries_total));
  out.counter("vllm:prefix_cache_hits_total", "Tokens found in the prefix cache.",
              static_cast<double>(stats.prefix_cache_hits_total));
  out.counter("vllm:num_preemptions_total", "Times a running request had to give its blocks up.",
              static_cast<double>(stats.num_preemptions_total));
  out.counter("vllm:prompt_tokens_total", "Prompt tokens of requests that got their first token.",
              static_cast<double>(prompt_tokens_));
  out.counter("vllm:generation_tokens_total", "Output tokens.",
              static_cast<double>(generation_tokens_));
  out.family("vllm:request_success_total", "counter", "Requests that ended, by the reason.");
  for (const FinishReason reason :
       {FinishReason::kStop, FinishReason::kLength, FinishReason::kAbort}) {
    out.sample("vllm:request_success_total", metric_label("finished_reason", to_string(reason)),
               static_cast<double>(success_[static_cast<std::size_t>(reason)]));
  }
  out.histogram("vllm:iteration_tokens_total", "Tokens computed by one step.", iteration_tokens_);
  out.histogram("vllm:time_to_first_token_seconds", "From arrival to the first output token.",
                ttft_);
  out.histogram("vllm:inter_token_latency_seconds", "Gap between two output tokens of a request.",
                itl_);
  // The name that releases before inter_token_latency_seconds have for the same values.
  out.histogram("vllm:time_per_output_token_seconds",
                "Gap between two output tokens of a request (older name).", itl_);
  out.histogram("vllm:request_time_per_output_token_seconds",
                "Mean gap between the output tokens of one request.", tpot_);
  out.histogram("vllm:e2e_request_latency_seconds", "From arrival to the end of the request.",
                e2e_);
  out.histogram("vllm:request_queue_time_seconds", "From arrival to the first step.", queue_time_);
  out.histogram("vllm:request_inference_time_seconds", "From the first step to the last token.",
                inference_time_);
  out.histogram("vllm:request_prefill_time_seconds", "From the first step to the first token.",
                prefill_time_);
  out.histogram("vllm:request_decode_time_seconds", "From the first token to the last.",
                decode_time_);
  out.histogram("vllm:request_prompt_tokens", "Prompt tokens of a request.",
                request_prompt_tokens_);
  out.histogram("vllm:request_generation_tokens", "Output tokens of a request.",
                request_generation_tokens_);
  out.histogram("vllm:request_max_num_generation_tokens",
                "Output tokens of a request's longest answer.", max_num_generation_tokens_);
  out.histogram("vllm:request_params_n", "Answers that a request asks for.", n_);
  out.histogram("vllm:request_params_max_tokens", "Most output tokens that a request may have.",
                max_tokens_);
  render_guesses(out);
  out.family("vllm:cache_config_info", "gauge", "Always 1; the labels tell the KV cache's shape.");
  out.sample(
      "vllm:cache_config_info",
      metric_label("block_size", std::to_string(config_.block_size)) + "," +
          metric_label("enable_prefix_caching", config_.enable_prefix_caching ? "True" : "False") +
          "," + metric_label("num_gpu_blocks", std::to_string(config_.num_gpu_blocks)),
      1);
  return out.text();
}

void ServeMetrics::render_guesses(MetricText& out) const {
  if (accepted_at_.empty()) return;
  out.counter("vllm:spec_decode_num_drafts_total", "Steps of a request that checked guesses.",
              static_cast<double>(num_drafts_));
  out.counter("vllm:spec_decode_num_draft_tokens_total", "Tokens that were guessed.",
              static_cast<double>(num_draft_tokens_));
  out.counter("vllm:spec_decode_num_accepted_tokens_total", "Guessed tokens that were right.",
              static_cast<double>(
                  std::accumulate(accepted_at_.begin(), accepted_at_.end(), std::int64_t{0})));
  out.family("vllm:spec_decode_num_accepted_tokens_per_pos_total", "counter",
             "Guessed tokens that were right, by their place in the guess.");
  for (std::size_t i = 0; i < accepted_at_.size(); ++i) {
    out.sample("vllm:spec_decode_num_accepted_tokens_per_pos_total",
               metric_label("position", std::to_string(i)), static_cast<double>(accepted_at_[i]));
  }
}

}  // namespace inferlab
