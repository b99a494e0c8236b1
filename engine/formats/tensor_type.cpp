#include "engine/formats/tensor_type.h"

#include <array>

namespace inferlab {

std::optional<TensorType> tensor_type_from_gguf(std::uint32_t number) {
  switch (static_cast<TensorType>(number)) {
    case TensorType::kF32:
    case TensorType::kF16:
    case TensorType::kQ4_0:
    case TensorType::kQ8_0:
    case TensorType::kQ4_K:
    case TensorType::kQ5_K:
    case TensorType::kQ6_K:
    case TensorType::kBF16:
      return static_cast<TensorType>(number);
  }
  return std::nullopt;
}

TensorBlock tensor_block(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return {.elements = 1, .bytes = 4};
    case TensorType::kF16:
    case TensorType::kBF16:
      return {.elements = 1, .bytes = 2};
    case TensorType::kQ4_0:
      return {.elements = 32, .bytes = 18};
    case TensorType::kQ4_K:
      return {.elements = 256, .bytes = 144};
    case TensorType::kQ5_K:
      return {.elements = 256, .bytes = 176};
    case TensorType::kQ6_K:
      return {.elements = 256, .bytes = 210};
    case TensorType::kQ8_0:
      return {.elements = 32, .bytes = 34};
  }
  return {.elements = 1, .bytes = 4};
}

std::string_view tensor_type_name(TensorType type) {
  return ggml_type_name(static_cast<std::uint32_t>(type));
}

std::string_view ggml_type_name(std::uint32_t number) {
  // 4, 5 and 31 to 33, 36 to 38 were given up by ggml.
  constexpr std::array<std::string_view, 40> kNames = {
      "F32",     "F16",    "Q4_0",    "Q4_1",  "",       "",      "Q5_0",  "Q5_1",
      "Q8_0",    "Q8_1",   "Q2_K",    "Q3_K",  "Q4_K",   "Q5_K",  "Q6_K",  "Q8_K",
      "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS",
      "I8",      "I16",    "I32",     "I64",   "F64",    "IQ1_M", "BF16",  "",
      "",        "",       "TQ1_0",   "TQ2_0", "",       "",      "",      "MXFP4"};
  return number < kNames.size() ? kNames[number] : std::string_view{};
}

}  // namespace inferlab
