#pragma once

#include <cmath>

#include "engine/backend/cuda/attention.h"
#include "engine/backend/cuda/softmax_state.h"

// What a warp does with a tile of 16 queries (FlashAttention: scores are never in memory). Keys are
// the right operand of the first product as they stand in the cache; the weights that come out of
// it are already where the second product wants its left operand, if of each 16 keys a lane takes
// four consecutive ones: the columns 2 t, 2 t + 1 of two tiles of scores are then keys 4 t to
// 4 t + 3. Values stand transposed, so these four are 8 consecutive bytes.
//
// Sources: Dao, "FlashAttention-2", 2023; Kwon et al., "PagedAttention", SOSP 2023; NVIDIA, "PTX
// ISA", fragments of mma.m16n8k16. Included by .cu files alone.

namespace inferlab::cuda {

/// What a cache holds, as the operands of the products: two elements of 16 bits in a register.
template <typename Type>
struct CachedWords : Type {
  using Element = std::uint16_t;
  static constexpr float kUnit = 1.0F;  // what the operands are to be multiplied by
  __device__ static uint4 load_eight(const Element* from) { return load_16_bytes(from); }
  __device__ static uint2 load_four(const Element* from) {
    return *reinterpret_cast<const uint2*>(from);
  }
};
/// Queries and weights are F16. Sums are scaled and not operands: products are exact either way.
struct CachedFp8 : F16 {
  using Element = std::uint8_t;
  static constexpr float kUnit = kFp8Unit;
  __device__ static uint4 load_eight(const Element* from) {
    const uint2 bytes = *reinterpret_cast<const uint2*>(from);
    const uint2 low = widen_four(bytes.x);
    const uint2 high = widen_four(bytes.y);
    return uint4{low.x, low.y, high.x, high.y};
  }
  __device__ static uint2 load_four(const Element* from) {
    return widen_four(*reinterpret_cast<const std::uint32_t*>(from));
  }
  __device__ static uint2 widen_four(std::uint32_t bytes) {
    const std::uint32_t low = (bytes & 0xffU) | (bytes & 0xff00U) << 8;
    const std::uint32_t high = (bytes >> 16 & 0xffU) | (bytes >> 24) << 16;
    return uint2{f16_pair_from_fp8(low), f16_pair_from_fp8(high)};
  }
};

inline constexpr int kTileKeys = 64;
static_assert(kSplitKeys % kTileKeys == 0);

/// Type says how the cache is read. kDim is the head's size rounded up to what there are kernels
/// for.
template <typename Type, int kDim>
struct WarpTile {
  using Element = typename Type::Element;
  std::uint32_t q[kDim / 32][2][4];
  std::int32_t positions[2];  // of the queries lane / 4 and lane / 4 + 8; -1: there is none
  std::int32_t limit;         // keys that any query of the tile sees
  const std::int32_t* table;
  std::int32_t kv_head;
  SoftmaxState state[2];
  float out[kDim / 8][4];

