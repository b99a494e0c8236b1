#include "engine/backend/reference/matmul.h"

#include <cstring>

#include "engine/backend/reference/dot.h"
#include "engine/base/check.h"
#include "engine/formats/half.h"
#include "engine/formats/q8_0.h"
#include "engine/formats/quants.h"

namespace inferlab::reference {
namespace {

void decode_block(const std::byte* from, float* to) {
  Q8Block block;
  std::memcpy(&block, from, sizeof block);
  const float scale = half_to_float(block.scale);
  for (std::size_t i = 0; i < kQ8BlockElements; ++i) {
    to[i] = scale * static_cast<float>(block.quants[i]);
  }
}

/// The same as decode_row() and dot(), without the way through memory: for a single row of x, where
/// decoding is most of the work.
float dot_q8(const std::byte* row, const float* x, std::int64_t columns) {
  static_assert(kQ8BlockElements == 2 * LaneSums::kLanes);
  LaneSums sums;
  for (std::int64_t i = 0; i < columns; i += kQ8BlockElements) {
    alignas(64) float decoded[kQ8BlockElements];
    decode_block(row, decoded);
    sums.add(decoded, x + i);
    sums.add(decoded + LaneSums::kLanes, x + i + LaneSums::kLanes);
    row += sizeof(Q8Block);
  }
  return sums.total();
}

}  // namespace

void decode_row(const Matrix& matrix, std::int64_t index, std::span<float> out) {
  INFERLAB_CHECK(std::ssize(out) == matrix.columns && index >= 0 && index < matrix.rows);
  const std::byte* from = matrix.row(index);
  decode_elements(matrix.type, from, out);
}

void matmul(const Matrix& w, const float* x, std::int64_t num_rows, float* y,
            std::vector<float>& scratch) {
  if (num_rows == 0) return;  // a step that samples nothing need not decode the output matrix
  if (num_rows == 1 && w.type == TensorType::kQ8_0) {
    for (std::int64_t r = 0; r < w.rows; ++r) y[r] = dot_q8(w.row(r), x, w.columns);
    return;
  }
  scratch.resize(static_cast<std::size_t>(w.columns));
  for (std::int64_t r = 0; r < w.rows; ++r) {
    decode_row(w, r, scratch);
    for (std::int64_t t = 0; t < num_rows; ++t) {
      y[t * w.rows + r] = dot(scratch.data(), x + t * w.columns, w.columns);
    }
  }
}

}  // namespace inferlab::reference
