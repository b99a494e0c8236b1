#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/formats/tensor_type.h"

namespace inferlab::cpu {

/// Rows of weights that stand side by side in a panel, and lanes of a kernel's vectors.
inline constexpr std::int64_t kPanelRows = 16;
/// Columns that share one scale of the activations.
inline constexpr std::int64_t kSlabColumns = 32;
/// Columns of a K-quant's block.
inline constexpr std::int64_t kSuperColumns = 256;
/// Most rows of activations that a kernel takes at a time.
inline constexpr std::int64_t kTileRows = 6;

/// Panels of a packed weight matrix (packed_matrix.h says how they are laid out).
struct PanelSpan {
  const std::byte* first;
  std::int64_t panel_bytes;
  std::int64_t num_panels;
  std::int64_t num_rows;  ///< of the matrix in these panels: the last one may be partly filled
  std::int64_t columns;
};

/// A tile of 1, 2, 4 or 6 rows of activations (activations.h).
struct ActivationTile {
  std::int64_t num_rows;
  const float* floats;                  // [columns, num_rows]; for float weights
  const std::int8_t* quants;            // [columns / 4, num_rows, 4]; for quantised weights
  const float* scales;                  // [columns / 32, num_rows]
  const std::int32_t* negative_sums;    // [columns / 32, num_rows]: minus the sum of the quants
  const std::int32_t* first_half_sums;  // the same of the first 16 of each 32
};

/// Attention of some rows of one sequence for one KV head.
struct AttentionJob {
  const std::byte* const* key_tiles;    // by position / tile_slots
  const std::byte* const* value_tiles;  // the same
  std::int32_t tile_slots;              ///< positions in a tile: 16, or less
  std::int32_t head_dim;
  std::int32_t num_queries;  ///< rows * heads_per_kv
  std::int32_t heads_per_kv;
  std::int32_t first_position;  ///< of row 0
  float scale;
  const float* q;  // row r, head h at q + r * row_stride + h * head_dim
  float* out;      // the same
  std::int64_t row_stride;
  float* scores;  // scratch: [num_queries, score_stride]
  std::int64_t score_stride;
};

/// The inner loops of the CPU backend for one instruction set. What a row of activations gives does
/// not depend on the rows beside it, to the last bit; two instruction sets may differ in the last
/// bits. No function allocates or fails; arguments are checked by the callers.
struct Kernels {
  std::string_view name;  ///< "avx512-vnni"
  bool (*supported)();    ///< by this processor

  /// y[t * y_stride + r] = sum over c of w[r][c] * x[t][c].
  using Matmul = void (*)(const PanelSpan& w, const ActivationTile& x, float* y,
                          std::int64_t y_stride);
  /// Null for a type that has no kernel.
  Matmul (*matmul)(TensorType type);

  /// scales[b], quants[32 b ..]: the nearest multiples of a 127th of the largest magnitude of each
  /// 32 values. The scale is rounded to half precision, as in GGUF's Q8_0.
  void (*quantize)(const float* x, std::int64_t count, std::int8_t* quants, float* scales);
  void (*rms_norm)(const float* x, const float* weight, float eps, std::int64_t width, float* out);
  /// gate[i] = silu(gate[i]) * up[i].
  void (*swiglu)(float* gate, const float* up, std::int64_t count);
  /// out = (x - mean) / sqrt(variance + eps) * weight + bias; out may be x.
  void (*layer_norm)(const float* x, const float* weight, const float* bias, float eps,
                     std::int64_t width, float* out);
  /// x[i] = gelu(x[i] + bias[i]), with the error function and not its approximation by tanh.
  void (*gelu)(float* x, const float* bias, std::int64_t count);
  void (*attention_f32)(const AttentionJob& job);
  void (*attention_f16)(const AttentionJob& job);
  void (*attention_bf16)(const AttentionJob& job);
  void (*attention_fp8)(const AttentionJob& job);
  /// Tiles of signed bytes, each followed by its 16 positions' scales as floats.
  void (*attention_q8)(const AttentionJob& job);
};

/// One for each instruction set that this processor supports: the best first, and never none.
std::vector<const Kernels*> supported_kernels();

}  // namespace inferlab::cpu
