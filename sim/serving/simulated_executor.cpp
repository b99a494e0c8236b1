#include "sim/serving/simulated_executor.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::sim {

SimulatedExecutor::SimulatedExecutor(const CostModel& cost_model, const Time& clock,
                                     EndsNow ends_now)
    : cost_model_(cost_model), clock_(clock), ends_now_(std::move(ends_now)) {}

void SimulatedExecutor::start(const Step& step, Done done) {
  INFERLAB_CHECK(!busy());
  took_ = cost_model_.step_time(step);
  due_ = clock_ + took_;
  if (host_delay_ != nullptr) {
    due_ += host_delay_->of_step(clock_, took_, cost_model_.host_time(step),
                                 static_cast<std::int64_t>(step.scheduled.size()));
  }
  total_ += took_;
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

Duration SimulatedExecutor::worked(Time now) const {
  return total_ - (busy() ? std::min(due_ - now, took_) : 0s);
}

void SimulatedExecutor::finish() {
  INFERLAB_CHECK(busy());
  const Done done = std::exchange(done_, nullptr);
  done(output_);
}

}  // namespace inferlab::sim
