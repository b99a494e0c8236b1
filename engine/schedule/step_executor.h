#pragma once

#include <functional>

#include "engine/base/result.h"
#include "engine/schedule/step.h"

namespace inferlab {

/// Carries steps out: on a device (engine/serve) or by a cost model in virtual time (sim/serving).
/// This seam is the whole difference between the engine and a simulated replica.
class StepExecutor {
 public:
  /// Called exactly once for a step, inside start() or later, on the scheduler's thread.
  /// An error ends the requests of the step: the owner aborts them.
  using Done = std::function<void(Result<StepOutput>)>;

  virtual ~StepExecutor() = default;
  /// One step at a time: the next start() comes after the last one's done. `step` is valid during
  /// the call only; an executor that answers later copies what it needs.
  virtual void start(const Step& step, Done done) = 0;
};

}  // namespace inferlab
