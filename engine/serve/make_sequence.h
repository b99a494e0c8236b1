#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/schedule/scheduler_config.h"
#include "engine/serve/sequence.h"

namespace inferlab {

/// What a request is checked against; all of it outlives the sequences.
struct SequenceContext {
  const SchedulerConfig* config;
  const Tokenizer* tokenizer;
  std::int32_t vocab_size;
  std::uint64_t seed;                      ///< of requests that bring none
  const PoolingConfig* pooling = nullptr;  ///< of an engine for pooling; the others need no more
  std::int32_t hidden_size = 0;
  std::string model_name = {};
};

/// The request as the engine's thread keeps it; the callbacks are the caller's to set. kInvalid
/// names the field that the model cannot serve.
Result<std::unique_ptr<Sequence>> make_sequence(RequestId id, GenerationRequest&& request,
                                                Time arrival, const SequenceContext& context);

}  // namespace inferlab
