#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/model_weights.h"

namespace inferlab::reference {

/// Row `index` of `matrix` as floats. Checks: out.size() == matrix.columns.
void decode_row(const Matrix& matrix, std::int64_t index, std::span<float> out);

/// y[t] = W x[t] for all `num_rows` rows t of x.
///
/// x is [num_rows, w.columns], y is [num_rows, w.rows], both row-major and apart. Each element of y
/// is dot(decoded row of w, row of x) to the last bit, however many rows there are.
/// `scratch` is kept by the caller to spare allocations.
void matmul(const Matrix& w, const float* x, std::int64_t num_rows, float* y,
            std::vector<float>& scratch);

}  // namespace inferlab::reference
