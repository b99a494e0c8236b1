// model-revision-missing: a model that is named by its id on a hub and by no revision, or by a
// branch, which moves.
#include <fmt/format.h>

#include "labs/lint/checks/checks.h"

namespace inferlab::labs::lint {
namespace {

bool is_branch(std::string_view revision) {
  return revision.empty() || revision == "main" || revision == "master";
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      if (!container.model || !container.model->is_hub_id()) continue;
      if (!is_branch(container.model->revision)) continue;
      report.add(*workload.object, container.at(container.model->model_path),
                 fmt::format("model \"{}\" is loaded {}", container.model->model,
                             container.model->revision.empty()
                                 ? "without a revision"
                                 : "from the branch " + container.model->revision));
    }
  }
}

}  // namespace

const Check kModelRevisionMissing = {
    .id = "model-revision-missing",
    .tier = Tier::kStatic,
    .severity = Severity::kWarning,
    .title = "a model of a hub without a revision",
    .why =
        "The hub's main branch moves: two replicas that start on different days serve different "
        "weights or another chat template under one name.",
    .mend = "Add --revision with a commit of the model's repository.",
    .rows = "RT-01",
    .run = run,
};

}  // namespace inferlab::labs::lint
