// When the model takes `slowdown` times as long to load, no container is restarted, and the
// Deployment becomes available all the same: a counterfactual run.
#include <fmt/format.h>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/workload.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kDeploymentParam,
    {.name = "slowdown",
     .type = SpecType::kNumber,
     .description = "of the model load",
     .required = true,
     .minimum = 1,
     .maximum = 1000},
    {.name = "horizon",
     .type = SpecType::kDuration,
     .description = "how long the rerun lasts; the lab's horizon if left out"},
};

}  // namespace

constexpr SpecTable kSurvivesSlowStartParams = {"survives-slow-start", "", kFields};

Result<Finding> survives_slow_start(CheckContext& context, const Params& params) {
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  VariantSpec variant;
  variant.model_load_slowdown = params.number("slowdown");
  variant.horizon = params.duration_or("horizon", {});
  const std::string expected = fmt::format(
      "with a model load {} times as slow: no container restarts, and the Deployment becomes "
      "available",
      variant.model_load_slowdown);
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant));
  const auto workload = Workload::find(run->store(), ns, name);
  if (!workload) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  const std::int64_t restarts = workload->restarts();
  const std::optional<Time> first = workload->first_available(1);
  if (restarts > 0 || !first) {
    // What does not come up with a quick load either says nothing about a slow one.
    INFERLAB_TRY(sim::Cluster* const quick, context.run({}));
    if (const Trouble trouble = never_available(*quick, ns, name); trouble.any()) {
      return Finding::fail(trouble, expected, "never available, however quick the load: ");
    }
    std::string seen = fmt::format("{} container restart(s) in {}", restarts,
                                   format_duration(horizon_of(context.lab(), variant)));
    const Trouble trouble = deployment_trouble(*run, ns, name);
    if (!first) seen += ", and never available";
    if (!first && trouble.any()) seen += ": " + trouble.what;
    return Finding::fail(std::move(seen), expected);
  }
  return Finding::pass(
      fmt::format("no restart, available after {}", format_duration(first->time_since_epoch())));
}

}  // namespace inferlab::labs
