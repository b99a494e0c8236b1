#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/backend/reference/adapters.h"
#include "engine/backend/reference/attention.h"
#include "engine/backend/reference/kv_cache.h"
#include "engine/backend/rope.h"

namespace inferlab::reference {

/// The plain reference: F32, F16 and Q8_0 weights read where they are mapped, activations in fp32,
/// one thread. Gives the same bits on every machine (see dot.h and stable_math.h).
class ReferenceBackend final : public Backend {
 public:
  [[nodiscard]] DeviceInfo info() const override;
  Result<void> load(const ModelWeights& weights, const KvCacheShape& kv) override;
  Result<void> forward(const Batch& batch, std::span<float> logits) override;
  Result<void> embed(const Batch& batch, std::span<float> states) override;
  Result<void> enable_adapters(const AdapterRoom& room) override;
  Result<void> set_adapter(std::int32_t slot, std::shared_ptr<const LoraAdapter> adapter) override;
  Result<void> load_encoder(const EncoderWeights& weights) override;
  Result<void> encode(const EncoderBatch& batch, std::span<float> states) override;
  /// kInvalid when a block does not exist; nothing was copied then and the backend lives on.
  Result<void> copy_kv_blocks(std::span<const KvBlockCopy> copies) override;

 private:
  void run_layers(const Batch& batch);
  /// The sampled rows after the last norm.
  void finish_rows(const Batch& batch, std::span<float> states) const;
  void attention_part(const Batch& batch, std::int32_t layer);
  void ffn_part(const Batch& batch, std::int32_t index);

  const ModelWeights* weights_ = nullptr;
  std::optional<KvCache> cache_;
  std::unique_ptr<Encoder> encoder_;  // after load_encoder(), and nothing else then
  Rope rope_;
  Attention attention_;
  // Activations, kept between steps: [num_rows, ...].
  std::vector<float> hidden_;  // the residual stream
  std::vector<float> normed_;
  std::vector<float> q_;
  std::vector<float> k_;
  std::vector<float> v_;
  std::vector<float> attended_;
  std::vector<float> gate_;
  std::vector<float> up_;
  std::vector<float> projected_;
  std::vector<float> scratch_;  // one decoded row of weights
  Adapters adapters_;
};

Result<std::unique_ptr<Backend>> make_reference_backend();

}  // namespace inferlab::reference
