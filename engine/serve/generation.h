#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/time.h"
#include "engine/model/sampler.h"
#include "engine/schedule/request.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

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
  /// When the client's request came in, by Engine::now(): what latencies count from. None:
  /// submit().
  std::optional<Time> arrival = {};
};

struct GenerationResult {
  FinishReason finish_reason = FinishReason::kAbort;
  /// Set when the engine failed; finish_reason is kAbort then.
  std::optional<Error> error = {};
  std::string stop_string = {};            ///< the one that ended the output; empty otherwise
  std::optional<TokenId> stop_token = {};  ///< of stop_token_ids, the one that ended the output
  std::int64_t num_prompt_tokens = 0;
  std::int64_t num_output_tokens = 0;
  Duration ttft = {};  ///< 0 when there was no token
  Duration e2e = {};   ///< from the arrival to the end
};

/// Both are called on the engine's thread, so they must not block, and must not call the engine.
struct GenerationCallbacks {
  /// A piece of output text, whole characters, never empty, and no part of a stop string unless
  /// include_stop.
  std::function<void(std::string_view text)> on_text = {};
  /// Exactly once, last.
  std::function<void(const GenerationResult& result)> on_end = {};
};

}  // namespace inferlab
