#pragma once

#include "engine/backend/cuda/launch.h"
#include "engine/backend/cuda/slice_sums.h"

// Quantised weights as packed_layout.h has them times rows of 8 bits: integer products of 32
// columns by mma.m16n8k32, exact, each then scaled and added to fp32 sums. A warp takes 16 rows of
// weights and a slice of the columns, a unit at a time. Included by the linear_q*.cu files alone.

namespace inferlab::cuda {

/// What a warp holds of one unit of 16 rows: a lane's share of the quants, and the scales of its
/// rows lane / 4 (0) and lane / 4 + 8 (1).
template <TensorType kType>
struct UnitWeights {
  using Unit = PackedUnit<kType>;
  static constexpr bool kIsQ8 = kType == TensorType::kQ8_0;
  static constexpr bool kIsSmall = Unit::kColumns == 128;
  static constexpr int kChunks = Unit::kColumns / kChunkColumns;
  static constexpr int kLoads = kIsQ8 ? kChunks : kChunks / 2;
  static constexpr int kHighLoads = kType == TensorType::kQ5_K   ? 1
                                    : kType == TensorType::kQ6_K ? 2
                                                                 : 0;

  uint4 quants[kLoads];
  uint4 high[kHighLoads + 1];
  uint4 scales[2];
  float super[2];
  float super_minimum[2];

  __device__ void load(const std::uint8_t* unit) {
    const int group = lane_id() / 4;
    const std::uint8_t* from = unit + lane_id() * 16;
    INFERLAB_UNROLL for (int i = 0; i < kLoads; ++i) quants[i] = load_streamed(from + i * 512);
    INFERLAB_UNROLL for (int i = 0; i < kHighLoads; ++i) {
      high[i] = load_streamed(from + Unit::kHighBits + i * 512);
    }
    INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
      const int row = group + 8 * r;
      if constexpr (kIsSmall) {
        const uint2 four = *reinterpret_cast<const uint2*>(unit + Unit::kScales + row * 8);
        scales[r] = uint4{four.x, four.y, 0, 0};
      } else {
        scales[r] = load_16_bytes(unit + Unit::kScales + row * 16);
      }
      if constexpr (kType == TensorType::kQ6_K) {
        super[r] =
            float_from_f16(*reinterpret_cast<const std::uint16_t*>(unit + Unit::kSupers + row * 2));
      } else if constexpr (!kIsSmall) {
        const auto both = *reinterpret_cast<const std::uint32_t*>(unit + Unit::kSupers + row * 4);
        super[r] = float_from_f16(static_cast<std::uint16_t>(both & 0xffffU));
        super_minimum[r] = float_from_f16(static_cast<std::uint16_t>(both >> 16));
      }
    }
  }

  /// The registers of one chunk, as stored: Q4_0 has 8, Q6_K 32 too much in each.
  __device__ void fragment(int chunk, std::uint32_t (&a)[4]) const {
    if constexpr (kIsQ8) {
      a[0] = quants[chunk].x;
      a[1] = quants[chunk].y;
      a[2] = quants[chunk].z;
      a[3] = quants[chunk].w;
    } else {
      const uint4& both = quants[chunk / 2];
      const std::uint32_t first = chunk % 2 == 0 ? both.x : both.z;
      const std::uint32_t second = chunk % 2 == 0 ? both.y : both.w;
      a[0] = first & 0x0f0f0f0fU;
      a[1] = first >> 4 & 0x0f0f0f0fU;
      a[2] = second & 0x0f0f0f0fU;
      a[3] = second >> 4 & 0x0f0f0f0fU;
      if constexpr (kType == TensorType::kQ5_K) {
        const std::uint32_t bits = word(high[0], chunk / 2);
        INFERLAB_UNROLL for (int r = 0; r < 4; ++r) {
          a[r] |= (bits >> (chunk % 2 * 4 + r) & 0x01010101U) << 4;
        }
      } else if constexpr (kType == TensorType::kQ6_K) {
        const std::uint32_t bits = word(high[chunk / 4], chunk % 4);
        INFERLAB_UNROLL for (int r = 0; r < 4; ++r) {
          a[r] |= (bits >> (2 * r) & 0x03030303U) << 4;
        }
      }
    }
  }

