#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/schedule/block_manager.h"
#include "engine/schedule/request.h"
#include "engine/schedule/scheduler_config.h"
#include "engine/schedule/step.h"

namespace inferlab {

/// What /metrics shows of the scheduler.
struct SchedulerStats {
  std::int64_t num_requests_running = 0;
  std::int64_t num_requests_waiting = 0;  ///< preempted ones included
  double kv_cache_usage = 0;              ///< 0..1; vLLM calls it kv_cache_usage_perc all the same
  std::int64_t num_preemptions_total = 0;
  // In tokens, of requests when they are scheduled for the first time. (vLLM counts them at each
  // look at the front of the queue, also where the request then goes on waiting for blocks.)
  std::int64_t prefix_cache_queries_total = 0;
  std::int64_t prefix_cache_hits_total = 0;
  std::int64_t num_draft_tokens_total = 0;
  std::int64_t num_accepted_tokens_total = 0;
};

/// Continuous batching: decides before each step which requests take part and with how many tokens.
///
///   Step step = scheduler.schedule(now);           // takes KV blocks, maybe preempts
///   ... execute the step ...
///   scheduler.complete(step, output, now);         // counts tokens, finishes requests
///
/// Every request of `running` goes first (one token to decode, or the next piece of its prompt),
/// then waiting requests join from the front of the queue while tokens, seats and blocks last. A
/// running request that cannot get a block takes it from the request that arrived last: that one
/// loses all its blocks, goes to the front of the waiting queue and is prefilled anew (preemption
/// by recompute). In such a step nobody joins.
///
/// The adapters of running requests are max_loras at most: who would bring one more is passed over
/// by those behind it until another one has gone.
///
/// A request that joins takes over the KV blocks that hold the beginning of its prompt, all whole
/// blocks before its last token. A block can be found from the step on that fills it: within a step
/// the device writes all keys and values of a layer before any token reads them.
///
/// Pure: no clock, no I/O, no threads; equal calls give equal steps. Used by the engine and by the
/// simulator. Source: the behaviour of vLLM's V1 scheduler (docs.vllm.ai, "Optimization and
/// Tuning": preemption, chunked prefill). One KV block more is usable here than in vLLM, which
/// keeps block 0 for padding.
class Scheduler {
 public:
  /// Checks: `config` came from checked().
  explicit Scheduler(const SchedulerConfig& config);

  /// Puts the request at the end of the waiting queue (by priority under kPriority).
  /// kInvalid, and nothing kept: no prompt, max_tokens below 1, a prompt that leaves no room for an
  /// output token within max_model_len (and so could never get its blocks), an adapter where there
  /// are none.
  /// Checks: the id is not in use. `request` stays the caller's and in place until finished.
  Result<void> add(Request& request, Time now);

  /// The next step; empty when there is nothing to do. Checks: no step is in flight.
  Step schedule(Time now);

  /// Takes the outcome of the step in flight. Requests that were aborted meanwhile are passed over.
  /// Returns the requests that finished with it, in the order of the step; their blocks are free.
  /// Checks: `step` is in flight, `output` has one entry per sampling request.
  std::vector<RequestId> complete(const Step& step, const StepOutput& output, Time now);

  /// Gives the step in flight up without an outcome, after a failed execution: nothing was
  /// computed. Its requests are still running, or waiting again where they had joined on blocks of
  /// this very step; the owner aborts them or lets them be scheduled again.
  void cancel_step(const Step& step);

  /// Ends a request, also between schedule() and complete(); its blocks are free at once.
  /// False when there is no such request (any more).
  bool abort(RequestId id, Time now);

  [[nodiscard]] bool has_requests() const { return !requests_.empty(); }
  [[nodiscard]] SchedulerStats stats() const;
  [[nodiscard]] const SchedulerConfig& config() const { return config_; }
  [[nodiscard]] const BlockManager& blocks() const { return blocks_; }
  /// Front first; but where requests have adapters, some of those behind may go before.
  [[nodiscard]] const std::deque<Request*>& waiting() const { return waiting_; }
  /// In order of admission.
  [[nodiscard]] const std::vector<Request*>& running() const { return running_; }

 private:
  [[nodiscard]] std::int64_t wanted_tokens(const Request& request, std::int64_t budget) const;
  void schedule_running(Step& step, std::int64_t& budget);
  void schedule_waiting(Step& step, std::int64_t& budget, Time now);
  /// Takes the request into the step; false when there is no room.
  bool join(Request& request, Step& step, std::int64_t& budget, Time now);
  /// Of running requests, in their order.
  [[nodiscard]] std::vector<LoraId> running_loras() const;
  [[nodiscard]] std::vector<BlockId> find_prefix(const Request& request) const;
  /// Puts the request's share into the step, and lets others find the blocks that it fills.
  void enter(Request& request, std::int64_t num_tokens, Step& step, std::int64_t& budget);
  /// Takes the names back from the blocks that the entry would have filled.
  void unname(Request& request, const ScheduledRequest& entry);
  void take_blocks(Request& request);
  void count_tokens(Request& request, const ScheduledRequest& entry, const SampledToken& token,
                    Time now);
  /// Where in running_ the request is that has to give way.
  [[nodiscard]] std::size_t victim() const;
  void preempt(std::size_t index, Step& step, std::int64_t& budget);
  void enqueue(Request& request);
  void finish(Request& request, FinishReason reason, Time now);

  SchedulerConfig config_;
  BlockManager blocks_;
  std::deque<Request*> waiting_;
  std::vector<Request*> running_;
  std::map<RequestId, Request*> requests_;  // waiting and running
  std::uint64_t last_step_ = 0;
  std::uint64_t in_flight_ = 0;  // number of the step, 0 for none
  std::vector<BlockId> named_in_step_;
  std::int64_t num_preemptions_ = 0;
  std::int64_t prefix_cache_queries_ = 0;  // tokens
  std::int64_t prefix_cache_hits_ = 0;     // tokens
  std::int64_t num_draft_tokens_ = 0;
  std::int64_t num_accepted_tokens_ = 0;
};

}  // namespace inferlab
