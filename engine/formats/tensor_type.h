#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace inferlab {

/// How the elements of a tensor are stored, with GGUF's own numbers. Only what the engine computes
/// with; other types are read as `std::nullopt` and the tensor is refused by name.
/// Source: GGUF specification (ggml/docs/gguf.md), `ggml_type`.
enum class TensorType : std::uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,   ///< blocks of 32 elements: one f16 scale, then 4 bits each
  kQ8_0 = 8,   ///< blocks of 32 elements: one f16 scale, then 32 int8
  kQ4_K = 12,  ///< blocks of 256: scales and minima of 32 each, then 4 bits each
  kQ5_K = 13,  ///< the same with 5 bits
  kQ6_K = 14,  ///< blocks of 256: scales of 16 each, then 6 bits each
  kBF16 = 30,
};

/// Elements of one row are stored in whole blocks of `elements`, each `bytes` long.
struct TensorBlock {
  std::int64_t elements;
  std::int64_t bytes;
};

std::optional<TensorType> tensor_type_from_gguf(std::uint32_t number);
TensorBlock tensor_block(TensorType type);
/// "F32", "Q8_0", "Q4_K".
std::string_view tensor_type_name(TensorType type);
/// ggml's name of any type number, supported or not ("Q4_K"), for error messages; "type 99" is left
/// to the caller where this is empty.
std::string_view ggml_type_name(std::uint32_t number);

}  // namespace inferlab
