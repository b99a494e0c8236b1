#pragma once

#include "engine/backend/cuda/device.h"
#include "engine/backend/cuda/linear.h"

namespace inferlab::cuda {

/// Adds the sums of the kSlices warps of a block and writes them to y. `sums` is what the warp has
/// of 16 rows of weights from `first_row` on and 8 * kTiles rows of x from `first_token` on, as
/// mma.sync leaves it; `shared` has room for kSlices * 16 * 8 * kTiles floats. All threads of the
/// block call it. Included by .cu files alone.
template <int kTiles>
__device__ inline void add_slices(const LinearArgs& args, std::int64_t first_row,
                                  std::int64_t first_token, const float (&sums)[kTiles][4],
                                  float* shared) {
  constexpr int kTokens = 8 * kTiles;
  const int group = lane_id() / 4;
  const int member = lane_id() % 4;
  INFERLAB_UNROLL for (int tile = 0; tile < kTiles; ++tile) {
    INFERLAB_UNROLL for (int i = 0; i < 4; ++i) {
      const int token = tile * 8 + member * 2 + i % 2;
      shared[(warp_id() * kTokens + token) * 16 + group + i / 2 * 8] = sums[tile][i];
    }
  }
  __syncthreads();
  for (int at = static_cast<int>(threadIdx.x); at < kTokens * 16; at += kSlices * kWarp) {
    const std::int64_t row = first_row + at % 16;
    const std::int64_t token = first_token + at / 16;
    float s[kSlices];
    INFERLAB_UNROLL for (int i = 0; i < kSlices; ++i) s[i] = shared[i * kTokens * 16 + at];
    const float sum = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
    if (row < args.w.rows && token < args.num_rows) args.y[token * args.y_stride + row] = sum;
  }
}

/// Calls `body` with the number of tiles of 8 rows of x that a block takes.
template <typename Body>
auto with_tiles(std::int64_t num_rows, const Body& body) {
  if (num_rows <= 8) return body.template operator()<1>();
  if (num_rows <= 16) return body.template operator()<2>();
  if (num_rows <= 32) return body.template operator()<4>();
  return body.template operator()<8>();
}

}  // namespace inferlab::cuda
