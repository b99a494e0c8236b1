#include "engine/serve/device_sampling.h"

#include <algorithm>
#include <vector>

namespace inferlab {
namespace {

bool needs_logits(const ScheduledRequest& entry, const Sequence& sequence) {
  // Also of a step that only computes a part of the prompt.
  if (sequence.num_prompt_logprobs) return true;
  if (!entry.samples) return false;
  return entry.num_draft_tokens > 0 || sequence.num_logprobs || sequence.matcher ||
         !sequence.sampler.params().is_argmax() ||
         sequence.request.num_output_tokens < sequence.min_tokens;
}

}  // namespace

bool can_sample_on_device(const Backend& backend, const Step& step,
                          const SequenceTable& sequences) {
  return backend.can_sample() &&
         std::ranges::none_of(step.scheduled, [&](const ScheduledRequest& entry) {
           return needs_logits(entry, *sequences.at(entry.id));
         });
}

Result<StepOutput> sample_on_device(Backend& backend, const Batch& batch) {
  const auto count = static_cast<std::size_t>(batch.num_sampled());
  const std::vector<RowSampling> greedy(count);
  std::vector<std::int32_t> tokens(count);
  INFERLAB_TRY_VOID(backend.forward_sampled(batch, greedy, tokens));
  StepOutput output;
  for (const std::int32_t token : tokens) output.sampled.push_back({.token_id = token});
  return output;
}

}  // namespace inferlab
