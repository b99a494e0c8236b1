#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "engine/backend/backend.h"
#include "engine/base/result.h"

namespace inferlab::cuda {

/// tokens[i] = the token drawn from row i of logits, [num_rows, vocab_size], by params[i]. Device
/// pointers. Greedy rows: exactly Sampler's token. Others: by the inverse of the distribution that
/// Sampler draws from, tokens in the order of their ids, weights as integers of 2^-32 of the
/// largest one, so that sums are exact and a row's token does not depend on anything but the row
/// and its params. Returns when the work is queued.
Result<void> sample(const float* logits, std::int64_t num_rows, std::int64_t vocab_size,
                    const RowSampling* params, std::int32_t* tokens, cudaStream_t stream);

}  // namespace inferlab::cuda
