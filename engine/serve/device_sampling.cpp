#include "engine/serve/device_sampling.h"

#include <algorithm>
#include <vector>

namespace inferlab {

bool can_sample_on_device(const Backend& backend, std::span<Sequence* const> sampled) {
  return backend.can_sample() && std::ranges::all_of(sampled, [](const Sequence* sequence) {
           return sequence->sampler.params().temperature <= 0.0F &&
                  sequence->request.num_output_tokens >= sequence->min_tokens;
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
