#include "engine/serve/device_executor.h"

#include <limits>
#include <span>

#include "engine/serve/device_sampling.h"

namespace inferlab {

DeviceExecutor::DeviceExecutor(Backend& backend, std::int32_t vocab_size,
                               const SequenceTable& sequences)
    : backend_(&backend),
      vocab_size_(static_cast<std::size_t>(vocab_size)),
      sequences_(&sequences) {}

void DeviceExecutor::start(const Step& step, Done done) {
  done(run_on_backend(step));
}

Result<StepOutput> DeviceExecutor::run_on_backend(const Step& step) {
  Batch batch;
  std::vector<Sequence*> sampled;
  for (const ScheduledRequest& entry : step.scheduled) {
    Sequence& sequence = *sequences_->at(entry.id);
    const std::span<const TokenId> tokens = sequence.tokens;
    INFERLAB_CHECK(entry.num_computed_tokens + entry.num_tokens <=
                   static_cast<std::int64_t>(tokens.size()));
    batch.add(tokens.subspan(static_cast<std::size_t>(entry.num_computed_tokens),
                             static_cast<std::size_t>(entry.num_tokens)),
              static_cast<std::int32_t>(entry.num_computed_tokens), sequence.request.block_table,
              entry.samples);
    if (entry.samples) sampled.push_back(&sequence);
  }
  if (can_sample_on_device(*backend_, sampled)) return sample_on_device(*backend_, batch);
  logits_.resize(sampled.size() * vocab_size_);
  INFERLAB_TRY_VOID(backend_->forward(batch, logits_));
  StepOutput output;
  for (std::size_t i = 0; i < sampled.size(); ++i) {
    const std::span<float> logits = std::span(logits_).subspan(i * vocab_size_, vocab_size_);
    if (sampled[i]->request.num_output_tokens < sampled[i]->min_tokens) {
      for (const TokenId id : sampled[i]->not_before_min_tokens) {
        logits[static_cast<std::size_t>(id)] = -std::numeric_limits<float>::infinity();
      }
    }
    const TokenId token = sampled[i]->sampler.sample(logits);
    output.sampled.push_back(SampledToken{.token_id = token});
  }
  return output;
}

}  // namespace inferlab
