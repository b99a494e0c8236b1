#include "sim/serving/serving_workloads.h"

#include <fmt/format.h>

#include <utility>

#include "sim/node/generic_workloads.h"
#include "sim/serving/llm_server.h"

namespace inferlab::sim {
namespace {

/// A command that the image does not have: the container runtime cannot start it.
class NoSuchProgram final : public Workload {
 public:
  NoSuchProgram(WorkloadContext context, std::string program)
      : context_(std::move(context)), program_(std::move(program)) {}

  void start() override {
    context_.host.exit(
        128, "StartError",
        fmt::format("failed to create containerd task: failed to create shim task: OCI "
                    "runtime create failed: runc create failed: unable to start "
                    "container process: exec: \"{}\": executable file not found in "
                    "$PATH: unknown",
                    program_));
  }
  void terminate() override {}
  bool listens_on(int /*port*/) const override { return false; }
  HttpAnswer http_get(int /*port*/, std::string_view /*path*/) override { return {}; }

 private:
  WorkloadContext context_;
  std::string program_;
};

}  // namespace

ServingWorkloads::ServingWorkloads(std::vector<ModelSpec> models, double model_load_slowdown)
    : models_(std::move(models)), model_load_slowdown_(model_load_slowdown) {}

std::unique_ptr<Workload> ServingWorkloads::make(WorkloadContext context) {
  if (context.image.behaviour != ImageSpec::Behaviour::kLlmServer) {
    return make_generic_workload(std::move(context));
  }
  const VllmCommand command = vllm_command_of(context.container);
  switch (command.program) {
    case VllmCommand::Program::kSleep:
      return make_sleeper(std::move(context));
    case VllmCommand::Program::kUnknown:
      return std::make_unique<NoSuchProgram>(std::move(context), command.name);
    case VllmCommand::Program::kServer:
      break;
  }
  return std::make_unique<LlmServer>(std::move(context), models_, model_load_slowdown_);
}

}  // namespace inferlab::sim
