#include "engine/model/lora_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/formats/quants.h"

namespace inferlab {
namespace {

constexpr std::int64_t kAlignment = alignof(std::max_align_t);  // a vector's own

// By LoraTarget.
constexpr std::string_view kWeights[kNumLoraTargets] = {
    "attn_q.weight",   "attn_k.weight", "attn_v.weight",  "attn_output.weight",
    "ffn_gate.weight", "ffn_up.weight", "ffn_down.weight"};

bool turns(LoraTarget target) {
  return target == LoraTarget::kQ || target == LoraTarget::kK;
}

/// The type in which the matrix is kept.
TensorType kept_type(TensorType type) {
  return tensor_block(type).elements > 1 ? TensorType::kF32 : type;
}

std::int64_t kept_bytes(const Matrix& matrix) {
  const std::int64_t bytes =
      matrix.rows * matrix.columns * tensor_block(kept_type(matrix.type)).bytes;
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

LoraBuilder::LoraBuilder(const LlamaConfig& model, std::string file, RopePairs order,
                         std::int32_t max_rank)
    : model_(model), file_(std::move(file)), order_(order), max_rank_(max_rank) {}

Error LoraBuilder::error_at(const std::string& tensor, std::string_view why,
                            std::string hint) const {
  return Error{ErrorKind::kInvalid, fmt::format("{}: tensor {}: {}", file_, printable(tensor), why),
               std::move(hint)};
}

Result<LoraBuilder::Place> LoraBuilder::place_of(const Part& part) const {
  std::string_view rest = part.weights;
  std::size_t layer = 0;
  if (rest.starts_with("blk.")) {
    rest.remove_prefix(4);
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), layer);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    const bool is_plain = code == std::errc() && rest.substr(0, digits) == fmt::format("{}", layer);
    const std::string_view name = rest.substr(std::min(rest.size(), digits + 1));
    const auto* found = std::ranges::find(kWeights, name);
    if (is_plain && digits < rest.size() && rest[digits] == '.' && found != std::end(kWeights)) {
      if (std::cmp_less(layer, model_.num_layers)) {
        return Place{.layer = layer, .target = static_cast<LoraTarget>(found - kWeights)};
      }
      return error_at(part.name, fmt::format("the model has {} layers", model_.num_layers),
                      "the adapter is of another model");
    }
  }
  return error_at(part.name,
                  "is not supported: adapters are added to the linear layers of attention and MLP "
                  "alone");
}

Result<void> LoraBuilder::check_shape(const Part& part, LoraTarget target) const {
  if (part.rank > max_rank_) {
    // The sentence is vLLM's.
    return error_at(
        part.name,
        fmt::format("LoRA rank {} is greater than max_lora_rank {}.", part.rank, max_rank_),
        fmt::format("give --max-lora-rank {}, or an adapter of a smaller rank", part.rank));
  }
  const LoraTargetShape shape = lora_target_shape(target, model_);
  const std::int64_t rows = part.is_b ? shape.rows : part.rank;
  const std::int64_t columns = part.is_b ? part.rank : shape.columns;
  if (part.matrix.rows == rows && part.matrix.columns == columns) return {};
  return error_at(part.name,
                  fmt::format("is {} x {}, the model asks for {} x {}", part.matrix.rows,
                              part.matrix.columns, rows, columns),
                  "the adapter is of another model");
}

Result<void> LoraBuilder::add(Part part) {
  INFERLAB_TRY(const Place place, place_of(part));
  INFERLAB_TRY_VOID(check_shape(part, place.target));
  parts_.push_back(std::move(part));
  return {};
}

Result<std::vector<LoraBuilder::Slots>> LoraBuilder::paired() const {
  std::vector<Slots> layers(static_cast<std::size_t>(model_.num_layers));
  for (const Part& part : parts_) {
    INFERLAB_TRY(const Place place, place_of(part));
    const Part*& slot =
        layers[place.layer][static_cast<std::size_t>(place.target)][part.is_b ? 1 : 0];
    if (slot != nullptr) return error_at(part.name, "is there twice");
    slot = &part;
  }
  for (const Slots& layer : layers) {
    for (const auto& [a, b] : layer) {
      if ((a == nullptr) != (b == nullptr)) {
        return error_at((a == nullptr ? b : a)->name,
                        fmt::format("has no {} beside it", a == nullptr ? "A" : "B"),
                        "the adapter was saved wrongly or is damaged");
      }
      if (a != nullptr && a->rank != b->rank) {
        return error_at(b->name, fmt::format("has the rank {}, its A has {}", b->rank, a->rank));
      }
    }
  }
  return layers;
}

std::int64_t LoraBuilder::source_row(const Part& part, LoraTarget target, std::int64_t row) const {
  if (!part.is_b || !turns(target) || order_ == model_.rope_pairs) return row;
  const std::int64_t in_head = row % model_.head_dim;
  const std::int64_t half = model_.rope_dim / 2;
  if (in_head >= 2 * half) return row;
  const std::int64_t head = row - in_head;
  // Element 2 i of a head with adjacent pairs is element i of one with halves, 2 i + 1 is i + half.
  return order_ == RopePairs::kHalves ? head + in_head % 2 * half + in_head / 2
                                      : head + in_head % half * 2 + in_head / half;
}

Result<Matrix> LoraBuilder::copy(const Part& part, LoraTarget target, LoraAdapter& adapter) const {
  const Matrix& from = part.matrix;
  Matrix to = {
      .type = kept_type(from.type), .rows = from.rows, .columns = from.columns, .data = {}};
  const std::size_t begin = adapter.storage.size();
  // Room was made for all of them: the storage does not move.
  adapter.storage.resize(begin + static_cast<std::size_t>(kept_bytes(from)));
  INFERLAB_CHECK(adapter.storage.size() <= adapter.storage.capacity());
  std::byte* const at = adapter.storage.data() + begin;
  std::vector<float> values(static_cast<std::size_t>(from.columns));
  for (std::int64_t row = 0; row < from.rows; ++row) {
    const std::byte* source = from.row(source_row(part, target, row));
    decode_elements(from.type, source, values);
    const auto bad = std::ranges::find_if(values, [](float x) { return !std::isfinite(x); });
    if (bad != values.end()) {
      return error_at(part.name, fmt::format("row {}, column {}: is no finite number",
                                             source_row(part, target, row), bad - values.begin()));
    }
    const void* bytes = to.type == from.type ? static_cast<const void*>(source) : values.data();
    std::memcpy(at + row * to.row_bytes(), bytes, static_cast<std::size_t>(to.row_bytes()));
  }
  to.data = {at, static_cast<std::size_t>(to.rows * to.row_bytes())};
  return to;
}

Result<LoraAdapter> LoraBuilder::finish() {
  if (parts_.empty()) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: has no matrices of an adapter", file_)};
  }
  INFERLAB_TRY(const std::vector<Slots> layers, paired());
  LoraAdapter adapter;
  adapter.layers.resize(layers.size());
  std::int64_t bytes = 0;
  for (const Part& part : parts_) bytes += kept_bytes(part.matrix);
  adapter.storage.reserve(static_cast<std::size_t>(bytes));
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    for (std::size_t t = 0; t < kNumLoraTargets; ++t) {
      const auto& [a, b] = layers[layer][t];
      if (a == nullptr) continue;
      LoraPair& pair = adapter.layers[layer][t];
      INFERLAB_TRY(pair.a, copy(*a, static_cast<LoraTarget>(t), adapter));
      INFERLAB_TRY(pair.b, copy(*b, static_cast<LoraTarget>(t), adapter));
      pair.scale = static_cast<float>(a->scale);
      adapter.rank = std::max(adapter.rank, static_cast<std::int32_t>(a->rank));
    }
  }
  return adapter;
}

}  // namespace inferlab
