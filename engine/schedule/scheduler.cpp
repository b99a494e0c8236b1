#include "engine/schedule/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace inferlab {
namespace {

SchedulerConfig must_be_checked(const SchedulerConfig& config) {
  const Result<SchedulerConfig> result = checked(config);
  INFERLAB_CHECK(result.has_value());
  return *result;
}

/// Whether `a` goes before `b` under SchedulingPolicy::kPriority. The id breaks the tie of two
/// arrivals in the same nanosecond.
bool more_urgent(const Request& a, const Request& b) {
  return std::tie(a.priority, a.arrival, a.id) < std::tie(b.priority, b.arrival, b.id);
}

ScheduledRequest entry_for(const Request& request, std::int64_t num_tokens) {
  const std::int64_t end = request.num_computed_tokens + num_tokens;
  // The last token of the sequence is the one that decode computes; all before it is prefill.
  return ScheduledRequest{.id = request.id,
                          .num_computed_tokens = request.num_computed_tokens,
                          .num_tokens = num_tokens,
                          .samples = end == request.num_tokens(),
                          .prefill = request.num_output_tokens == 0 ||
                                     request.num_computed_tokens + 1 < request.num_tokens()};
}

}  // namespace

Scheduler::Scheduler(const SchedulerConfig& config)
    : config_(must_be_checked(config)), blocks_(config_.num_gpu_blocks, config_.block_size) {}

Result<void> Scheduler::add(Request& request, Time now) {
  if (request.num_prompt_tokens < 1) {
    return Error{ErrorKind::kInvalid, fmt::format("request {}: prompt: has no tokens", request.id),
                 "send a prompt"};
  }
  if (request.max_tokens < 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("request {}: max_tokens: is {}", request.id, request.max_tokens),
                 "ask for at least 1 token"};
  }
  if (request.num_prompt_tokens >= config_.max_model_len) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format(
            "request {}: prompt: has {} tokens: max_model_len is {} tokens, output included",
            request.id, request.num_prompt_tokens, config_.max_model_len),
        "shorten the prompt"};
  }
  INFERLAB_CHECK(request.block_table.empty());
  const bool is_new = requests_.emplace(request.id, &request).second;
  INFERLAB_CHECK(is_new);
  request.status = RequestStatus::kWaiting;
  request.finish_reason.reset();
  request.num_computed_tokens = 0;
  request.num_output_tokens = 0;
  request.num_preemptions = 0;
  request.arrival = now;
  request.first_scheduled.reset();
  request.first_token.reset();
  request.last_token.reset();
  request.finished.reset();
  if (config_.scheduling_policy == SchedulingPolicy::kPriority) {
    enqueue(request);
  } else {
    waiting_.push_back(&request);
  }
  return {};
}

Step Scheduler::schedule(Time now) {
  INFERLAB_CHECK(in_flight_ == 0);
  Step step;
  std::int64_t budget = config_.max_num_batched_tokens;
  schedule_running(step, budget);
  // A newcomer would take the very blocks that somebody had just to give up.
  if (step.preempted.empty()) {
    schedule_waiting(step, budget, now);
  }
  if (step.empty()) {
    // checked() made sure that any one request fits alone, so there is always somebody to go on.
    INFERLAB_CHECK(requests_.empty());
    return step;
  }
  step.num_scheduled_tokens = config_.max_num_batched_tokens - budget;
  step.number = ++last_step_;
  in_flight_ = step.number;
  return step;
}

std::int64_t Scheduler::wanted_tokens(const Request& request, std::int64_t budget) const {
  std::int64_t wanted = request.num_tokens() - request.num_computed_tokens;
  if (config_.long_prefill_token_threshold > 0) {
    wanted = std::min(wanted, config_.long_prefill_token_threshold);
  }
  return config_.enable_chunked_prefill ? std::min(wanted, budget) : wanted;
}

void Scheduler::schedule_running(Step& step, std::int64_t& budget) {
  std::size_t index = 0;
  while (index < running_.size() && budget > 0) {
    Request& request = *running_[index];
    const std::int64_t num_tokens = wanted_tokens(request, budget);
    if (num_tokens > budget) {  // without chunked prefill, after a cancelled step
      ++index;
      continue;
    }
    const std::int64_t end = request.num_computed_tokens + num_tokens;
    bool is_out = false;
    while (!blocks_.can_grow(request.block_table, end)) {
      const std::size_t loser = victim();
      is_out = loser == index;
      preempt(loser, step, budget);
      if (is_out) break;
      if (loser < index) --index;  // under kPriority only
    }
    // Whoever had to give way itself leaves blocks for those after it; vLLM ends the step here.
    if (is_out) continue;
    INFERLAB_CHECK(blocks_.grow(request.block_table, end).has_value());
    step.scheduled.push_back(entry_for(request, num_tokens));
    budget -= num_tokens;
    ++index;
  }
}

