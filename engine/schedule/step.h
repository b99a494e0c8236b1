#pragma once

#include <cstdint>
#include <vector>

#include "engine/schedule/request.h"

namespace inferlab {

/// One request's share of a step: tokens [num_computed_tokens, num_computed_tokens + num_tokens) of
/// its prompt-and-output sequence.
struct ScheduledRequest {
  RequestId id = 0;
  std::int64_t num_computed_tokens = 0;  ///< in the KV cache before the step: the attention context
  std::int64_t num_tokens = 0;           ///< computed by the step; at least 1
  /// The step reaches the end of the sequence, so it yields the next token. False for every piece
  /// of a prompt but the last.
  bool samples = false;
  /// Part of the prompt (or of what a preemption lost) is computed: prefill, not decode.
  bool prefill = false;
  /// Of num_tokens, the last ones are guesses: the step yields up to as many tokens more.
  std::int64_t num_draft_tokens = 0;
};

/// What one forward pass does: a plain value, valid without the scheduler.
struct Step {
  std::uint64_t number = 0;                 ///< from 1
  std::vector<ScheduledRequest> scheduled;  ///< running requests first, then newly admitted ones
  std::vector<RequestId> preempted;         ///< lost their blocks in this step, in that order
  std::int64_t num_scheduled_tokens = 0;    ///< sum of num_tokens

  /// Nothing to execute. (A step that only preempts does not occur: its cause is scheduled.)
  [[nodiscard]] bool empty() const { return scheduled.empty(); }
};

/// What a request of the step has got: the first guesses, as many as turned out right, and one
/// token more.
struct SampledToken {
  std::int32_t token_id = -1;  ///< the last one, for the owner; the scheduler does not look at it
  /// The request ends with this token: end of sequence or a stop string.
  bool stop = false;
  /// Guesses that come before token_id; at most ScheduledRequest::num_draft_tokens. A request that
  /// ends with a guess has that one as token_id, and no guess after it counts.
  std::int64_t num_accepted_drafts = 0;
};

struct StepOutput {
  /// One entry for each ScheduledRequest with `samples`, in the order of Step::scheduled.
  std::vector<SampledToken> sampled;
};

}  // namespace inferlab
