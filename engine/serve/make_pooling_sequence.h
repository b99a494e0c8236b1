#pragma once

#include <memory>

#include "engine/base/result.h"
#include "engine/serve/make_sequence.h"

namespace inferlab {

/// The request as the thread of an engine for pooling keeps it: a prompt that ends with itself.
/// kInvalid says in vLLM's words why the model cannot take it. Checks: request.pooling and
/// context.pooling are there.
Result<std::unique_ptr<Sequence>> make_pooling_sequence(RequestId id, GenerationRequest&& request,
                                                        Time arrival,
                                                        const SequenceContext& context);

/// vLLM's refusal of an input that is too long.
Error input_too_long(std::int64_t num_tokens, std::int64_t max_model_len,
                     const PoolingConfig& config);

}  // namespace inferlab
