#pragma once

#include <span>
#include <vector>

#include "engine/backend/encoder.h"

namespace inferlab::reference {

/// A BERT-like encoder in plain code: weights read where they are mapped, activations in fp32, one
/// thread. Gives the same bits on every machine.
class ReferenceEncoder final : public Encoder {
 public:
  explicit ReferenceEncoder(const EncoderWeights& weights) : weights_(&weights) {}

  Result<void> encode(const EncoderBatch& batch, std::span<float> states) override;

 private:
  void embed(const EncoderBatch& batch);
  void attend(std::int64_t first_row, std::int64_t length);
  void attention_part(const EncoderBatch& batch, const EncoderLayerWeights& layer);
  void ffn_part(const EncoderLayerWeights& layer, std::int64_t num_rows);
  /// hidden_ = norm(hidden_ + term).
  void add_and_norm(const std::vector<float>& term, const LayerNormWeights& norm);
  /// y = W x + bias for all rows of x.
  void linear(const LinearWeights& layer, const std::vector<float>& x, std::int64_t num_rows,
              std::vector<float>& y);

  const EncoderWeights* weights_;
  std::vector<float> hidden_;
  std::vector<float> q_;
  std::vector<float> k_;
  std::vector<float> v_;
  std::vector<float> attended_;
  std::vector<float> ffn_;
  std::vector<float> projected_;
  std::vector<float> scratch_;  // one decoded row of weights
};

}  // namespace inferlab::reference
