#include "engine/serve/stats_line.h"

#include <fmt/format.h>

namespace inferlab {

std::string stats_line(const EngineStats& stats, const EngineStats& before, Duration passed) {
  const double seconds = to_seconds(passed);
  const auto rate = [seconds](std::int64_t now, std::int64_t then) {
    return static_cast<double>(now - then) / seconds;
  };
  return fmt::format(
      "Engine 000: prompt throughput: {:.1f} tokens/s, generation throughput: {:.1f} tokens/s, "
      "running: {}, waiting: {}, KV cache usage: {:.1f}%",
      rate(stats.prompt_tokens_total, before.prompt_tokens_total),
      rate(stats.generation_tokens_total, before.generation_tokens_total),
      stats.scheduler.num_requests_running, stats.scheduler.num_requests_waiting,
      100 * stats.scheduler.kv_cache_usage);
}

}  // namespace inferlab
