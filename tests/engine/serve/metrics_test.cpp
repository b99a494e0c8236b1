#include "engine/serve/metrics.h"

#include <catch2/catch.hpp>
#include <limits>

#include "engine/serve/serve_metrics.h"

namespace inferlab {

TEST_CASE("MetricText: the exposition format of Prometheus") {
  Histogram histogram({0.5, 1.0});
  histogram.observe(0.5);  // le: a bound belongs to its bucket
  histogram.observe(0.75);
  histogram.observe(9);
  MetricText out(metric_label("model_name", "a\"b\\c\n"));
  out.gauge("up", "Whether it is up.", 1);
  out.histogram("t", "Times.", histogram);
  CHECK(out.text() ==
        "# HELP up Whether it is up.\n"
        "# TYPE up gauge\n"
        "up{model_name=\"a\\\"b\\\\c\\n\"} 1.0\n"
        "# HELP t Times.\n"
        "# TYPE t histogram\n"
        "t_bucket{model_name=\"a\\\"b\\\\c\\n\",le=\"0.5\"} 1.0\n"
        "t_bucket{model_name=\"a\\\"b\\\\c\\n\",le=\"1.0\"} 2.0\n"
        "t_bucket{model_name=\"a\\\"b\\\\c\\n\",le=\"+Inf\"} 3.0\n"
        "t_count{model_name=\"a\\\"b\\\\c\\n\"} 3.0\n"
        "t_sum{model_name=\"a\\\"b\\\\c\\n\"} 10.25\n");
}

TEST_CASE("metric_number: whole numbers keep their .0") {
  CHECK(metric_number(2560) == "2560.0");
  CHECK(metric_number(0.001) == "0.001");
  CHECK(metric_number(1e300) == "1e+300");
  CHECK(metric_number(-std::numeric_limits<double>::infinity()) == "-Inf");
}

TEST_CASE("ServeMetrics: a request shows up in tokens, latencies and reasons") {
  SchedulerConfig config;
  config.num_gpu_blocks = 4;
  config.max_model_len = 64;
  ServeMetrics metrics(config, 0);
  Request request{.id = 1, .num_prompt_tokens = 7, .max_tokens = 3};
  request.first_scheduled = Time(200ms);
  request.first_token = Time(500ms);
  request.last_token = Time(500ms);
  request.num_output_tokens = 1;
  metrics.tokens(request, 1, std::nullopt);
  request.last_token = Time(700ms);
  request.num_output_tokens = 2;
  metrics.tokens(request, 1, Time(500ms));
  request.finish_reason = FinishReason::kStop;
  request.finished = Time(700ms);
  metrics.finished(request);

  const std::string text = metrics.render({.num_requests_running = 2, .kv_cache_usage = 0.25}, "m");
  const auto has = [&](const std::string& line) {
    INFO(line << "\n" << text);
    CHECK(text.find("\n" + line + "\n") != std::string::npos);
  };
  const std::string labels = "engine=\"0\",model_name=\"m\"";
  has("vllm:num_requests_running{" + labels + "} 2.0");
  has("vllm:kv_cache_usage_perc{" + labels + "} 0.25");
  has("vllm:prompt_tokens_total{" + labels + "} 7.0");
  has("vllm:generation_tokens_total{" + labels + "} 2.0");
  has("vllm:request_success_total{" + labels + ",finished_reason=\"stop\"} 1.0");
  has("vllm:request_success_total{" + labels + ",finished_reason=\"length\"} 0.0");
  has("vllm:time_to_first_token_seconds_bucket{" + labels + ",le=\"0.25\"} 0.0");
  has("vllm:time_to_first_token_seconds_bucket{" + labels + ",le=\"0.5\"} 1.0");
  has("vllm:inter_token_latency_seconds_sum{" + labels + "} 0.2");
  has("vllm:e2e_request_latency_seconds_sum{" + labels + "} 0.7");
  has("vllm:request_queue_time_seconds_sum{" + labels + "} 0.2");
  has("vllm:request_max_num_generation_tokens_sum{" + labels + "} 2.0");
  has("vllm:request_params_n_bucket{" + labels + ",le=\"1.0\"} 1.0");
  has("vllm:prefix_cache_queries_total{" + labels + "} 0.0");
  has("vllm:prefix_cache_hits_total{" + labels + "} 0.0");
  has("vllm:request_generation_tokens_bucket{" + labels + ",le=\"50.0\"} 1.0");
}

}  // namespace inferlab
