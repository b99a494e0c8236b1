#include "sim/serving/traffic_generator.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace inferlab::sim {

TrafficGenerator::TrafficGenerator(Simulation& simulation, Gateway& gateway, TrafficSpec spec)
    : gateway_(gateway),
      spec_(std::move(spec)),
      rng_(simulation.rng("traffic", spec_.name)),
      timers_(simulation),
      begin_(simulation.start()) {
  spec_.prompt_tokens_max = std::max(spec_.prompt_tokens_min, spec_.prompt_tokens_max);
  spec_.output_tokens_max = std::max(spec_.output_tokens_min, spec_.output_tokens_max);
}

void TrafficGenerator::start() {
  gateway_.add_route(spec_.ns, spec_.service);
  schedule_next(begin_ + spec_.start);
}

void TrafficGenerator::schedule_next(Time after) {
  if (!(spec_.requests_per_second > 0)) return;
  const Duration mean{std::llround(1e9 / spec_.requests_per_second)};
  const Time next = after + rng_.exponential(mean);
  if (next > begin_ + spec_.end) return;
  timers_.at(next, "traffic/arrival", [this] { arrive(); });
}

void TrafficGenerator::arrive() {
  ++sent_;
  const std::int64_t prompt = rng_.between(spec_.prompt_tokens_min, spec_.prompt_tokens_max);
  const std::int64_t output = rng_.between(spec_.output_tokens_min, spec_.output_tokens_max);
  gateway_.send({.ns = spec_.ns,
                 .service = spec_.service,
                 .port = spec_.port,
                 .request = {.prompt_tokens = std::max<std::int64_t>(prompt, 1),
                             .output_tokens = std::max<std::int64_t>(output, 1),
                             .model = spec_.model,
                             .api_key = spec_.api_key},
                 .timeout = spec_.timeout});
  schedule_next(timers_.now());
}

}  // namespace inferlab::sim
