#include "sim/serving/simulated_engine.h"

#include <algorithm>
#include <utility>

namespace inferlab::sim {

SimulatedEngine::SimulatedEngine(Simulation& simulation, const SchedulerConfig& config,
                                 const CostModel& cost_model, std::string model_name)
    : cost_model_(cost_model),
      scheduler_(config),
      metrics_(std::move(model_name)),
      clock_(simulation.now()),
      executor_(cost_model_, clock_,
                [this](RequestId id) {
                  const auto found = entries_.find(id);
                  return found != entries_.end() && found->second->request.num_output_tokens + 1 >=
                                                        found->second->output_tokens;
                }),
      timers_(simulation) {}

Result<RequestId> SimulatedEngine::submit(std::int64_t prompt_tokens, std::int64_t output_tokens,
                                          Time arrival, RequestEvents events,
                                          std::span<const TokenRun> content) {
  advance();
  auto entry = std::make_unique<Entry>();
  entry->request.id = ++last_id_;
  entry->request.num_prompt_tokens = prompt_tokens;
  entry->request.max_tokens = output_tokens + 1;  // so that it is the end of sequence that ends it
  // Of the answer's blocks too: the scheduler names a block only when it is full.
  entry->request.block_hashes = block_hashes(content, scheduler_.config().block_size);
  entry->output_tokens = output_tokens;
  entry->arrival = arrival;
  entry->events = std::move(events);
  INFERLAB_TRY_VOID(scheduler_.add(entry->request, timers_.now()));
  const RequestId id = entry->request.id;
  entries_.emplace(id, std::move(entry));
  if (!advancing_ && !executor_.busy()) {  // from a callback: advance() itself starts the next step
    clock_ = timers_.now();
    start_step();
  }
  schedule_wake();
  return id;
}

void SimulatedEngine::abort(RequestId id) {
  advance();
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  found->second->events = {};
  scheduler_.abort(id, timers_.now());
  note_end(id);
  schedule_wake();
}

void SimulatedEngine::abort_all() {
  advance();
  while (!entries_.empty()) {
    const RequestId id = entries_.begin()->first;
    scheduler_.abort(id, timers_.now());
    note_end(id);
  }
}

void SimulatedEngine::start_step() {
  step_ = scheduler_.schedule(clock_);
  if (step_.empty()) return;
  executor_.start(step_, [this](const Result<StepOutput>& output) { step_done(output); });
}

void SimulatedEngine::step_done(const Result<StepOutput>& output) {
  const std::vector<RequestId> finished = scheduler_.complete(step_, *output, clock_);
  for (const ScheduledRequest& scheduled : step_.scheduled) {
    if (!scheduled.samples) continue;
    const auto found = entries_.find(scheduled.id);
    if (found != entries_.end()) note_token(*found->second);
  }
  for (const RequestId id : finished) note_end(id);
}

void SimulatedEngine::note_token(Entry& entry) {
  if (entry.request.num_output_tokens == 1) {
    metrics_.first_token(clock_ - entry.arrival, entry.request.num_prompt_tokens);
    if (entry.events.first_token) entry.events.first_token(clock_);
  } else {
    metrics_.next_token(clock_ - entry.last_token);
  }
  entry.last_token = clock_;
}

void SimulatedEngine::note_end(RequestId id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  const std::unique_ptr<Entry> entry = std::move(found->second);
  entries_.erase(found);
  const Time end = entry->request.finished.value_or(clock_);
  const FinishReason reason = entry->request.finish_reason.value_or(FinishReason::kAbort);
  const Time scheduled = entry->request.first_scheduled.value_or(end);
  metrics_.finished(reason, end - entry->arrival, scheduled - entry->request.arrival);
  if (entry->events.finished) entry->events.finished(end, reason);
}

void SimulatedEngine::advance() {
  if (advancing_) return;  // a callback asks again
  advancing_ = true;
  while (executor_.busy() && executor_.due() <= timers_.now()) {
    clock_ = executor_.due();
    executor_.finish();
    start_step();
  }
  advancing_ = false;
}

/// Wakes at a moment that is certainly not after the next one of interest: the step in flight when
/// it computes a prompt or somebody waits, else as many of the shortest thinkable steps as the
/// request nearest to its end has tokens to go.
void SimulatedEngine::schedule_wake() {
  if (advancing_) return;
  if (!executor_.busy()) {
    timers_.cancel(wake_);
    wake_ = 0;
    return;
  }
  std::int64_t steps = scheduler_.waiting().empty() ? INT64_MAX : 1;
  for (const ScheduledRequest& scheduled : step_.scheduled) {
    const auto found = entries_.find(scheduled.id);
    if (found == entries_.end()) continue;
    const Entry& entry = *found->second;
    const std::int64_t room = scheduler_.config().max_model_len - entry.request.num_tokens();
    const std::int64_t left = std::min(entry.output_tokens - entry.request.num_output_tokens, room);
    steps = std::min(steps, scheduled.prefill ? std::int64_t{1} : std::max<std::int64_t>(left, 1));
  }
  // Requests that run without a share of this step get theirs in the next one.
  if (steps == INT64_MAX || step_.scheduled.size() < scheduler_.running().size()) steps = 1;
  const Time when = executor_.due() + (steps - 1) * cost_model_.least_step_time();
  if (wake_ != 0 && wake_at_ == when) return;
  timers_.cancel(wake_);
  wake_at_ = when;
  wake_ = timers_.at(when, "llm/steps", [this] {
    wake_ = 0;
    advance();
    schedule_wake();
  });
}

void SimulatedEngine::set_slowdown(double slowdown) {
  advance();
  cost_model_.set_slowdown(slowdown);
  schedule_wake();
}

void SimulatedEngine::scrape(std::vector<Sample>& samples) {
  advance();
  schedule_wake();
  metrics_.expose(scheduler_.stats(), samples);
}

Duration SimulatedEngine::busy() {
  advance();
  return executor_.worked(timers_.now());
}

}  // namespace inferlab::sim
