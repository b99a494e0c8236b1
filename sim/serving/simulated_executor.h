#pragma once

#include <functional>

#include "engine/schedule/step_executor.h"
#include "sim/serving/cost_model.h"

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
  /// How long all steps so far took, the one under way included.
  [[nodiscard]] Duration total() const { return total_; }

 private:
  const CostModel& cost_model_;
  const Time& clock_;
  EndsNow ends_now_;
  Done done_;
  StepOutput output_;
  Time due_{};
  Duration total_{};
};

}  // namespace inferlab::sim
