#include "sim/serving/simulated_executor.h"

#include <utility>

#include "engine/base/check.h"

namespace inferlab::sim {

SimulatedExecutor::SimulatedExecutor(const CostModel& cost_model, const Time& clock,
                                     EndsNow ends_now)
    : cost_model_(cost_model), clock_(clock), ends_now_(std::move(ends_now)) {}

void SimulatedExecutor::start(const Step& step, Done done) {
  INFERLAB_CHECK(!busy());
  const Duration took = cost_model_.step_time(step);
  due_ = clock_ + took;
  total_ += took;
  output_.sampled.clear();
  for (const ScheduledRequest& entry : step.scheduled) {
    if (entry.samples) output_.sampled.push_back({.token_id = -1, .stop = ends_now_(entry.id)});
  }
  done_ = std::move(done);
}

Time SimulatedExecutor::due() const {
  INFERLAB_CHECK(busy());
  return due_;
}

void SimulatedExecutor::finish() {
  INFERLAB_CHECK(busy());
  const Done done = std::exchange(done_, nullptr);
  done(output_);
}

}  // namespace inferlab::sim
