#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/time.h"
#include "engine/model/logprobs.h"
#include "engine/model/sampler.h"
#include "engine/schedule/request.h"
#include "engine/serve/pooling_config.h"
#include "engine/structured/grammar.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

struct ServedLora;

/// One prompt to be continued.
struct GenerationRequest {
  std::string name = {};                        ///< for the log, as "chatcmpl-…"; never the text
  std::vector<TokenId> prompt = {};             ///< at least one token
  std::optional<std::int64_t> max_tokens = {};  ///< none: up to max_model_len
  SamplingParams sampling = {};                 ///< sampling.seed counts only with has_seed
  bool has_seed = false;  ///< otherwise the engine gives the request a stream of its own
  std::vector<std::string> stop = {};  ///< none of them empty; the output ends before the first
  bool ignore_eos = false;             ///< the end token is a token like others (benchmarks)
  std::int64_t min_tokens = 0;         ///< nothing but a length ends the output before
  std::vector<TokenId> stop_token_ids = {};  ///< these end the output too
  bool include_stop = false;  ///< the stop string, or the stop token's text, ends the output
  std::int32_t priority = 0;
  /// How many of the likeliest tokens come with each output token, beside itself; 0: itself alone;
  /// -1: all. None: no logprobs.
  std::optional<std::int32_t> num_logprobs = {};
  /// The same for the tokens of the prompt. All of it is computed then, known or not.
  std::optional<std::int32_t> num_prompt_logprobs = {};
  /// Only requests with the same salt share KV blocks: nobody learns from a short TTFT what others
  /// have asked.
  std::string cache_salt = {};
  /// The adapter to run with; null: the model as it is.
  std::shared_ptr<const ServedLora> lora = {};
  /// What the output must look like; null: anything. Of the engine that gets the request.
  std::shared_ptr<const structured::Grammar> grammar = {};
  bool skip_special_tokens = true;  ///< control tokens give no text
  /// An embedding is wanted and no continuation; what concerns sampling and text is not looked at
  /// then. Only an engine that is served for pooling takes it, and it takes nothing else.
  std::optional<PoolingParams> pooling = {};
  /// The answer is worth nothing later: the request ends with timed_out. From the arrival.
  std::optional<Duration> timeout = {};
  /// When the client's request came in, by Engine::now(): what latencies count from. None:
  /// submit().
  std::optional<Time> arrival = {};
};

/// What a step brought to one request: its new tokens and the text that they make, which may be
/// empty, or begin with what earlier tokens left. Views, valid during the call.
struct GenerationPiece {
  /// Whole characters, and no part of a stop string unless include_stop.
  std::string_view text;
  /// Without those that a stop cut off; the last piece may have none.
  std::span<const TokenId> tokens;
  std::span<const TokenLogprobs> logprobs;  ///< one for each token, when asked for
};

struct GenerationResult {
  FinishReason finish_reason = FinishReason::kAbort;
  /// Set when the engine failed; finish_reason is kAbort then.
  std::optional<Error> error = {};
  std::string stop_string = {};            ///< the one that ended the output; empty otherwise
  std::optional<TokenId> stop_token = {};  ///< of stop_token_ids, the one that ended the output
  std::int64_t num_prompt_tokens = 0;
  std::int64_t num_output_tokens = 0;
  std::int64_t num_cached_tokens = 0;  ///< of the prompt, found in the KV cache
  /// One for each token of the prompt when asked for; the first has none.
  std::vector<std::optional<TokenLogprobs>> prompt_logprobs = {};
  std::vector<float> embedding = {};  ///< of a request with `pooling` that came to its end
  bool timed_out = false;             ///< finish_reason is kAbort
  Duration queue_time = {};  ///< from the arrival to the first step, or to the end before it
  Duration ttft = {};        ///< 0 when there was no token
  Duration e2e = {};         ///< from the arrival to the end
};

/// Both are called on the engine's thread, so they must not block, and must not call the engine.
struct GenerationCallbacks {
  std::function<void(const GenerationPiece& piece)> on_piece = {};
  /// Exactly once, last.
  std::function<void(const GenerationResult& result)> on_end = {};
};

}  // namespace inferlab
