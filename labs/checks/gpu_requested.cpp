// Every Pod of a Deployment that came to run was given exactly `gpus` GPUs, asked for as the
// extended resource nvidia.com/gpu. Source: Kubernetes documentation, "Schedule GPUs".
#include <fmt/format.h>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/workload.h"
#include "sim/api/views.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kDeploymentParam,
    {.name = "gpus",
     .type = SpecType::kInteger,
     .description = "of each Pod",
     .required = true,
     .minimum = 1},
};

std::int64_t gpus_of(const sim::PodView& pod) {
  const auto found = pod.requests.find("nvidia.com/gpu");
  return found == pod.requests.end() ? 0 : found->second.units();
}

}  // namespace

constexpr SpecTable kGpuRequestedParams = {"gpu-requested", "", kFields};

Result<Finding> gpu_requested(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const std::int64_t gpus = params.integer("gpus");
  const std::string expected =
      fmt::format("each Pod runs on a node with {} nvidia.com/gpu set aside for it alone", gpus);
  const auto workload = Workload::find(run->store(), ns, name);
  if (!workload) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  std::int64_t bound = 0;
  for (const sim::ObjectPtr& pod : workload->all_pods()) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (view.node_name.empty()) continue;
    ++bound;
    if (const std::int64_t own = gpus_of(view); own != gpus) {
      return Finding::fail(fmt::format("Pod {} runs on {} with {} GPUs set aside", view.meta.name,
                                       view.node_name, own),
                           expected);
    }
  }
  if (bound == 0) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  return Finding::pass(fmt::format("{} Pod(s), {} GPU(s) each", bound, gpus));
}

}  // namespace inferlab::labs
