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
  const std::int64_t num_tokens_known = request.num_tokens();
  // The last token of the sequence is the one that decode computes; all before it is prefill.
  return ScheduledRequest{.id = request.id,
                          .num_computed_tokens = request.num_computed_tokens,
                          .num_tokens = num_tokens,
                          .samples = end >= num_tokens_known,
                          .prefill = request.num_output_tokens == 0 ||
                                     request.num_computed_tokens + 1 < num_tokens_known,
                          .num_draft_tokens = std::max<std::int64_t>(0, end - num_tokens_known)};
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
  const std::int64_t num_least = request.num_prompt_tokens + (request.is_pooling ? 0 : 1);
  if (num_least > config_.max_model_len) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format(
            "request {}: prompt: has {} tokens: max_model_len is {} tokens, output included",
            request.id, request.num_prompt_tokens, config_.max_model_len),
        "shorten the prompt"};
  }
  if (request.lora != 0 && config_.max_loras == 0) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("request {}: adapter: LoRA is not enabled", request.id)};
  }
  INFERLAB_CHECK(request.block_table.empty());
  const bool is_new = requests_.emplace(request.id, &request).second;
  INFERLAB_CHECK(is_new);
  request.status = RequestStatus::kWaiting;
  request.finish_reason.reset();
  request.num_computed_tokens = 0;
  request.num_output_tokens = 0;
  request.num_preemptions = 0;
  request.num_cached_tokens = 0;
  request.num_named_blocks = 0;
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
  named_in_step_.clear();
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
  // The last token of a request is sampled, never a guess.
  const std::int64_t room = std::min(request.max_tokens - request.num_output_tokens,
                                     config_.max_model_len - request.num_tokens()) -
                            1;
  const std::int64_t drafts =
      std::clamp<std::int64_t>(request.num_draft_tokens, 0, std::max<std::int64_t>(0, room));
  std::int64_t wanted = request.num_tokens() + drafts - request.num_computed_tokens;
  if (config_.long_prefill_token_threshold > 0) {
    wanted = std::min(wanted, config_.long_prefill_token_threshold);
  }
  if (request.max_tokens_per_step > 0)
    wanted = std::min(wanted, request.max_tokens_per_step + drafts);
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
    enter(request, num_tokens, step, budget);
    ++index;
  }
}

void Scheduler::enter(Request& request, std::int64_t num_tokens, Step& step, std::int64_t& budget) {
  step.scheduled.push_back(entry_for(request, num_tokens));
  request.num_draft_tokens = 0;
  budget -= num_tokens;
  if (!config_.enable_prefix_caching) return;
  // Guesses have no hash, so blocks that they reach into have none either.
  const std::int64_t num_full = (request.num_computed_tokens + num_tokens) / config_.block_size;
  const std::int64_t num_known = std::min(num_full, std::ssize(request.block_hashes));
  for (std::int64_t& i = request.num_named_blocks; i < num_known; ++i) {
    const BlockId block = request.block_table[static_cast<std::size_t>(i)];
    blocks_.set_hash(block, request.block_hashes[static_cast<std::size_t>(i)]);
    named_in_step_.push_back(block);
  }
}

void Scheduler::unname(Request& request, const ScheduledRequest& entry) {
  const std::int64_t first = entry.num_computed_tokens / config_.block_size;
  while (request.num_named_blocks > first) {
    blocks_.clear_hash(request.block_table[static_cast<std::size_t>(--request.num_named_blocks)]);
  }
}

void Scheduler::take_blocks(Request& request) {
  blocks_.release(request.block_table);
  request.num_computed_tokens = 0;
  request.num_named_blocks = 0;
  request.num_draft_tokens = 0;
  request.status = RequestStatus::kPreempted;
}

std::size_t Scheduler::victim() const {
  INFERLAB_CHECK(!running_.empty());
  // Requests join from the front of the waiting queue and preempted ones return to its front, so
  // running_ is in order of arrival; but for those that an adapter held up, which count from when
  // they joined.
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
    unname(request, *entry);
    step.scheduled.erase(entry);
  }
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
  take_blocks(request);
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
  std::vector<LoraId> loras = running_loras();
  std::size_t place = 0;  // those before it wait for an adapter to go
  while (place < waiting_.size() && budget > 0 &&
         static_cast<std::int64_t>(running_.size()) < config_.max_num_seqs) {
    Request& request = *waiting_[place];
    const bool is_new =
        request.lora != 0 && std::find(loras.begin(), loras.end(), request.lora) == loras.end();
    if (is_new && std::ssize(loras) == config_.max_loras) {
      ++place;
      continue;
    }
    // Nobody else overtakes: a long prompt would wait for ever.
    if (!join(request, step, budget, now)) return;
    if (is_new) loras.push_back(request.lora);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(place));
  }
}

