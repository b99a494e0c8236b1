#include "sim/serving/host_delay.h"

#include <algorithm>
#include <cmath>

namespace inferlab::sim {
namespace {

constexpr Duration kSlice = 3ms;
/// How often a process that is within its share has to wait on a busy machine.
constexpr double kWaits = 0.15;
constexpr double kRemoteCost = 0.33;
constexpr Duration kPerPromptToken = 2200ns;
constexpr Duration kPerOutputToken = 46us;
/// Who gets next to nothing still gets on: the kernel's least share of a CPU.
constexpr double kLeastCpus = 0.01;

Duration scaled(Duration duration, double factor) {
  return Duration{std::llround(static_cast<double>(duration.count()) * factor)};
}

}  // namespace

double HostDelay::stretch(double demand) const {
  return demand / std::max(cpu_.available(demand), kLeastCpus);
}

Duration HostDelay::wait(const char* stream, int times, double demand) {
  if (demand <= cpu_.idle) return {};
  // A demand of 2.1 is two all the time, and a third one now and then.
  const double competed = std::min(1.0, demand - cpu_.idle);
  const double often = competed * (1 - (1 - kWaits) / stretch(demand));
  Rng& rng = simulation_.rng(stream, process_);
  Duration sum{};
  for (int i = 0; i < times; ++i) {
    if (rng.unit() < often) sum += rng.exponential(kSlice);
  }
  return sum;
}

Duration HostDelay::window(double demand) const {
  if (demand <= cpu_.quota) return kCfsPeriod;
  return std::max<Duration>(1ms, scaled(kCfsPeriod, cpu_.quota / demand));
}

Time HostDelay::when_running(Time begin, double demand) {
  const Duration runs = window(demand);
  const std::int64_t period = begin.time_since_epoch() / kCfsPeriod;
  const Time start{period * kCfsPeriod};
  if (begin - start < runs) return begin;
  const Time next = start + kCfsPeriod;
  if (period != last_throttled_) {
    last_throttled_ = period;
    ++throttled_.periods;
    throttled_.time += kCfsPeriod - runs;
  }
  return next;
}

Duration HostDelay::of_step(Time begin, Duration took, Duration host, std::int64_t num_requests) {
  const double answers = static_cast<double>((kPerOutputToken * num_requests).count()) /
                         static_cast<double>(std::max<std::int64_t>(1, took.count()));
  const double demand = 1 + num_workers_ + std::min(1.0, answers);
  const bool is_enough = demand <= cpu_.idle && demand <= cpu_.quota && cpu_.remote <= 0;
  if (is_enough) return {};
  Duration extra = scaled(host, stretch(demand) - 1 + kRemoteCost * cpu_.remote);
  // From the core to the workers, of which the slowest counts, and back.
  extra += wait("cpu/steps", 1, demand);
  Duration slowest{};
  for (int i = 0; i < num_workers_; ++i) slowest = std::max(slowest, wait("cpu/steps", 1, demand));
  extra += slowest;
  const Time start = when_running(begin, demand);
  return when_running(start + took + extra, demand) - begin - took;
}

Duration HostDelay::of_request(Time begin, Duration front_end, std::int64_t prompt_tokens,
                               bool engine_runs) {
  const double demand = 1 + (engine_runs ? 1 + num_workers_ : 0);
  if (demand <= cpu_.idle && demand <= cpu_.quota) return {};
  const Duration work = front_end + kPerPromptToken * prompt_tokens;
  // It may lose its CPU at the end of each slice.
  const int slices = 1 + static_cast<int>(std::min<std::int64_t>(work / kSlice, 1000));
  Duration left = scaled(work, stretch(demand)) + wait("cpu/requests", slices, demand);
  const Duration runs = window(demand);
  Time at = begin;
  while (left > 0s) {
    at = when_running(at, demand);
    const Duration in_period = at.time_since_epoch() % kCfsPeriod;
    const Duration now = std::min(left, runs == kCfsPeriod ? left : runs - in_period);
    at += now;
    left -= now;
  }
  return std::max<Duration>(0s, at - begin - front_end);
}

}  // namespace inferlab::sim
