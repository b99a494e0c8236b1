#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "engine/schedule/block_manager.h"

namespace inferlab {

/// Names one request for as long as a replica lives. The owner chooses it and never reuses it.
using RequestId = std::uint64_t;

/// Names a LoRA adapter for as long as a replica lives; 0: none.
using LoraId = std::int64_t;

enum class RequestStatus : std::uint8_t { kWaiting, kRunning, kPreempted, kFinished };

enum class FinishReason : std::uint8_t {
  kStop,    ///< the model ended, or a stop string appeared
  kLength,  ///< max_tokens or max_model_len
  kAbort,   ///< the client left, or the server stopped
};

/// "waiting", "running", "preempted", "finished".
std::string_view to_string(RequestStatus status);
/// "stop", "length", "abort": the label values of vllm:request_success_total.
std::string_view to_string(FinishReason reason);

/// One request as the serving scheduler sees it: counts and blocks. What the tokens are is the
/// owner's business (a simulated replica has none).
///
/// The owner fills in the first part, hands a reference to Scheduler::add() and from then on only
/// reads, until status is kFinished. It keeps the object in place (no move, no copy) until then.
struct Request {
  // Set by the owner before add().
  RequestId id = 0;
  std::int64_t num_prompt_tokens = 0;  ///< at least 1
  std::int64_t max_tokens = 0;         ///< most output tokens; at least 1
  /// Smaller is more urgent; read under SchedulingPolicy::kPriority only.
  std::int32_t priority = 0;

  // Set by the owner before add(), and again whenever no step is in flight.
  /// What the full KV blocks of prompt and output hold, from the first on; the owner appends as
  /// tokens come. None, or fewer than there are: the others are not shared.
  std::vector<BlockHash> block_hashes = {};
  /// Guesses of the tokens to come (speculative decoding) that the next step may check. The
  /// scheduler takes fewer where there is no room, and sets it to 0 once they are scheduled or
  /// lost.
  std::int64_t num_draft_tokens = 0;
  /// Most tokens of it in one step, guesses apart; 0: as many as fit.
  std::int64_t max_tokens_per_step = 0;
  /// All of the prompt is to be computed, also what is known already (for its logits).
  bool skip_prefix_cache = false;
  /// The adapter that its tokens are computed with. What block_hashes name depends on it too.
  LoraId lora = 0;
  /// Ends with its prompt and gets no token (embeddings): the prompt alone may take max_model_len.
  bool is_pooling = false;

  // Set by the Scheduler.
  RequestStatus status = RequestStatus::kWaiting;
  std::optional<FinishReason> finish_reason = {};  ///< set when status is kFinished
  std::int64_t num_computed_tokens = 0;  ///< tokens whose keys and values are in the KV cache
  std::int64_t num_output_tokens = 0;    ///< sampled so far; a preemption keeps them
  std::int32_t num_preemptions = 0;
  /// Of the prompt, what was in the KV cache when the request was scheduled first; at least one
  /// token of a prompt is always computed.
  std::int64_t num_cached_tokens = 0;
  std::vector<BlockId> block_table = {};  ///< covers num_computed_tokens and the step in flight
  std::int64_t num_named_blocks = 0;      ///< of block_table, the first that others may find

  Time arrival = {};  ///< when add() was called
  std::optional<Time> first_scheduled = {};
  std::optional<Time> first_token = {};  ///< TTFT is first_token - arrival
  std::optional<Time> last_token = {};
  std::optional<Time> finished = {};

  /// Prompt and output so far: what a recompute after a preemption has to prefill.
  [[nodiscard]] std::int64_t num_tokens() const { return num_prompt_tokens + num_output_tokens; }
};

}  // namespace inferlab
