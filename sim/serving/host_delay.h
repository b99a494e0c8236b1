#pragma once

#include <cstdint>
#include <string>

#include "engine/base/time.h"
#include "sim/kernel/simulation.h"
#include "sim/node/host_cpu.h"

namespace inferlab::sim {

/// How much longer a vLLM server's work on the host takes than with CPUs enough: nothing at all
/// when they are.
///
/// The processes are vLLM's: an API server (HTTP, tokens in and out), an engine core and a worker
/// for each GPU, of which core and workers spin while steps run: 2 + N at most.
/// Source: vLLM documentation, "Optimization and Tuning" (CPU Resources for GPU Deployments).
/// - Too few CPUs, of its own or by its share of the node: host work is stretched by as much.
/// - CPUs that others keep busy: each time that work is handed from one process to the next, that
///   one may have to wait for a time slice to end (a random stream of the container's own). Linux:
///   slices of 3 ms on 8 CPUs and more. How often is fitted to "Large-scale cluster management at
///   Google with Borg" (EuroSys 2015), section 6.2: a thread on a busy machine waits longer than
///   5 ms in a few percent of all cases. Who wants more than his share waits more often.
/// - A limit under what is wanted: in each CFS period of 100 ms all processes stand still once the
///   quota is used up. Source: Linux documentation, "CFS Bandwidth Control".
/// - CPUs on another NUMA node than the GPUs: host work takes up to a third longer (assumed).
/// - Tokens: 2.2 us for one of a prompt (measured: 220 ms for 100,000, andyluo7, "CPU-GPU co-design
///   for agentic inference on MI300X", 2026), 46 us for one of an answer (assets/facts/SOURCE.md,
///   engine.per_request_overheads_us). They count where CPUs are short; the front end's time, which
///   was measured with them, is what they cost else.
/// Left out: caches, hyper-threads, and what few CPUs do to the start-up.
class HostDelay {
 public:
  static constexpr Duration kCfsPeriod = 100ms;

  /// `process` names its streams of random numbers.
  HostDelay(Simulation& simulation, std::string process)
      : simulation_(simulation), process_(std::move(process)) {}

  void set_workers(int num_workers) { num_workers_ = num_workers; }
  void set_cpu(const HostCpu& cpu) { cpu_ = cpu; }
  [[nodiscard]] const HostCpu& cpu() const { return cpu_; }

  /// Of a step that begins at `begin` and takes `took` with CPUs enough, `host` of that on them,
  /// and gives a token to so many requests. Steps are asked for in order.
  Duration of_step(Time begin, Duration took, Duration host, std::int64_t num_requests);
  /// Of a request on its way through the API server, which takes `front_end` with CPUs enough.
  Duration of_request(Time begin, Duration front_end, std::int64_t prompt_tokens, bool engine_runs);

  /// CFS periods in which it had to stand still, and for how long in all.
  struct Throttled {
    std::int64_t periods = 0;
    Duration time{};
  };
  [[nodiscard]] const Throttled& throttled() const { return throttled_; }

 private:
  /// A moment at which its processes may run, `begin` or later, when they want so many CPUs.
  [[nodiscard]] Time when_running(Time begin, double demand);
  /// For how long they run in each period.
  [[nodiscard]] Duration window(double demand) const;
  /// For a CPU, so many times one after the other, when so many are wanted.
  [[nodiscard]] Duration wait(const char* stream, int times, double demand);
  [[nodiscard]] double stretch(double demand) const;

  Simulation& simulation_;
  std::string process_;
  int num_workers_ = 1;
  HostCpu cpu_;
  Throttled throttled_;
  std::int64_t last_throttled_ = -1;  // number of the period
};

}  // namespace inferlab::sim
