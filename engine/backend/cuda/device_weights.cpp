#include "engine/backend/cuda/device_weights.h"

#include <algorithm>
#include <cstring>

namespace inferlab::cuda {
namespace {

constexpr std::int64_t kAlignment = 256;

/// Finds the places first, so that all matrices are one piece of memory.
class Placer {
 public:
  /// `base` is null in the round that only counts.
  explicit Placer(std::uint8_t* base) : base_(base) {}

  DeviceMatrix place(const Matrix& from) {
    used_ = round_up(used_, kAlignment);
    return append(from);
  }

  /// Matrices with the same input, one result behind the other. One that ends with a whole tile
  /// goes on in the next, if that is of its type.
  LinearParts place_together(std::initializer_list<const Matrix*> matrices) {
    LinearParts parts;
    std::int64_t output = 0;
    for (const Matrix* from : matrices) {
      const bool joins = !parts.empty() && parts.back().matrix.type == from->type &&
                         parts.back().matrix.rows % kTileRows == 0;
      if (joins) {
        append(*from);
        parts.back().matrix.rows += from->rows;
      } else {
        parts.push_back({.matrix = place(*from), .first_output = output});
      }
      output += from->rows;
    }
    return parts;
  }

  [[nodiscard]] std::int64_t bytes() const { return used_; }
  [[nodiscard]] const std::vector<WeightJob>& jobs() const { return jobs_; }

 private:
  DeviceMatrix append(const Matrix& from) {
    std::uint8_t* to = base_ + used_;
    used_ += matrix_bytes(from.type, from.rows, from.columns);
    jobs_.push_back({.from = from, .to = to});
    return {.type = from.type,
            .rows = from.rows,
            .columns = from.columns,
            .stride = matrix_stride(from.type, from.columns),
            .data = to};
  }

  std::uint8_t* base_;
  std::int64_t used_ = 0;
  std::vector<WeightJob> jobs_;
};

/// The vectors of a model (norms, biases), F32 as the file has them, in one piece.
class VectorPlacer {
 public:
  /// Offset of the first element.
  std::size_t add(std::initializer_list<const Matrix*> vectors) {
    values_.resize((values_.size() + 3) / 4 * 4);
    const std::size_t first = values_.size();
    for (const Matrix* vector : vectors) {
      const std::size_t at = values_.size();
      values_.resize(at + static_cast<std::size_t>(vector->columns));
      std::memcpy(values_.data() + at, vector->data.data(), vector->data.size());
    }
    return first;
  }
  [[nodiscard]] const std::vector<float>& values() const { return values_; }

 private:
  std::vector<float> values_;
};

struct Matrices {
  DeviceMatrix token_embd;
  LinearParts output;
  std::vector<DeviceLayer> layers;
};

Matrices place_matrices(const ModelWeights& weights, Placer& placer) {
  Matrices out;
  out.token_embd = placer.place(weights.token_embd);
  out.output = weights.tied_embeddings ? LinearParts{{.matrix = out.token_embd}}
                                       : placer.place_together({&weights.output});
  for (const LayerWeights& from : weights.layers) {
    DeviceLayer to;
    to.qkv = placer.place_together({&from.attn_q, &from.attn_k, &from.attn_v});
    to.attn_output = placer.place_together({&from.attn_output});
    to.gate_up = placer.place_together({&from.ffn_gate, &from.ffn_up});
    to.down = placer.place_together({&from.ffn_down});
    out.layers.push_back(std::move(to));
  }
  return out;
}

}  // namespace

Result<DeviceWeights> DeviceWeights::load(const ModelWeights& weights) {
  DeviceWeights out;
  Placer count(nullptr);
  (void)place_matrices(weights, count);
  INFERLAB_TRY(out.matrices_,
               DeviceArray<std::uint8_t>::create(static_cast<std::size_t>(count.bytes())));
  Placer placer(out.matrices_.data());
  Matrices matrices = place_matrices(weights, placer);
  out.token_embd_ = matrices.token_embd;
  out.output_ = std::move(matrices.output);
  out.layers_ = std::move(matrices.layers);

  VectorPlacer vectors;
  struct Offset {
    std::size_t at;
    const float** to;
  };
  std::vector<Offset> offsets = {{vectors.add({&weights.output_norm}), &out.output_norm_}};
  for (std::size_t i = 0; i < out.layers_.size(); ++i) {
    const LayerWeights& from = weights.layers[i];
    DeviceLayer& to = out.layers_[i];
    offsets.push_back({vectors.add({&from.attn_norm}), &to.attn_norm});
    offsets.push_back({vectors.add({&from.ffn_norm}), &to.ffn_norm});
    if (weights.config.has_qkv_bias) {
      offsets.push_back(
          {vectors.add({&from.attn_q_bias, &from.attn_k_bias, &from.attn_v_bias}), &to.qkv_bias});
    }
    if (weights.config.has_qk_norm) {
      offsets.push_back({vectors.add({&from.attn_q_norm}), &to.q_norm});
      offsets.push_back({vectors.add({&from.attn_k_norm}), &to.k_norm});
    }
    for (const LinearParts* parts : {&to.qkv, &to.attn_output, &to.gate_up, &to.down}) {
      for (const LinearPart& part : *parts) {
        if (!is_packed(part.matrix.type)) continue;
        out.largest_packed_ = std::max(out.largest_packed_, part.matrix.rows * part.matrix.columns);
      }
    }
  }
  INFERLAB_TRY(out.vectors_, DeviceArray<float>::from(vectors.values()));
  for (const Offset& offset : offsets) *offset.to = out.vectors_.data() + offset.at;
  INFERLAB_TRY(out.report_, stream_weights(placer.jobs(), weights.mapped));
  return out;
}

}  // namespace inferlab::cuda
