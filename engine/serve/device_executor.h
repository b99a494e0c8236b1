#pragma once

#include <cstdint>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/schedule/step_executor.h"
#include "engine/serve/sequence.h"

namespace inferlab {

/// Runs steps on a Backend and samples their tokens, inside start(). Backend and sequences are
/// borrowed; everything happens on the engine's thread.
class DeviceExecutor final : public StepExecutor {
 public:
  DeviceExecutor(Backend& backend, std::int32_t vocab_size, const SequenceTable& sequences);

  void start(const Step& step, Done done) override;

 private:
  Result<StepOutput> run_on_backend(const Step& step);

  Backend* backend_;
  std::size_t vocab_size_;
  const SequenceTable* sequences_;
  std::vector<float> logits_;  // [num_sampled, vocab_size], row-major
};

}  // namespace inferlab