  __device__ static std::uint32_t word(const uint4& four, int index) {
    return index == 0 ? four.x : index == 1 ? four.y : index == 2 ? four.z : four.w;
  }
  __device__ std::uint32_t scale_byte(int row, int index) const {
    return word(scales[row], index / 4) >> (index % 4 * 8) & 0xffU;
  }
  /// The factor of a chunk's integer sum; of Q6_K that of all its chunks.
  __device__ float scale(int row, int chunk) const {
    if constexpr (kIsSmall) {
      const std::uint32_t two = word(scales[row], chunk / 2);
      return float_from_f16(static_cast<std::uint16_t>(two >> (chunk % 2 * 16) & 0xffffU));
    } else if constexpr (kType == TensorType::kQ6_K) {
      return super[row];
    } else {
      return super[row] * static_cast<float>(scale_byte(row, chunk));
    }
  }
  /// What is taken off each element of a chunk of Q4_K and Q5_K.
  __device__ float minimum(int row, int chunk) const {
    return super_minimum[row] * static_cast<float>(scale_byte(row, 8 + chunk));
  }
  __device__ std::int32_t small_scale(int row, int index) const {
    return static_cast<std::int8_t>(scale_byte(row, index));
  }
};

/// What a lane holds of 128 columns of eight rows of x: its share of row lane / 4, and the scales
/// and sums of the rows 2 t and 2 t + 1 for t = lane % 4.
struct TokenSlab {
  uint4 quants[2];
  float4 scales[2];
  uint4 sums[2];

  __device__ std::uint32_t quant(int chunk, int half) const {
    const uint4& four = quants[chunk / 2];
    if (chunk % 2 == 0) return half == 0 ? four.x : four.y;
    return half == 0 ? four.z : four.w;
  }
  __device__ float scale(int row, int chunk) const {
    const float4& four = scales[row];
    return chunk == 0 ? four.x : chunk == 1 ? four.y : chunk == 2 ? four.z : four.w;
  }
  __device__ std::int32_t half_sum(int row, int chunk, int half) const {
    const uint4& four = sums[row];
    const std::uint32_t both = chunk == 0   ? four.x
                               : chunk == 1 ? four.y
                               : chunk == 2 ? four.z
                                            : four.w;
    return static_cast<std::int16_t>(half == 0 ? both & 0xffffU : both >> 16);
  }
};

/// Adds the products of chunk `chunk` of the unit, which is chunk `at` of the slab.
template <TensorType kType>
__device__ inline void add_chunk(const UnitWeights<kType>& w, int chunk,
                                 const std::uint32_t (&a)[4], const TokenSlab& x, int at,
                                 float (&sums)[4]) {
  std::int32_t products[4] = {};
  if constexpr (kType == TensorType::kQ6_K) {
    std::int32_t halves[2][4];
    INFERLAB_UNROLL for (int half = 0; half < 2; ++half) {
      INFERLAB_UNROLL for (int i = 0; i < 4; ++i) {
        halves[half][i] = -32 * x.half_sum(i % 2, at, half);
      }
      mma_s8_half(halves[half], a[2 * half], a[2 * half + 1], x.quant(at, half));
    }
    INFERLAB_UNROLL for (int i = 0; i < 4; ++i) {
      products[i] = w.small_scale(i / 2, 2 * chunk) * halves[0][i] +
                    w.small_scale(i / 2, 2 * chunk + 1) * halves[1][i];
    }
  } else {
    if constexpr (kType == TensorType::kQ4_0) {
      INFERLAB_UNROLL for (int i = 0; i < 4; ++i) {
        products[i] = -8 * (x.half_sum(i % 2, at, 0) + x.half_sum(i % 2, at, 1));
      }
    }
    mma_s8(products, a, x.quant(at, 0), x.quant(at, 1));
  }
  INFERLAB_UNROLL for (int i = 0; i < 4; ++i) {
    const float scale = x.scale(i % 2, at);
    sums[i] = fmaf(w.scale(i / 2, chunk) * scale, static_cast<float>(products[i]), sums[i]);
    if constexpr (kType == TensorType::kQ4_K || kType == TensorType::kQ5_K) {
      const std::int32_t sum = x.half_sum(i % 2, at, 0) + x.half_sum(i % 2, at, 1);
      sums[i] = fmaf(-(w.minimum(i / 2, chunk) * scale), static_cast<float>(sum), sums[i]);
    }
  }
}

