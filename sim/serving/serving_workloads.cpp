#include "sim/serving/serving_workloads.h"

#include <utility>

#include "sim/api/curl_command.h"
#include "sim/api/shell_script.h"
#include "sim/node/generic_workloads.h"
#include "sim/serving/llm_server.h"

namespace inferlab::sim {
namespace {

bool is_carried_out(const WorkloadContext& context) {
  std::vector<std::string> words = context.container.command;
  words.insert(words.end(), context.container.args.begin(), context.container.args.end());
  return ShellScript::of_command(words, is_call_of_curl).has_value();
}

}  // namespace

ServingWorkloads::ServingWorkloads(std::vector<ModelSpec> models, double model_load_slowdown,
                                   std::vector<ReplicaProfile> profiles)
    : models_(std::move(models)),
      model_load_slowdown_(model_load_slowdown),
      profiles_(std::move(profiles)) {}

std::unique_ptr<Workload> ServingWorkloads::make(WorkloadContext context) {
  context.network = network_;
  if (context.image.behaviour != ImageSpec::Behaviour::kLlmServer) {
    return make_generic_workload(std::move(context));
  }
  const VllmCommand command = vllm_command_of(context.container);
  switch (command.program) {
    case VllmCommand::Program::kSleep:
      return make_sleeper(std::move(context));
    case VllmCommand::Program::kUnknown:
      // The image is Ubuntu's below vLLM's own layers: it has a shell and its small programs.
      if (is_carried_out(context)) return make_sleeper(std::move(context));
      return make_no_such_program(std::move(context), command.name);
    case VllmCommand::Program::kServer:
      break;
  }
  return std::make_unique<LlmServer>(std::move(context), models_, model_load_slowdown_, profiles_);
}

}  // namespace inferlab::sim