  __device__ void load(const AttentionArgs& args, std::int32_t first_row, std::int32_t num_tokens,
                       std::int32_t group) {
    const std::int32_t per_tile = args.heads.heads_per_tile();
    const std::int32_t head0 = group % args.heads.groups_per_kv() * kTileQueries;
    const std::int32_t head_dim = args.kv.head_dim;
    kv_head = group / args.heads.groups_per_kv();
    table = args.rows.table(first_row);
    limit = args.rows.positions[first_row + num_tokens - 1] + 1;
    const std::uint16_t* from[2];
    INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
      const std::int32_t query = lane_id() / 4 + 8 * r;
      const std::int32_t token = query / per_tile;
      const std::int32_t head = head0 + query % per_tile;
      const bool there = token < num_tokens && head < args.heads.heads_per_kv;
      positions[r] = there ? args.rows.positions[first_row + token] : -1;
      const std::int64_t at = (first_row + (there ? token : 0)) * std::int64_t{args.num_heads} +
                              std::int64_t{kv_head} * args.heads.heads_per_kv + (there ? head : 0);
      from[r] = static_cast<const std::uint16_t*>(args.q) + at * head_dim;
    }
    INFERLAB_UNROLL for (int c = 0; c < kDim / 32; ++c) {
      const int element = c * 32 + lane_id() % 4 * 8;
      uint4 rows[2];
      INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
        rows[r] = uint4{0, 0, 0, 0};
        if (positions[r] >= 0 && element < head_dim) rows[r] = load_16_bytes(from[r] + element);
      }
      q[c][0][0] = rows[0].x, q[c][0][1] = rows[1].x, q[c][0][2] = rows[0].y;
      q[c][0][3] = rows[1].y, q[c][1][0] = rows[0].z, q[c][1][1] = rows[1].z;
      q[c][1][2] = rows[0].w, q[c][1][3] = rows[1].w;
    }
  }

  /// Begins anew and attends to the keys of piece `split`.
  __device__ void attend(const AttentionArgs& args, std::int32_t split) {
    INFERLAB_UNROLL for (int r = 0; r < 2; ++r) state[r] = {-INFINITY, 0.0F};
    INFERLAB_UNROLL for (int d = 0; d < kDim / 8; ++d) {
      INFERLAB_UNROLL for (int i = 0; i < 4; ++i) out[d][i] = 0.0F;
    }
    const std::int32_t begin = split * kSplitKeys;
    const std::int32_t end = begin + kSplitKeys < limit ? begin + kSplitKeys : limit;
    for (std::int32_t base = begin; base < end; base += kTileKeys) attend_tile(args, base);
    // Lanes of a row have each summed their own keys.
    INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
      state[r].sum += __shfl_xor_sync(kAllLanes, state[r].sum, 1);
      state[r].sum += __shfl_xor_sync(kAllLanes, state[r].sum, 2);
    }
    if constexpr (Type::kUnit != 1.0F) {
      INFERLAB_UNROLL for (int d = 0; d < kDim / 8; ++d) {
        INFERLAB_UNROLL for (int i = 0; i < 4; ++i) out[d][i] *= Type::kUnit;
      }
    }
  }

 private:
  __device__ void attend_tile(const AttentionArgs& args, std::int32_t base) {
    float scores[8][4];
    score(args, base, scores);
    std::uint32_t weights[4][4];
    weigh(base, args.kv.head_dim, scores, weights);
    add_values(args, base, weights);
  }

  __device__ void score(const AttentionArgs& args, std::int32_t base, float (&scores)[8][4]) const {
    const auto* keys = static_cast<const Element*>(args.kv.data);
    const int group = lane_id() / 4;
    INFERLAB_UNROLL for (int j = 0; j < 8; ++j) {
      INFERLAB_UNROLL for (int i = 0; i < 4; ++i) scores[j][i] = 0.0F;
      const std::int32_t key = base + j / 2 * 16 + group / 2 * 4 + j % 2 * 2 + group % 2;
      const bool there = key < limit;
      const Element* from = keys;
      if (there) {
        from += args.kv.key(table[key >> args.kv.block_shift], args.layer, kv_head,
                            key & (args.kv.block_size() - 1));
      }
      INFERLAB_UNROLL for (int c = 0; c < kDim / 32; ++c) {
        const int element = c * 32 + lane_id() % 4 * 8;
        uint4 value = uint4{0, 0, 0, 0};
        if (there && element < args.kv.head_dim) value = Type::load_eight(from + element);
        mma<Type>(scores[j], q[c][0], value.x, value.y);
        mma<Type>(scores[j], q[c][1], value.z, value.w);
      }
    }
  }

  /// Scores become weights, the left operand of the second product; what came before is rescaled.
  __device__ void weigh(std::int32_t base, std::int32_t head_dim, float (&scores)[8][4],
                        std::uint32_t (&weights)[4][4]) {
    constexpr float kLog2E = 1.44269504F;
    const float scale = kLog2E * Type::kUnit / sqrtf(static_cast<float>(head_dim));
    const int member = lane_id() % 4;
    float largest[2] = {state[0].largest, state[1].largest};
    INFERLAB_UNROLL for (int j = 0; j < 8; ++j) {
      INFERLAB_UNROLL for (int i = 0; i < 4; ++i) {
        const std::int32_t key = base + j / 2 * 16 + member * 4 + j % 2 * 2 + i % 2;
        scores[j][i] = key <= positions[i / 2] ? scores[j][i] * scale : -INFINITY;
        largest[i / 2] = fmaxf(largest[i / 2], scores[j][i]);
      }
    }
    float correction[2];
    float reference[2];
    INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
      largest[r] = fmaxf(largest[r], __shfl_xor_sync(kAllLanes, largest[r], 1));
      largest[r] = fmaxf(largest[r], __shfl_xor_sync(kAllLanes, largest[r], 2));
      reference[r] = largest[r] == -INFINITY ? 0.0F : largest[r];
      correction[r] = exp2_approx(state[r].largest - reference[r]);
      state[r].largest = largest[r];
    }
    float sums[2] = {};
    INFERLAB_UNROLL for (int j = 0; j < 8; ++j) {
      INFERLAB_UNROLL for (int i = 0; i < 4; ++i) {
        scores[j][i] = exp2_approx(scores[j][i] - reference[i / 2]);
        sums[i / 2] += scores[j][i];
      }
    }
    INFERLAB_UNROLL for (int r = 0; r < 2; ++r) {
      state[r].sum = fmaf(state[r].sum, correction[r], sums[r]);
    }
    INFERLAB_UNROLL for (int d = 0; d < kDim / 8; ++d) {
      INFERLAB_UNROLL for (int i = 0; i < 4; ++i) out[d][i] *= correction[i / 2];
    }
    INFERLAB_UNROLL for (int g = 0; g < 4; ++g) {
      INFERLAB_UNROLL for (int half = 0; half < 2; ++half) {
        const float(&from)[4] = scores[2 * g + half];
        weights[g][2 * half] = Type::pack(from[0], from[1]);
        weights[g][2 * half + 1] = Type::pack(from[2], from[3]);
      }
    }
  }

  __device__ void add_values(const AttentionArgs& args, std::int32_t base,
                             const std::uint32_t (&weights)[4][4]) {
    const auto* values = static_cast<const Element*>(args.kv.data);
    const int group = lane_id() / 4;
    INFERLAB_UNROLL for (int g = 0; g < 4; ++g) {
      const std::int32_t key = base + g * 16 + lane_id() % 4 * 4;
      const bool there = key < limit;
      const Element* from = values;
      if (there) {
        from += args.kv.value(table[key >> args.kv.block_shift], args.layer, kv_head, group,
                              key & (args.kv.block_size() - 1));
      }
      // What is behind the last key may be anything.
      const std::int32_t left = limit - key;
      const std::uint32_t low_mask = left >= 2 ? ~0U : 0xffffU;
      const std::uint32_t high_mask = left >= 4 ? ~0U : left == 3 ? 0xffffU : 0U;
      INFERLAB_UNROLL for (int d = 0; d < kDim / 8; ++d) {
        uint2 four = uint2{0, 0};
        if (there && d * 8 + group < args.kv.head_dim) {
          four = Type::load_four(from + (std::int64_t{d * 8} << args.kv.block_shift));
          four.x &= low_mask;
          four.y &= high_mask;
        }
        mma<Type>(out[d], weights[g], four.x, four.y);
      }
    }
  }
};

/// Calls `body` with the type of the cache and the kernels' size for a head's size.
template <typename Body>
auto with_head(KvType type, std::int32_t head_dim, const Body& body) {
  const auto with_type = [&]<typename Type>(Type*) {
    if (head_dim <= 32) return body.template operator()<Type, 32>();
    if (head_dim <= 64) return body.template operator()<Type, 64>();
    if (head_dim <= 128) return body.template operator()<Type, 128>();
    return body.template operator()<Type, 256>();
  };
  if (type == KvType::kFp8) return with_type(static_cast<CachedFp8*>(nullptr));
  if (type == KvType::kBF16) return with_type(static_cast<CachedWords<Bf16>*>(nullptr));
  return with_type(static_cast<CachedWords<F16>*>(nullptr));
}

}  // namespace inferlab::cuda