template <TensorType kType, int kTiles>
__global__ void __launch_bounds__(kSlices* kWarp) linear_packed_kernel(LinearArgs args) {
  using Weights = UnitWeights<kType>;
  __shared__ float shared[kSlices * 16 * 8 * kTiles];
  const int group = lane_id() / 4;
  const int member = lane_id() % 4;
  const std::int64_t first_row = std::int64_t{blockIdx.x} * kTileRows;
  const std::int64_t first_token = std::int64_t{blockIdx.y} * 8 * kTiles;
  const std::int64_t units = ceil_div(args.w.columns, PackedUnit<kType>::kColumns);
  const std::uint8_t* w = args.w.data + blockIdx.x * (units * PackedUnit<kType>::kBytes);
  const std::int64_t last = args.num_rows - 1;
  const std::int64_t slabs = args.x.stride / kChunkColumns;
  float sums[kTiles][4] = {};
  const std::int64_t end = slice_begin(units, warp_id() + 1);
  for (std::int64_t unit = slice_begin(units, warp_id()); unit < end; ++unit) {
    Weights weights;
    weights.load(w + unit * PackedUnit<kType>::kBytes);
    INFERLAB_UNROLL for (int part = 0; part < Weights::kChunks / 4; ++part) {
      std::uint32_t a[4][4];
      INFERLAB_UNROLL for (int i = 0; i < 4; ++i) weights.fragment(part * 4 + i, a[i]);
      const std::int64_t column = unit * PackedUnit<kType>::kColumns + part * 128;
      INFERLAB_UNROLL for (int tile = 0; tile < kTiles; ++tile) {
        TokenSlab x;
        const std::int64_t token = first_token + tile * 8 + group;
        const auto* quants = static_cast<const std::uint8_t*>(args.x.values) +
                             (token < last ? token : last) * args.x.stride + column + member * 32;
        x.quants[0] = load_16_bytes(quants);
        x.quants[1] = load_16_bytes(quants + 16);
        INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
          const std::int64_t row = first_token + tile * 8 + member * 2 + r;
          const std::int64_t at = (row < last ? row : last) * slabs + column / kChunkColumns;
          x.scales[r] = *reinterpret_cast<const float4*>(args.x.scales + at);
          if constexpr (kType != TensorType::kQ8_0) {
            x.sums[r] = *reinterpret_cast<const uint4*>(args.x.sums + at);
          }
        }
        INFERLAB_UNROLL for (int i = 0; i < 4; ++i) {
          add_chunk<kType>(weights, part * 4 + i, a[i], x, i, sums[tile]);
        }
      }
    }
  }
  add_slices<kTiles>(args, first_row, first_token, sums, shared);
}

template <TensorType kType>
Result<void> linear_packed(const LinearArgs& args, cudaStream_t stream) {
  return with_tiles(args.num_rows, [&]<int kTiles>() {
    return launch("linear_packed", &linear_packed_kernel<kType, kTiles>,
                  {.grid = dim3(grid_size(ceil_div(args.w.rows, kTileRows)),
                                grid_size(ceil_div(args.num_rows, 8 * kTiles))),
                   .block = dim3(kSlices * kWarp)},
                  stream, args);
  });
}

}  // namespace inferlab::cuda
