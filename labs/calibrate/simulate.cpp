#include <vector>

#include "engine/base/check.h"
#include "labs/calibrate/calibration.h"
#include "sim/serving/simulated_engine.h"

namespace inferlab::labs {
namespace {

struct Seen {
  std::optional<Time> first, end;
};

}  // namespace

TrialOutcome simulate(const Trial& workload, const Calibration& calibration) {
  SchedulerConfig config;
  config.num_gpu_blocks = static_cast<std::int32_t>(workload.num_blocks);
  config.block_size = static_cast<std::int32_t>(calibration.kv.block_size);
  config.max_num_batched_tokens = workload.max_num_batched_tokens;
  config.max_num_seqs = workload.max_num_seqs;
  config.max_model_len = calibration.model.max_model_len;
  const Result<SchedulerConfig> usable = checked(config);
  if (!usable) return {};
  sim::Simulation simulation(1);
  sim::SimulatedEngine engine(simulation, *usable, sim::CostModel(calibration.steps),
                              calibration.model.name);
  std::vector<Seen> seen(workload.requests.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const TrialRequest& request = workload.requests[i];
    const Time arrival{Duration{request.arrival_ns}};
    simulation.at(arrival + Duration{calibration.steps.request_ns}, "calibrate/arrival",
                  [&engine, &seen, &request, i, arrival] {
                    // What the scheduler refuses stays unseen.
                    (void)engine.submit(
                        request.prompt_tokens, request.output_tokens, arrival,
                        {.first_token = [&seen, i](Time when) { seen[i].first = when; },
                         .finished = [&seen, i](Time when, FinishReason) { seen[i].end = when; }});
                  });
  }
  while (simulation.step()) {
  }
  Duration ttft{};
  Duration decoding{};
  std::int64_t answered = 0;
  std::int64_t intervals = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i].first || !seen[i].end) continue;
    ++answered;
    ttft += *seen[i].first - Time{Duration{workload.requests[i].arrival_ns}};
    decoding += *seen[i].end - *seen[i].first;
    intervals += workload.requests[i].output_tokens - 1;
  }
  return {.ttft_ns = answered > 0 ? ttft.count() / answered : 0,
          .itl_ns = intervals > 0 ? decoding.count() / intervals : 0};
}

}  // namespace inferlab::labs
