#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend/backend.h"
#include "engine/schedule/step_executor.h"
#include "engine/serve/adapter_slots.h"
#include "engine/serve/sequence.h"

namespace inferlab {

/// Runs steps on a Backend, samples their tokens and checks guesses, inside start(). Backend and
/// sequences are borrowed; everything happens on the engine's thread.
class DeviceExecutor final : public StepExecutor {
 public:
  /// `max_loras`: slots for adapters that the backend has.
  DeviceExecutor(Backend& backend, std::int32_t vocab_size, const SequenceTable& sequences,
                 std::int64_t max_loras = 0);

  void start(const Step& step, Done done) override;

 private:
  Result<StepOutput> run_on_backend(const Step& step);
  SampledToken sample(const ScheduledRequest& entry, Sequence& sequence, std::span<float> rows);
  /// Leaves the tokens that the output may go on with. False when that cannot be found out.
  bool constrain(Sequence& sequence, std::span<float> logits);
  void note_prompt(const ScheduledRequest& entry, Sequence& sequence,
                   std::span<const float> rows) const;

  Backend* backend_;
  std::size_t vocab_size_;
  const SequenceTable* sequences_;
  AdapterSlots adapters_;
  std::vector<float> logits_;        // [num_sampled, vocab_size], row-major
  std::vector<std::uint32_t> mask_;  // a bit for each token
  std::vector<float> raw_logits_;    // [vocab_size], before anything changes them
};

}  // namespace inferlab
