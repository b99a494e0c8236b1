#pragma once

#include <memory>

#include "sim/node/workload.h"

namespace inferlab::sim {

/// The workload of the behaviours that know nothing of inference: kHttpServer, kSleeper, kCrasher.
/// nullptr for the others.
std::unique_ptr<Workload> make_generic_workload(WorkloadContext context);

/// Runs until told to stop, whatever the image: what `sleep` does in any of them.
std::unique_ptr<Workload> make_sleeper(WorkloadContext context);

/// Makes only those; what an LLM server image would run crashes.
class GenericWorkloads final : public WorkloadFactory {
 public:
  std::unique_ptr<Workload> make(WorkloadContext context) override;
};

}  // namespace inferlab::sim
