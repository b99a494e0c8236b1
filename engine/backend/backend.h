#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/backend/encoder.h"
#include "engine/base/result.h"
#include "engine/model/model_weights.h"

namespace inferlab {

struct LoraAdapter;

/// A device as the machine shows it.
struct DeviceInfo {
  std::string backend;             ///< "cpu", "cuda"
  std::string name;                ///< "NVIDIA H100 80GB HBM3"
  std::int64_t memory_bytes = 0;   ///< of the device; of the machine for the CPU; 0 when unknown
  std::string compute_capability;  ///< "9.0"; empty for the CPU
};

/// Of the keys and values in the KV cache. kFp8: E4M3 as it stands, vLLM's fp8 with a scale of 1.
/// kQ8: 8 bits an element and a float for each head of a position, on the CPU.
enum class KvType : std::uint8_t { kF32, kF16, kBF16, kFp8, kQ8 };

/// Of an element, without what stands beside it.
inline std::int64_t kv_element_bytes(KvType type) {
  switch (type) {
    case KvType::kF32:
      return 4;
    case KvType::kF16:
    case KvType::kBF16:
      return 2;
    case KvType::kFp8:
    case KvType::kQ8:
      break;
  }
  return 1;
}

/// The KV cache to reserve. Block b, layer l holds keys and values of `block_size` tokens.
struct KvCacheShape {
  std::int32_t num_blocks;
  std::int32_t block_size;  ///< tokens
  KvType type = KvType::kF32;

  /// Of one block, all layers, keys and values.
  [[nodiscard]] std::int64_t block_bytes(const LlamaConfig& config) const {
    std::int64_t token_bytes = config.kv_size() * kv_element_bytes(type);
    if (type == KvType::kQ8) token_bytes += config.num_kv_heads * std::int64_t{4};
    return std::int64_t{2} * config.num_layers * block_size * token_bytes;
  }
};

/// The tokens of one request in a batch: `num_tokens` consecutive rows from `first_row` on.
struct BatchSequence {
  std::int32_t first_row;
  std::int32_t num_tokens;
  /// KV blocks of the sequence: the token at position p lives in block_table[p / block_size], at
  /// p % block_size. Covers all positions up to the last of this batch.
  std::vector<std::int32_t> block_table;
  /// Slot of the adapter that is added to the weights (Backend::set_adapter()); 0: none.
  std::int32_t adapter = 0;
};

/// One step's work. Rows of different sequences do not see each other; a row sees the rows of its
/// own sequence with positions up to its own, from this batch and from earlier ones. Sequences may
/// have KV blocks in common, also ones that this batch fills: all keys and values of a layer are
/// written before any row reads them.
struct Batch {
  std::vector<std::int32_t> token_ids;  // [num_rows]
  std::vector<std::int32_t> positions;  // [num_rows]; ascending by one within a sequence
  std::vector<BatchSequence> sequences;
  std::vector<std::int32_t>
      sampled_rows;  // rows whose logits are wanted, in the order of the output

