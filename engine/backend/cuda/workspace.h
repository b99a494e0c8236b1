#pragma once

#include <array>
#include <cstdint>

#include "engine/backend/cuda/activation_rows.h"
#include "engine/backend/cuda/device_array.h"
#include "engine/base/result.h"
#include "engine/model/llama_config.h"

namespace inferlab::cuda {

/// Rows that go through the matrices of the feed-forward part at once: their intermediate results
/// are the largest of all.
inline constexpr std::int64_t kFfnRows = 2048;

/// Activations of a step, kept between steps. Places only move when they must grow.
class Workspace {
 public:
  struct Needs {
    std::int64_t rows = 0;
    std::int64_t sampled = 0;
    std::int64_t partial_rows = 0;      ///< of attention
    std::int64_t dequantized = 0;       ///< elements of the largest matrix; 0 without a library
    std::int64_t kv_element_bytes = 2;  ///< queries are in the cache's type
    std::array<bool, kNumForms> forms{};
  };
  /// True when something has moved. Nothing may be queued that uses it.
  Result<bool> reserve(const LlamaConfig& config, const Needs& needs);

  /// Rows of `width` columns in this form.
  [[nodiscard]] ActivationRows rows(Form form, std::int64_t width) const {
    const FormRows& from = forms_[static_cast<std::size_t>(form)];
    return {.values = from.values.data(),
            .scales = from.scales.data(),
            .sums = from.sums.data(),
            .stride = form_stride(form, width)};
  }

  DeviceArray<float> hidden;    // [rows, hidden_size]: the residual stream
  DeviceArray<float> delta;     // [rows, hidden_size]: what is added to it next
  DeviceArray<float> qkv;       // [rows, q_size + 2 kv_size]
  DeviceArray<std::uint8_t> q;  // [rows, q_size] in the cache's type
  DeviceArray<float> attended;  // [rows, q_size]
  DeviceArray<float> gate_up;   // [up to kFfnRows, 2 ffn_size]
  DeviceArray<float> logits;    // [sampled, vocab_size]
  DeviceArray<float> partials;  // [partial_rows, head_dim]
  DeviceArray<float2> partial_sums;
  DeviceArray<std::uint16_t> dequantized;

 private:
  struct FormRows {
    DeviceArray<std::uint8_t> values;
    DeviceArray<float> scales;
    DeviceArray<std::uint32_t> sums;
  };
  std::array<FormRows, kNumForms> forms_;
};

}  // namespace inferlab::cuda