bool Scheduler::join(Request& request, Step& step, std::int64_t& budget, Time now) {
  const std::vector<BlockId> prefix = find_prefix(request);
  const std::int64_t num_cached = std::ssize(prefix) * config_.block_size;
  request.num_computed_tokens = num_cached;
  const std::int64_t num_tokens = wanted_tokens(request, budget);
  if (num_tokens > budget || !blocks_.can_share_and_grow(prefix, num_cached + num_tokens)) {
    request.num_computed_tokens = 0;
    return false;
  }
  blocks_.share(request.block_table, prefix);
  INFERLAB_CHECK(blocks_.grow(request.block_table, num_cached + num_tokens).has_value());
  request.num_named_blocks = std::ssize(prefix);
  running_.push_back(&request);
  request.status = RequestStatus::kRunning;
  if (!request.first_scheduled) {
    request.first_scheduled = now;
    request.num_cached_tokens = num_cached;
    if (config_.enable_prefix_caching && !request.skip_prefix_cache) {
      prefix_cache_queries_ += request.num_tokens();
      prefix_cache_hits_ += num_cached;
    }
  }
  enter(request, num_tokens, step, budget);
  return true;
}

std::vector<LoraId> Scheduler::running_loras() const {
  std::vector<LoraId> loras;
  if (config_.max_loras == 0) return loras;
  for (const Request* request : running_) {
    const bool is_known = std::find(loras.begin(), loras.end(), request->lora) != loras.end();
    if (request->lora != 0 && !is_known) loras.push_back(request->lora);
  }
  return loras;
}

std::vector<BlockId> Scheduler::find_prefix(const Request& request) const {
  if (!config_.enable_prefix_caching || request.skip_prefix_cache) return {};
  // The last token is computed in any case: its logits are wanted.
  return blocks_.find_prefix(request.block_hashes, (request.num_tokens() - 1) / config_.block_size);
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
    if (request.is_pooling) {
      request.first_token = now;  // TTFT is the time to the embedding
      request.last_token = now;
    } else {
      count_tokens(request, entry, *token, now);
    }
    if (token->stop || request.is_pooling) {
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

void Scheduler::count_tokens(Request& request, const ScheduledRequest& entry,
                             const SampledToken& token, Time now) {
  const std::int64_t accepted = token.num_accepted_drafts;
  INFERLAB_CHECK(accepted >= 0 && accepted <= entry.num_draft_tokens);
  // What wrong guesses left in the KV cache is written over.
  request.num_computed_tokens -= entry.num_draft_tokens - accepted;
  request.num_output_tokens += accepted + 1;
  num_draft_tokens_ += entry.num_draft_tokens;
  num_accepted_tokens_ += accepted;
  if (!request.first_token) request.first_token = now;
  request.last_token = now;
}

void Scheduler::cancel_step(const Step& step) {
  INFERLAB_CHECK(in_flight_ != 0 && step.number == in_flight_);
  in_flight_ = 0;
  for (const BlockId block : named_in_step_) blocks_.clear_hash(block);
  // Backwards, so that those who have to wait again do so in the order in which they came.
  for (std::size_t i = step.scheduled.size(); i-- > 0;) {
    const ScheduledRequest& entry = step.scheduled[i];
    const auto found = requests_.find(entry.id);
    if (found == requests_.end()) continue;  // aborted meanwhile
    Request& request = *found->second;
    request.num_named_blocks =
        std::min(request.num_named_blocks, entry.num_computed_tokens / config_.block_size);
    const auto first = request.block_table.begin();
    if (std::all_of(first, first + request.num_named_blocks,
                    [this](BlockId block) { return blocks_.has_hash(block); })) {
      continue;
    }
    running_.erase(std::find(running_.begin(), running_.end(), &request));
    take_blocks(request);
    if (config_.scheduling_policy == SchedulingPolicy::kPriority) {
      enqueue(request);
    } else {
      waiting_.push_front(&request);
    }
  }
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
                        .num_preemptions_total = num_preemptions_,
                        .prefix_cache_queries_total = prefix_cache_queries_,
                        .prefix_cache_hits_total = prefix_cache_hits_,
                        .num_draft_tokens_total = num_draft_tokens_,
                        .num_accepted_tokens_total = num_accepted_tokens_};
}

}  // namespace inferlab
