#include "sim/node/probe_worker.h"

#include <algorithm>
#include <utility>

namespace inferlab::sim {

ProbeWorker::ProbeWorker(Simulation& simulation, ProbeType type, const ProbeView& probe,
                         Time first_tick, Hooks hooks)
    : type_(type),
      probe_(probe),
      hooks_(std::move(hooks)),
      origin_(first_tick),
      timers_(simulation) {
  probe_.period = std::max<Duration>(probe_.period, 1s);
}

void ProbeWorker::container_started() {
  started_at_ = timers_.now();
  on_hold_ = false;
  last_outcome_.reset();
  outcomes_in_a_row_ = 0;
  switch (type_) {
    case ProbeType::kStartup:
      result_.reset();
      break;
    case ProbeType::kReadiness:
      result_ = false;
      break;
    case ProbeType::kLiveness:
      result_ = true;
      break;
  }
  arm();
}

void ProbeWorker::container_stopped() {
  started_at_.reset();
  if (type_ != ProbeType::kLiveness) result_ = false;
  stop();
}

void ProbeWorker::set_gate(bool open) {
  gate_open_ = open;
  if (open) {
    arm();
  } else {
    stop();
  }
}

void ProbeWorker::stop() {
  timers_.cancel(next_);
  next_ = 0;
}

void ProbeWorker::arm() {
  stop();
  if (!may_run()) return;
  Time earliest = std::max(timers_.now(), *started_at_ + probe_.initial_delay);
  if (last_run_ && *last_run_ == earliest) earliest += Duration{1};  // not twice at one moment
  Time when = origin_;
  if (earliest > origin_) {
    const auto periods = (earliest - origin_ + probe_.period - Duration{1}) / probe_.period;
    when = origin_ + periods * probe_.period;
  }
  next_ = timers_.at(when, "kubelet/probe", [this] { tick(); });
}

void ProbeWorker::tick() {
  next_ = 0;
  probe_once();
  if (next_ == 0) arm();  // a hook may have armed it anew
}

void ProbeWorker::trigger() {
  if (!may_run()) return;
  origin_ = timers_.now();
  if (timers_.now() - *started_at_ >= probe_.initial_delay) probe_once();
  arm();
}

void ProbeWorker::probe_once() {
  last_run_ = timers_.now();
  const ProbeOutcome outcome = hooks_.run();
  if (!outcome.success) hooks_.failed(outcome);
  if (outcome.errored) return;
  outcomes_in_a_row_ = last_outcome_ == outcome.success ? outcomes_in_a_row_ + 1 : 1;
  last_outcome_ = outcome.success;
  const int threshold = outcome.success ? probe_.success_threshold : probe_.failure_threshold;
  if (outcomes_in_a_row_ < threshold) return;
  const bool is_change = result_ != outcome.success;
  result_ = outcome.success;
  // What has failed for good waits for a new container; a startup probe's success is final as well.
  if (type_ == ProbeType::kStartup || (type_ == ProbeType::kLiveness && !outcome.success)) {
    on_hold_ = true;
    outcomes_in_a_row_ = 0;
  }
  if (is_change) hooks_.result_changed(outcome.success);
}

}  // namespace inferlab::sim
