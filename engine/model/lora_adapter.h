#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/huggingface/adapter_folder.h"
#include "engine/model/llama_config.h"
#include "engine/model/matrix.h"

namespace inferlab {

/// The linear layers of a transformer layer that an adapter may add to.
enum class LoraTarget : std::uint8_t { kQ, kK, kV, kAttnOutput, kGate, kUp, kDown };
inline constexpr std::size_t kNumLoraTargets = 7;

/// What is added to y = W x: scale * B (A x). F32, F16 or BF16.
struct LoraPair {
  Matrix a;  // [rank, columns of W]
  Matrix b;  // [rows of W, rank]
  float scale = 0;

  /// Whether the adapter has the target at all.
  [[nodiscard]] bool is_set() const { return a.rows > 0; }
};

/// A low-rank adapter for one model: matrices whose product is added to the weights of some linear
/// layers. Copied from its files, every number finite, every shape the model's, rows of queries and
/// keys in the model's order (LlamaConfig::rope_pairs), so that nothing is left to be checked.
/// Source: LoRA (Hu et al., 2021), section 4.1.
struct LoraAdapter {
  using Layer = std::array<LoraPair, kNumLoraTargets>;
  std::vector<Layer> layers;
  std::int32_t rank = 0;           ///< the largest
  std::vector<std::byte> storage;  ///< what the matrices point into

  LoraAdapter() = default;
  LoraAdapter(LoraAdapter&&) = default;  // the storage stays where it is
  LoraAdapter& operator=(LoraAdapter&&) = default;
  LoraAdapter(const LoraAdapter&) = delete;
  LoraAdapter& operator=(const LoraAdapter&) = delete;

  /// A folder that PEFT has saved, or a GGUF file of llama.cpp's kind. kNotFound when there is
  /// none; kInvalid names the file and the field or tensor, also for a rank above `max_rank`.
  static Result<LoraAdapter> open(const std::string& path, const LlamaConfig& model,
                                  std::int32_t max_rank);
  static Result<LoraAdapter> from_folder(const huggingface::AdapterFolder& folder,
                                         const LlamaConfig& model, std::int32_t max_rank);
  /// Source of the keys and of the names of tensors: llama.cpp, convert_lora_to_gguf.py and
  /// src/llama-adapter.cpp.
  static Result<LoraAdapter> from_gguf(const GgufFile& file, const LlamaConfig& model,
                                       std::int32_t max_rank);

  [[nodiscard]] const LoraPair& pair(std::size_t layer, LoraTarget target) const {
    return layers[layer][static_cast<std::size_t>(target)];
  }
  /// Equal for equal matrices and scales. Not against an adversary.
  [[nodiscard]] std::uint64_t fingerprint() const;
};

/// The shape of the target's weights.
struct LoraTargetShape {
  std::int64_t rows;
  std::int64_t columns;
};
LoraTargetShape lora_target_shape(LoraTarget target, const LlamaConfig& model);

}  // namespace inferlab