std::size_t Scheduler::victim() const {
  INFERLAB_CHECK(!running_.empty());
  // Requests join from the front of the waiting queue and preempted ones return to its front, so
  // running_ is in order of arrival.
  if (config_.scheduling_policy == SchedulingPolicy::kFcfs) return running_.size() - 1;
  const auto least_urgent =
      std::max_element(running_.begin(), running_.end(),
                       [](const Request* a, const Request* b) { return more_urgent(*a, *b); });
  return static_cast<std::size_t>(least_urgent - running_.begin());
}

void Scheduler::preempt(std::size_t index, Step& step, std::int64_t& budget) {
  Request& request = *running_[index];
  // Under kPriority the loser may have its tokens of this step already.
  const auto entry =
      std::find_if(step.scheduled.begin(), step.scheduled.end(),
                   [&](const ScheduledRequest& scheduled) { return scheduled.id == request.id; });
  if (entry != step.scheduled.end()) {
    budget += entry->num_tokens;
    step.scheduled.erase(entry);
  }
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
  blocks_.release(request.block_table);
  request.num_computed_tokens = 0;
  request.status = RequestStatus::kPreempted;
  ++request.num_preemptions;
  ++num_preemptions_;
  step.preempted.push_back(request.id);
  if (config_.scheduling_policy == SchedulingPolicy::kPriority) {
    enqueue(request);
  } else {
    waiting_.push_front(&request);
  }
}

void Scheduler::enqueue(Request& request) {
  const auto place =
      std::upper_bound(waiting_.begin(), waiting_.end(), &request,
                       [](const Request* a, const Request* b) { return more_urgent(*a, *b); });
  waiting_.insert(place, &request);
}

void Scheduler::schedule_waiting(Step& step, std::int64_t& budget, Time now) {
  while (!waiting_.empty() && budget > 0 &&
         static_cast<std::int64_t>(running_.size()) < config_.max_num_seqs) {
    Request& request = *waiting_.front();
    const std::int64_t num_tokens = wanted_tokens(request, budget);
    // Nobody overtakes the front of the queue: a long prompt would wait for ever.
    if (num_tokens > budget || !blocks_.can_grow(request.block_table, num_tokens)) return;
    INFERLAB_CHECK(blocks_.grow(request.block_table, num_tokens).has_value());
    waiting_.pop_front();
    running_.push_back(&request);
    request.status = RequestStatus::kRunning;
    if (!request.first_scheduled) request.first_scheduled = now;
    step.scheduled.push_back(entry_for(request, num_tokens));
    budget -= num_tokens;
  }
}

std::vector<RequestId> Scheduler::complete(const Step& step, const StepOutput& output, Time now) {
  INFERLAB_CHECK(in_flight_ != 0 && step.number == in_flight_);
  in_flight_ = 0;
  std::vector<RequestId> finished;
  std::size_t next_sampled = 0;
  for (const ScheduledRequest& entry : step.scheduled) {
    const SampledToken* token = nullptr;
    if (entry.samples) {
      INFERLAB_CHECK(next_sampled < output.sampled.size());
      token = &output.sampled[next_sampled++];
    }
    const auto found = requests_.find(entry.id);
    if (found == requests_.end()) continue;  // aborted meanwhile
    Request& request = *found->second;
    INFERLAB_CHECK(request.num_computed_tokens == entry.num_computed_tokens);
    request.num_computed_tokens += entry.num_tokens;
    if (token == nullptr) continue;
    ++request.num_output_tokens;
    if (!request.first_token) request.first_token = now;
    request.last_token = now;
    if (token->stop) {
      finish(request, FinishReason::kStop, now);
    } else if (request.num_output_tokens >= request.max_tokens ||
               request.num_tokens() >= config_.max_model_len) {
      finish(request, FinishReason::kLength, now);
    } else {
      continue;
    }
    finished.push_back(entry.id);
  }
  INFERLAB_CHECK(next_sampled == output.sampled.size());
  return finished;
}

void Scheduler::cancel_step(const Step& step) {
  INFERLAB_CHECK(in_flight_ != 0 && step.number == in_flight_);
  in_flight_ = 0;
}

bool Scheduler::abort(RequestId id, Time now) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return false;
  finish(*found->second, FinishReason::kAbort, now);
  return true;
}

void Scheduler::finish(Request& request, FinishReason reason, Time now) {
  if (request.status == RequestStatus::kRunning) {
    running_.erase(std::find(running_.begin(), running_.end(), &request));
  } else {
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &request));
  }
  blocks_.release(request.block_table);
  request.status = RequestStatus::kFinished;
  request.finish_reason = reason;
  request.finished = now;
  requests_.erase(request.id);
}

SchedulerStats Scheduler::stats() const {
  const double free_share = static_cast<double>(blocks_.num_free_blocks()) / blocks_.num_blocks();
  return SchedulerStats{.num_requests_running = static_cast<std::int64_t>(running_.size()),
                        .num_requests_waiting = static_cast<std::int64_t>(waiting_.size()),
                        .kv_cache_usage = 1.0 - free_share,
                        .num_preemptions_total = num_preemptions_};
}

}  // namespace inferlab
