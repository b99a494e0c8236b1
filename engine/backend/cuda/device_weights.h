#pragma once

#include <cstdint>
#include <vector>

#include "engine/backend/cuda/device_array.h"
#include "engine/backend/cuda/device_matrix.h"
#include "engine/backend/cuda/weight_stream.h"
#include "engine/base/result.h"
#include "engine/model/model_weights.h"

namespace inferlab::cuda {

/// A matrix, and from which column of the result on its rows go. Neighbours of one type, as those
/// of queries, keys and values mostly are, are one matrix.
struct LinearPart {
  DeviceMatrix matrix;
  std::int64_t first_output = 0;
};
using LinearParts = std::vector<LinearPart>;

struct DeviceLayer {
  const float* attn_norm = nullptr;
  LinearParts qkv;
  const float* qkv_bias = nullptr;  // [q_size + 2 kv_size]; null: none
  const float* q_norm = nullptr;    // [head_dim]; null: none
  const float* k_norm = nullptr;
  LinearParts attn_output;
  const float* ffn_norm = nullptr;
  LinearParts gate_up;
  LinearParts down;
};

/// All weights of a model in the device's memory.
class DeviceWeights {
 public:
  /// kExhausted when the device's memory does not suffice.
  static Result<DeviceWeights> load(const ModelWeights& weights);

  [[nodiscard]] const DeviceMatrix& token_embd() const { return token_embd_; }
  [[nodiscard]] const float* output_norm() const { return output_norm_; }
  [[nodiscard]] const LinearParts& output() const { return output_; }
  [[nodiscard]] const std::vector<DeviceLayer>& layers() const { return layers_; }
  [[nodiscard]] const LoadReport& report() const { return report_; }
  /// The most elements that a matrix of a layer has, of those that are packed; 0: there is none.
  [[nodiscard]] std::int64_t largest_packed() const { return largest_packed_; }

 private:
  DeviceArray<std::uint8_t> matrices_;
  DeviceArray<float> vectors_;
  DeviceMatrix token_embd_;
  const float* output_norm_ = nullptr;
  LinearParts output_;
  std::vector<DeviceLayer> layers_;
  LoadReport report_;
  std::int64_t largest_packed_ = 0;
};

}  // namespace inferlab::cuda
