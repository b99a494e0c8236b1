#include "engine/model/quantize_model.h"

#include <cstddef>
#include <string_view>

#include "engine/formats/quants.h"

namespace inferlab {
namespace {

constexpr std::string_view kFileType = "general.file_type";

/// llama.cpp's number of a file whose matrices are mostly of this type.
std::uint32_t file_type(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return 0;
    case TensorType::kF16:
      return 1;
    case TensorType::kQ4_0:
      return 2;
    case TensorType::kQ8_0:
      return 7;
    case TensorType::kQ4_K:
      return 14;  // Q4_K_S
    case TensorType::kQ5_K:
      return 16;  // Q5_K_S
    case TensorType::kQ6_K:
      return 18;
    case TensorType::kBF16:
      return 32;
  }
  return 0;
}

bool fits(const GgufTensor& tensor, TensorType type) {
  return tensor.columns() % tensor_block(type).elements == 0;
}

TensorType type_for(const GgufTensor& tensor, TensorType type, bool tied) {
  if (tensor.shape.size() < 2) return tensor.type;  // norms and biases
  const bool is_output = tensor.name == (tied ? "token_embd.weight" : "output.weight");
  const bool is_small = type == TensorType::kQ4_K || type == TensorType::kQ5_K;
  if (is_output && is_small && fits(tensor, TensorType::kQ6_K)) return TensorType::kQ6_K;
  for (const TensorType candidate : {type, TensorType::kQ8_0}) {
    if (fits(tensor, candidate)) return candidate;
  }
  return TensorType::kF16;
}

}  // namespace

GgufWriter quantize_model(const Model& model, TensorType type, const QuantizeProgress& progress) {
  GgufWriter writer;
  for (const GgufValue& value : model.file.values()) {
    if (value.key != kFileType && value.key != "general.alignment") writer.add(value);
  }
  writer.add(kFileType, file_type(type));
  std::int64_t done = 0;
  for (const GgufTensor& tensor : model.file.tensors()) {
    const TensorBlock block = tensor_block(tensor.type);
    const std::int64_t row_bytes = tensor.columns() / block.elements * block.bytes;
    writer.add_tensor(tensor.name, tensor.shape,
                      type_for(tensor, type, model.weights.tied_embeddings),
                      [&](std::int64_t row, std::span<float> out) {
                        decode_elements(tensor.type, tensor.data.data() + row * row_bytes, out);
                      });
    progress(++done, std::ssize(model.file.tensors()));
  }
  return writer;
}

}  // namespace inferlab