  [[nodiscard]] std::int32_t num_rows() const {
    return static_cast<std::int32_t>(token_ids.size());
  }
  [[nodiscard]] std::int32_t num_sampled() const {
    return static_cast<std::int32_t>(sampled_rows.size());
  }
  /// Appends one sequence: `ids` at positions first_position, first_position + 1, ...; asks for the
  /// logits of its last `num_sampled` tokens.
  void add(std::span<const std::int32_t> ids, std::int32_t first_position,
           std::span<const std::int32_t> block_table, std::int32_t num_sampled,
           std::int32_t adapter = 0);
};

struct KvBlockCopy {
  std::int32_t source;
  std::int32_t target;
};

/// How a device that samples draws the next token of a row: fields as in SamplingParams.
struct RowSampling {
  float temperature = 0.0F;  ///< 0 is greedy
  std::int32_t top_k = 0;
  float top_p = 1.0F;
  double unit = 0.0;  ///< of [0, 1): the row's random number
};

/// Room for adapters (LoRA), which batches name by their slots, 1 to `num_slots`.
struct AdapterRoom {
  std::int32_t num_slots = 0;
  std::int32_t max_rank = 0;  ///< of any of them
};

/// The largest steps that will be asked for, and what memory they may be prepared in.
struct StepLimits {
  std::int64_t max_num_batched_tokens;
  std::int64_t max_num_seqs;
  std::int64_t max_model_len;
  std::int64_t max_sampled_rows;  ///< logits that a step may ask for
  std::int64_t max_state_rows;    ///< states that embed() may be asked for
  double memory_utilization;      ///< part of the device's memory that may be used: vLLM's
                                  ///< --gpu-memory-utilization
};

/// A device that can run the model. Calls come from one thread.
/// After an error only the destructor may be called, except where a function says otherwise.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  [[nodiscard]] virtual DeviceInfo info() const = 0;
  /// Copies the weights to the device (the CPU reads them in place: they must outlive it) and
  /// reserves the KV blocks. Once, first. kExhausted when memory does not suffice.
  virtual Result<void> load(const ModelWeights& weights, const KvCacheShape& kv) = 0;
  /// Runs the batch and writes logits: [batch.num_sampled(), vocab_size], row-major, fp32.
  /// The logits of a row depend on its own sequence only, to the last bit: not on what else is in
  /// the batch, nor on how the prompt was cut into steps; of a backend whose rows are not
  /// invariant, to the rounding of its matrix products only. kInvalid for a batch that contradicts
  /// itself; nothing was run then and the backend lives on.
  virtual Result<void> forward(const Batch& batch, std::span<float> logits) = 0;
  /// As forward(), but writes the states that the output matrix would be applied to, after the last
  /// norm: [batch.num_sampled(), hidden_size]. kUnavailable where a backend has no such way.
  virtual Result<void> embed(const Batch& batch, std::span<float> states);
  /// In place of load(): a BERT-like model, which encode() runs. `weights` must outlive the
  /// backend. kUnavailable where a backend cannot run one.
  virtual Result<void> load_encoder(const EncoderWeights& weights);
  /// As Encoder::encode().
  virtual Result<void> encode(const EncoderBatch& batch, std::span<float> states);
  /// Before load(), which then reserves the memory of every slot, so that no adapter fails for want
  /// of it later. kUnavailable where a backend has no way to run adapters.
  virtual Result<void> enable_adapters(const AdapterRoom& room);
  /// After load(): puts an adapter of the model into the slot, in place of the one that was there.
  /// Checks: the slot is there, and has room for its rank.
  virtual Result<void> set_adapter(std::int32_t slot, std::shared_ptr<const LoraAdapter> adapter);
  /// What forward() promises of bits. False where the kernels of large batches add in another order
  /// than those of small ones.
  [[nodiscard]] virtual bool rows_are_invariant() const { return true; }
  /// Copies whole KV blocks on the device, in order, before the next forward().
  virtual Result<void> copy_kv_blocks(std::span<const KvBlockCopy> copies) = 0;

  /// What the KV cache should be of where nothing else was asked for.
  [[nodiscard]] virtual KvType default_kv_type(const ModelWeights& /*weights*/) const {
    return KvType::kF16;
  }
  /// Before load(), where the device's memory and not a number decides how many KV blocks there
  /// are: brings the weights there, prepares for steps of this size, and tells how many blocks like
  /// `block`, whose own number does not count, then fit. Nothing where a device leaves that to the
  /// caller. kExhausted when not one fits.
  virtual Result<std::optional<std::int32_t>> fit_kv(const ModelWeights& /*weights*/,
                                                     const KvCacheShape& /*block*/,
                                                     const StepLimits& /*limits*/) {
    return std::optional<std::int32_t>();
  }
  /// After load(), one line for the log: how the weights came to the device. Empty: nothing to say.
  [[nodiscard]] virtual std::string load_summary() const { return {}; }
  /// Whether forward_sampled() may be called.
  [[nodiscard]] virtual bool can_sample() const { return false; }
  /// As forward(), but the logits stay on the device: draws a token for each sampled row. Greedy
  /// rows get exactly what Sampler gives for their logits; others the same distribution, but not
  /// Sampler's own choice. Checks: as many `params` and `tokens` as sampled rows.
  virtual Result<void> forward_sampled(const Batch& /*batch*/,
                                       std::span<const RowSampling> /*params*/,
                                       std::span<std::int32_t> /*tokens*/) {
    return Error{ErrorKind::kUnavailable, "backend: does not sample"};
  }
};

}  // namespace inferlab
