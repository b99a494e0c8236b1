#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/schedule/scheduler.h"
#include "sim/node/timers.h"
#include "sim/serving/cost_model.h"
#include "sim/serving/simulated_executor.h"
#include "sim/serving/token_run.h"
#include "sim/serving/vllm_metrics.h"

namespace inferlab::sim {

/// What happens to one request, told to whoever waits for it. Each is called at most once, with the
/// moment at which it happened.
struct RequestEvents {
  std::function<void(Time)> first_token;
  /// kAbort: the server went away under it.
  std::function<void(Time, FinishReason)> finished;
};

/// The engine of a simulated replica: the real serving scheduler (engine/schedule) with a cost
/// model in place of the device.
///
/// Steps are carried out lazily. Between two moments that anybody outside can notice (a first
/// token, the end of a request, an arrival, a scrape) any number of steps run in one event, each
/// with its own exact time.
class SimulatedEngine {
 public:
  /// `config` came from checked().
  SimulatedEngine(Simulation& simulation, const SchedulerConfig& config,
                  const CostModel& cost_model, std::string model_name);

  /// Takes a request in that arrived at `arrival`, now or before. It ends after `output_tokens`, or
  /// at max_model_len. `content` is what prompt and answer say as far as another request may say
  /// the same, from the first token on. Errors are Scheduler::add()'s: nothing is kept then.
  Result<RequestId> submit(std::int64_t prompt_tokens, std::int64_t output_tokens, Time arrival,
                           RequestEvents events, std::span<const TokenRun> content = {});
  /// The client has left: no event is called for it any more.
  void abort(RequestId id);
  /// The process ends: every request finishes with kAbort.
  void abort_all();

  /// Steps that begin from now on take so many times as long on the GPU.
  void set_slowdown(double slowdown);
  /// Steps that begin from now on wait for their container's CPUs; it outlives the engine. Who
  /// changes it brings the engine up to the present moment first.
  void set_host_delay(HostDelay* host_delay) { executor_.set_host_delay(host_delay); }
  /// Brings everything up to the present moment.
  void advance();
  void scrape(std::vector<Sample>& samples);
  /// How long the GPU has run steps up to now.
  [[nodiscard]] Duration busy();
  [[nodiscard]] bool runs_steps() const { return executor_.busy(); }
  [[nodiscard]] const Scheduler& scheduler() const { return scheduler_; }
  [[nodiscard]] const VllmMetrics& metrics() const { return metrics_; }

 private:
  struct Entry {
    Request request;
    std::int64_t output_tokens = 0;
    Time arrival{};
    Time last_token{};
    RequestEvents events;
  };
  void start_step();
  void step_done(const Result<StepOutput>& output);
  void note_token(Entry& entry);
  void note_end(RequestId id);
  void schedule_wake();

  CostModel cost_model_;
  Scheduler scheduler_;
  VllmMetrics metrics_;
  Time clock_{};  // the moment up to which steps are done
  SimulatedExecutor executor_;
  Step step_;  // in flight
  std::map<RequestId, std::unique_ptr<Entry>> entries_;
  RequestId last_id_ = 0;
  bool advancing_ = false;
  EventId wake_ = 0;
  Time wake_at_{};
  Timers timers_;
};

}  // namespace inferlab::sim
