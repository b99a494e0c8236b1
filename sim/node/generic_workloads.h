#pragma once

#include <memory>
#include <string>

#include "sim/node/workload.h"

namespace inferlab::sim {

/// The workload of the behaviours that know nothing of inference; nullptr for kLlmServer.
std::unique_ptr<Workload> make_generic_workload(WorkloadContext context);

/// Carries the container's command out where a simulated container can (ShellScript). Else it runs
/// until told to stop, whatever the image, but for a BusyBox without that program: StartError.
std::unique_ptr<Workload> make_sleeper(WorkloadContext context);

/// A container whose command the image does not have. Text of containerd 1.7 and runc 1.1.
std::unique_ptr<Workload> make_no_such_program(WorkloadContext context, std::string program);

/// A container that the runtime does not start, for this reason: exit code 128, StartError.
std::unique_ptr<Workload> make_unstartable(WorkloadContext context, std::string why);

/// A container whose program the kernel does not take: the runtime's last word is the container's
/// first, and it ends with status 1.
std::unique_ptr<Workload> make_refused_by_exec(WorkloadContext context, std::string why);

/// Makes only those; what an LLM server image would run crashes.
class GenericWorkloads final : public WorkloadFactory {
 public:
  std::unique_ptr<Workload> make(WorkloadContext context) override;
};

}  // namespace inferlab::sim
