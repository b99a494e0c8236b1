#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/schedule/step_executor.h"
#include "engine/serve/adapter_slots.h"
#include "engine/serve/pooling_config.h"
#include "engine/serve/sequence.h"

namespace inferlab {

/// Runs the steps of an engine that is served for pooling: hidden states in place of logits, pooled
/// into Sequence::embedding as the pieces of a prompt come. A sequence ends with its prompt.
/// Everything happens on the engine's thread; what is given is borrowed.
class PoolingExecutor final : public StepExecutor {
 public:
  /// Prompts may come in pieces, those of an encoder come whole.
  PoolingExecutor(Backend& backend, bool is_encoder, const PoolingConfig& config,
                  std::int32_t hidden_size, const SequenceTable& sequences,
                  std::int64_t max_loras = 0);

  void start(const Step& step, Done done) override;

 private:
  Result<StepOutput> run_step(const Step& step);
  Result<void> run_decoder(const Step& step);
  Result<void> run_encoder(const Step& step);
  /// Takes the states of the entry's rows over, all of them or the ones that it asked for.
  void pool(const ScheduledRequest& entry, Sequence& sequence, std::span<const float> rows) const;
  void finish(Sequence& sequence) const;

  Backend* backend_;
  const bool is_encoder_;
  const PoolingConfig config_;
  std::size_t width_;
  const SequenceTable* sequences_;
  AdapterSlots adapters_;
  std::vector<float> states_;  // [rows, width]
};

}  // namespace inferlab
