// context-exceeds-kv-memory: one sequence of --max-model-len does not fit the KV cache.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"
#include "labs/lint/gpu_memory.h"

namespace inferlab::labs::lint {
namespace {

void run(const Bundle& bundle, const Context& context, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      const auto memory = gpu_memory_of(workload, container, context);
      if (!memory || memory->kv_gib() < 0 || !container.model->max_model_len) continue;
      const double wanted =
          static_cast<double>(*container.model->max_model_len) * memory->kv_mib_per_token / 1024;
      if (wanted <= memory->kv_gib()) continue;
      report.add(*workload.object, container.at(container.model->option("max-model-len")->path),
                 fmt::format("{} tokens need {:.1f} GiB of KV cache, {:.1f} GiB are left",
                             *container.model->max_model_len, wanted, memory->kv_gib()));
    }
  }
}

}  // namespace

const Check kContextExceedsKvMemory = {
    .id = "context-exceeds-kv-memory",
    .tier = Tier::kContext,
    .severity = Severity::kError,
    .title = "one sequence of --max-model-len does not fit the KV cache",
    .why = "vLLM refuses to start when a single request of the stated length could not be held.",
    .mend = "Lower --max-model-len, quantise the KV cache, or give the server more GPU memory.",
    .rows = "RT-02",
    .run = run,
};

}  // namespace inferlab::labs::lint
