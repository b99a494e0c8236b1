#include "engine/model/quantize_model.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/formats/mapped_file.h"
#include "engine/formats/quantize.h"
#include "engine/formats/quants.h"

namespace inferlab {
namespace {

constexpr std::string_view kFileType = "general.file_type";
constexpr std::string_view kQuantizationVersion = "general.quantization_version";

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

TensorType type_for(const GgufTensor& tensor, std::optional<TensorType> type, bool tied) {
  if (!type || tensor.rows() == 1) return tensor.type;  // norms and biases never change
  // An encoder's, whose rows are added and not multiplied; llama.cpp leaves them as they are too.
  if (tensor.name == "position_embd.weight" || tensor.name == "token_types.weight") {
    return tensor.type;
  }
  const bool is_output = tensor.name == (tied ? "token_embd.weight" : "output.weight");
  const bool is_small = type == TensorType::kQ4_K || type == TensorType::kQ5_K;
  if (is_output && is_small && fits(tensor, TensorType::kQ6_K)) return TensorType::kQ6_K;
  for (const TensorType candidate : {*type, TensorType::kQ8_0}) {
    if (fits(tensor, candidate)) return candidate;
  }
  return TensorType::kF16;
}

/// The type of most of the weights.
TensorType most_common_type(const GgufFile& file) {
  std::map<TensorType, std::int64_t> elements;
  for (const GgufTensor& tensor : file.tensors()) {
    if (tensor.rows() > 1) elements[tensor.type] += tensor.columns() * tensor.rows();
  }
  const auto most =
      std::ranges::max_element(elements, {}, [](const auto& each) { return each.second; });
  return most == elements.end() ? TensorType::kF32 : most->first;
}

/// Where the rows of a tensor come from when heads turn halves and the file is to have adjacent
/// pairs: row 2 i of a head was row i, row 2 i + 1 was row i + rope_dim / 2.
class RowOrder {
 public:
  RowOrder() = default;
  explicit RowOrder(const LlamaConfig& config)
      : head_dim_(config.head_dim), rope_dim_(config.rope_dim) {}

  [[nodiscard]] bool changes() const { return head_dim_ > 0; }
  [[nodiscard]] std::int64_t source(std::int64_t row) const {
    if (!changes()) return row;
    const std::int64_t in_head = row % head_dim_;
    if (in_head >= rope_dim_) return row;
    return row - in_head + in_head % 2 * (rope_dim_ / 2) + in_head / 2;
  }

 private:
  std::int64_t head_dim_ = 0;
  std::int64_t rope_dim_ = 0;
};

/// Gives pieces of `tensor` in `type`, its rows in `order`. With `mapped` what was read goes out of
/// memory again: of a model larger than that, too, no more than a piece stays there.
GgufWriter::ReadRows reader_of(const GgufTensor& tensor, TensorType type, const RowOrder& order,
                               bool mapped) {
  const TensorBlock block = tensor_block(tensor.type);
  const std::int64_t row_bytes = tensor.columns() / block.elements * block.bytes;
  return [&tensor, type, order, mapped, row_bytes](std::int64_t first, std::int64_t count,
                                                   std::vector<std::byte>& out) {
    const auto bytes = static_cast<std::size_t>(row_bytes);
    std::vector<float> values;
    if (type != tensor.type) values.resize(static_cast<std::size_t>(tensor.columns()));
    for (std::int64_t row = first; row < first + count; ++row) {
      const auto from =
          tensor.data.subspan(static_cast<std::size_t>(order.source(row)) * bytes, bytes);
      if (type == tensor.type) {
        out.insert(out.end(), from.begin(), from.end());
      } else {
        decode_elements(tensor.type, from.data(), values);
        encode_elements(type, values, out);
      }
    }
    if (!mapped) return;
    drop_pages(tensor.data.subspan(static_cast<std::size_t>(first) * bytes,
                                   static_cast<std::size_t>(count) * bytes));
  };
}

/// A vector of biases is reordered by element: to the writer it is a row of them.
GgufWriter::ReadRows bias_reader_of(const GgufTensor& tensor, const RowOrder& order) {
  return [&tensor, order](std::int64_t, std::int64_t, std::vector<std::byte>& out) {
    for (std::int64_t i = 0; i < tensor.columns(); ++i) {
      const auto from = tensor.data.subspan(
          static_cast<std::size_t>(order.source(i)) * sizeof(float), sizeof(float));
      out.insert(out.end(), from.begin(), from.end());
    }
  };
}

bool turns(std::string_view name) {
  return name.find(".attn_q.") != std::string_view::npos ||
         name.find(".attn_k.") != std::string_view::npos;
}

void add_values(const Model& model, GgufWriter& writer) {
  const LlamaConfig& config = model.config();
  const std::string scaling = config.architecture + ".rope.scaling.";
  for (const GgufValue& value : model.file.values()) {
    const bool is_ours = value.key == kFileType || value.key == kQuantizationVersion ||
                         value.key == "general.alignment" || value.key == kRopePairsKey ||
                         (config.rope_scaling.llama3 && value.key.starts_with(scaling));
    if (!is_ours) writer.add(value);
  }
}

}  // namespace

GgufWriter quantize_model(const Model& model, std::optional<TensorType> type) {
  const LlamaConfig& config = model.config();
  GgufWriter writer;
  add_values(model, writer);
  writer.add(kFileType, file_type(type.value_or(most_common_type(model.file))));
  writer.add(kQuantizationVersion, std::uint32_t{2});  // ggml's GGML_QNT_VERSION
  const bool reorders = rope_pairs_of(config.architecture) == RopePairs::kAdjacent &&
                        config.rope_pairs == RopePairs::kHalves;
  for (const GgufTensor& tensor : model.file.tensors()) {
    const TensorType to = type_for(tensor, type, model.weights.tied_embeddings);
    const RowOrder order = reorders && turns(tensor.name) ? RowOrder(config) : RowOrder();
    const bool is_bias = order.changes() && tensor.rows() == 1;
    writer.add_tensor_later(tensor.name, tensor.shape, to,
                            is_bias ? bias_reader_of(tensor, order)
                                    : reader_of(tensor, to, order, model.file.is_mapped()));
  }
  if (model.weights.computed_rope_freqs) {
    const std::vector<float>& factors = *model.weights.computed_rope_freqs;
    writer.add_tensor("rope_freqs.weight", std::array<std::int64_t, 1>{std::ssize(factors)},
                      TensorType::kF32, factors);
  }
  return writer;
}

}  // namespace inferlab
