#include "labs/checks/llm_containers.h"

#include <algorithm>
#include <map>

#include "sim/api/views.h"
#include "sim/node/kubelets.h"

namespace inferlab::labs {
namespace {

using sim::Value;

bool is_llm_server(std::string_view image_id, const sim::ClusterSpec& cluster) {
  return std::any_of(cluster.images.begin(), cluster.images.end(),
                     [&](const sim::ImageSpec& image) {
                       return image.behaviour == sim::ImageSpec::Behaviour::kLlmServer &&
                              image_id.ends_with(image.digest);
                     });
}

// The digest that each container was started from; by container.
std::map<std::string, std::string> image_ids(const Value& pod) {
  std::map<std::string, std::string> out;
  for (const Value& status : pod["status"]["containerStatuses"].items()) {
    if (!status["imageID"].empty()) out[status["name"].str()] = status["imageID"].str();
  }
  return out;
}

std::string api_key_of(const sim::ContainerView& container, const std::vector<std::string>& words) {
  std::string key;
  const auto set = container.env.find("VLLM_API_KEY");
  if (set != container.env.end()) key = set->second;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (const std::string_view flag : {"--api-key", "--api_key"}) {
      if (words[i] == flag && i + 1 < words.size()) key = words[i + 1];
      if (words[i].starts_with(std::string(flag) + "=")) key = words[i].substr(flag.size() + 1);
    }
  }
  return key;
}

// What the container's last run got, which the Pod's own text may only refer to. A Pod that is gone
// has left nothing else than that text.
sim::ContainerView as_started(const sim::Kubelets& kubelets, const sim::ObjectKey& pod,
                              sim::ContainerView container) {
  const sim::ContainerSetup* setup = kubelets.started(pod.ns, pod.name, container.name);
  if (setup == nullptr) return container;
  container.command = setup->command;
  container.args = setup->args;
  container.env.clear();
  for (const auto& [name, value] : setup->env) container.env[name] = value;
  return container;
}

}  // namespace

std::vector<LlmContainer> llm_containers(const std::vector<sim::ObjectPtr>& pods,
                                         sim::Cluster& run) {
  std::vector<LlmContainer> out;
  for (const sim::ObjectPtr& pod : pods) {
    const auto started = image_ids(pod->document);
    for (const sim::ContainerView& written : pod->view<sim::PodView>().containers) {
      const auto image = started.find(written.name);
      if (image == started.end() || !is_llm_server(image->second, run.spec())) continue;
      const sim::ContainerView container = as_started(run.kubelets(), pod->key, written);
      const sim::VllmCommand command = sim::vllm_command_of(container);
      if (command.program != sim::VllmCommand::Program::kServer) continue;
      auto args = sim::parse_vllm_args(command.words);
      if (!args) continue;
      out.push_back(
          {pod->key.name, container.name, std::move(*args), api_key_of(container, command.words)});
    }
  }
  return out;
}

}  // namespace inferlab::labs
