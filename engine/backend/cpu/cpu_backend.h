#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/backend/cpu/activations.h"
#include "engine/backend/cpu/adapters.h"
#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/backend/cpu/kv_cache.h"
#include "engine/backend/cpu/matmul.h"
#include "engine/backend/cpu/memory.h"
#include "engine/backend/cpu/packed_matrix.h"
#include "engine/backend/cpu/thread_pool.h"
#include "engine/backend/rope.h"

namespace inferlab::cpu {

/// The processor's own instructions and all its cores. load() copies the weights into panels
/// (packed_matrix.h) and lets go of the file's pages as it goes, so that they are in memory once;
/// quantised weights are multiplied with activations quantised to 8 bits, as llama.cpp does.
///
/// The same bits in every run on one kind of processor, for any number of threads; another
/// instruction set may differ in the last bits. What gives the same bits everywhere is
/// engine/backend/reference.
class CpuBackend final : public Backend {
 public:
  /// Checks: num_threads is at least 1, and the kernels run on this processor.
  CpuBackend(const Kernels& kernels, int num_threads);

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
  struct Layer {
    std::vector<float> attn_norm, ffn_norm;
    std::vector<float> q_bias, k_bias, v_bias;  // empty where the model has none
    std::vector<float> q_norm, k_norm;
    PackedMatrix q, k, v, output, gate, up, down;
  };
  /// Rows of a sequence whose attention one thread computes for one KV head.
  struct AttentionItem {
    std::size_t sequence;
    std::int32_t first_token;  // within the sequence's part of the batch
    std::int32_t num_tokens;
  };

  Result<void> pack(const ModelWeights& weights);
  void copy_vectors(const ModelWeights& weights);
  void run_layers(const Batch& batch);
  /// The sampled rows after the last norm.
  void finish_rows(const Batch& batch, std::span<float> states);
  void embed_tokens(const Batch& batch);
  void attention_part(const Batch& batch, std::int32_t index);
  void ffn_part(std::int32_t index, std::int64_t num_rows);
  /// Biases, norms of heads, rotation.
  void finish_heads(const Layer& layer, std::int64_t row);
  void store_keys_and_values(const Batch& batch, std::int32_t layer);
  void attend(const Batch& batch, std::int32_t layer);
  void attend_item(const Batch& batch, std::int32_t layer, const AttentionItem& item,
                   std::int32_t kv_head, int thread);
  void norm(const std::vector<float>& weight, const std::vector<float>& from,
            std::int64_t num_rows);
  void multiply_all(const std::vector<float>& from, std::int64_t num_rows, std::int64_t columns,
                    std::span<const Product> products);
  template <typename Body>
  void for_rows(std::int64_t num_rows, const Body& body);

  const Kernels* kernels_;
  ThreadPool pool_;
  LlamaConfig config_{};
  Memory weights_;
  PackedMatrix token_embd_;
  PackedMatrix output_;
  std::vector<Layer> layers_;
  std::vector<float> output_norm_;
  std::optional<KvCache> cache_;
  std::unique_ptr<Encoder> encoder_;  // after load_encoder(), and nothing else then
  Rope rope_;

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
  Activations activations_;
  Adapters adapters_;
  std::vector<AttentionItem> attention_items_;
  struct AttentionScratch {
    std::vector<const std::byte*> key_tiles;
    std::vector<const std::byte*> value_tiles;
    std::vector<float> scores;
  };
  std::vector<AttentionScratch> attention_scratch_;  // by thread
};

/// With the best kernels and all processors that the process may use.
Result<std::unique_ptr<Backend>> make_cpu_backend();

}  // namespace inferlab::cpu
