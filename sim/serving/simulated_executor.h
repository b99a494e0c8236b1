#pragma once

#include <functional>

#include "engine/schedule/step_executor.h"
#include "sim/serving/cost_model.h"
#include "sim/serving/host_delay.h"

namespace inferlab::sim {

/// Carries a step out in virtual time: it is over when the cost model says so, and each sampling
/// request has got one token. Passive: its owner looks at due() and calls finish() when that time
/// has come, so that a hundred steps in which nobody looks cost no hundred events.
class SimulatedExecutor final : public StepExecutor {
 public:
  /// Whether the token that this request gets now is its last one (end of sequence).
  using EndsNow = std::function<bool(RequestId)>;

  /// `clock` is the owner's: when a step starts. Both outlive the executor.
  SimulatedExecutor(const CostModel& cost_model, const Time& clock, EndsNow ends_now);

  void start(const Step& step, Done done) override;
  [[nodiscard]] bool busy() const { return done_ != nullptr; }
  /// Checks: busy().
  [[nodiscard]] Time due() const;
  void finish();
  /// How long the device has worked at steps up to `now`, which is not after due().
  [[nodiscard]] Duration worked(Time now) const;
  /// Steps that begin from now on wait for their container's CPUs; it outlives the executor.
  void set_host_delay(HostDelay* host_delay) { host_delay_ = host_delay; }

 private:
  const CostModel& cost_model_;
  const Time& clock_;
  EndsNow ends_now_;
  Done done_;
  StepOutput output_;
  Time due_{};
  HostDelay* host_delay_ = nullptr;
  Duration total_{};  // of all steps, the one under way included
  Duration took_{};   // the one under way
};

}  // namespace inferlab::sim
