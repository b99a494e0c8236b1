#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/sampler.h"
#include "engine/schedule/request.h"
#include "engine/serve/generation.h"
#include "engine/serve/lora_registry.h"
#include "engine/serve/prefix_hash.h"
#include "engine/serve/stop_checker.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

/// What the engine keeps of a request beside the scheduler's counts: the tokens and what turns them
/// into text. Made by submit(), then owned by the engine's thread.
struct Sequence {
  Request request;
  std::string name;             ///< for the log
  std::vector<TokenId> tokens;  ///< prompt and output
  Sampler sampler;
  StreamDecoder decoder;
  StopChecker stop;
  bool ignore_eos = false;
  std::int64_t min_tokens = 0;
  std::vector<TokenId> stop_token_ids = {};
  std::vector<TokenId> not_before_min_tokens = {};  ///< all ids that would end the output
  bool include_stop = false;
  std::optional<TokenId> stop_token = {};  ///< of stop_token_ids, once it has come
  PrefixHash prefix_hash;
  std::vector<TokenId> drafts = {};  ///< guesses for the step to come
  std::optional<std::int32_t> num_logprobs = {};
  std::optional<std::int32_t> num_prompt_logprobs = {};
  /// Of the tokens that the last step brought, in their order.
  std::vector<TokenLogprobs> logprobs = {};
  std::vector<std::optional<TokenLogprobs>> prompt_logprobs = {};
  /// Where the output stands in what it must look like.
  std::optional<structured::TokenMatcher> matcher = {};
  std::shared_ptr<const ServedLora> lora = {};
  std::optional<PoolingParams> pooling = {};
  std::vector<double> pooled = {};    ///< of the prompt so far, see PoolingExecutor
  std::vector<float> embedding = {};  ///< once the prompt is through
  std::optional<Time> deadline = {};
  bool timed_out = false;
  std::optional<Error> failure = {};  ///< of this request alone
  GenerationCallbacks callbacks = {};
};

/// Ordered, so that nothing depends on addresses or on a hash.
using SequenceTable = std::map<RequestId, std::unique_ptr<Sequence>>;

}  // namespace inferlab
