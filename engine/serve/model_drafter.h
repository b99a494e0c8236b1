#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/model/model_weights.h"
#include "engine/schedule/block_manager.h"
#include "engine/serve/drafter.h"

namespace inferlab {

struct ModelDrafterConfig {
  std::int32_t num_speculative_tokens = 0;
  KvCacheShape kv = {};                 ///< of the small model's own KV cache
  std::int64_t max_batched_tokens = 0;  ///< of one forward pass: a long prompt takes several steps
};

/// By a small model of the same vocabulary, greedily. It has KV blocks of its own; a sequence that
/// gets none goes without guesses. When its device fails it guesses no more, and says so once.
/// Source: Leviathan et al., "Fast Inference from Transformers via Speculative Decoding", 2023.
class ModelDrafter final : public Drafter {
 public:
  /// Loads the weights onto the backend. kInvalid when `target` has another vocabulary.
  static Result<std::unique_ptr<ModelDrafter>> create(std::unique_ptr<Model> model,
                                                      std::unique_ptr<Backend> backend,
                                                      const ModelDrafterConfig& config,
                                                      const LlamaConfig& target, LogSink log);

  void propose(std::span<Sequence* const> sequences) override;
  void forget(RequestId id) override;
  [[nodiscard]] std::int32_t num_speculative_tokens() const override {
    return config_.num_speculative_tokens;
  }
  [[nodiscard]] const BlockManager& blocks() const { return blocks_; }

 private:
  /// What the small model knows of one sequence.
  struct Known {
    std::vector<BlockId> block_table;
    std::vector<TokenId> tokens;  ///< whose keys and values are in the KV cache
  };
  ModelDrafter(std::unique_ptr<Model> model, std::unique_ptr<Backend> backend,
               const ModelDrafterConfig& config, LogSink log);

  /// The sequences that can be guessed for: their tokens are known to the model but for those that
  /// this call computes, and whose first guess it takes.
  std::vector<Sequence*> catch_up(std::span<Sequence* const> sequences);
  void add_one_more(std::span<Sequence* const> sequences);
  /// Runs the batch and appends the likeliest token to each sequence's guesses.
  bool guess(const Batch& batch, std::span<Sequence* const> sequences);

  std::unique_ptr<Model> model_;  // the backend may read it in place
  std::unique_ptr<Backend> backend_;
  ModelDrafterConfig config_;
  LogSink log_;
  BlockManager blocks_;
  std::map<RequestId, Known> known_;
  std::vector<float> logits_;
  bool is_broken_ = false;
};

}  // namespace inferlab
