// A Deployment has at least `replicas` available replicas by the time `by`, and still has them, and
// the condition Available, at the end of the run.
#include <fmt/format.h>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/workload.h"
#include "sim/api/conditions.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kDeploymentParam,
    {.name = "replicas",
     .type = SpecType::kInteger,
     .description = "at least",
     .required = true,
     .minimum = 1},
    {.name = "by",
     .type = SpecType::kDuration,
     .description = "from the start of the run",
     .required = true},
};

}  // namespace

constexpr SpecTable kDeploymentAvailableParams = {"deployment-available", "", kFields};

Result<Finding> deployment_available(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const std::int64_t replicas = params.integer("replicas");
  const Duration by = params.duration("by");
  const std::string expected = fmt::format(
      "at least {} available replica(s) {} after the start, and until the end of the run", replicas,
      format_duration(by));
  const auto workload = Workload::find(run->store(), ns, name);
  if (!workload) return Finding::fail(no_deployment(ns, name), expected);
  const std::optional<Time> first = workload->first_available(replicas);
  if (!first) {
    return Finding::fail(fmt::format("never available: {}", workload->trouble()), expected);
  }
  const Duration at = first->time_since_epoch();
  if (at > by) {
    return Finding::fail(fmt::format("available after {}", format_duration(at)), expected);
  }
  const sim::Value& document = workload->deployment().document;
  const std::int64_t now = document["status"]["availableReplicas"].as_int();
  // The Deployment's own word counts too: of far more replicas than there is room for, one runs.
  const sim::Value& condition = sim::find_condition(document["status"]["conditions"], "Available");
  if (now < replicas || condition["status"].as_string() != "True") {
    return Finding::fail(fmt::format("{} of {} available at the end of the run: {}", now,
                                     document["spec"]["replicas"].as_int(), workload->trouble()),
                         expected);
  }
  return Finding::pass(fmt::format("available after {}", format_duration(at)));
}

}  // namespace inferlab::labs
