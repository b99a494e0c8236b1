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

// What the condition Available asks of this Deployment.
// Source: Kubernetes documentation, "Deployments", Deployment status and maxUnavailable.
std::string until_the_end(const sim::StoredObject* deployment) {
  if (deployment == nullptr) return "until the end of the run";
  const sim::Value& spec = deployment->document["spec"];
  const std::int64_t asked = spec["replicas"].as_int();
  if (asked <= 1) return "until the end of the run";
  std::string out =
      fmt::format("until the end of the run all {} that the Deployment asks for", asked);
  const sim::Value& may_lack = spec["strategy"]["rollingUpdate"]["maxUnavailable"];
  if (may_lack.is_null()) return out;
  return out +
         fmt::format(", but for those that its maxUnavailable ({}) lets be missing",
                     may_lack.is_int() ? fmt::format("{}", may_lack.as_int()) : may_lack.str());
}

}  // namespace

constexpr SpecTable kDeploymentAvailableParams = {"deployment-available", "", kFields};

Result<Finding> deployment_available(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const std::int64_t replicas = params.integer("replicas");
  const Duration by = params.duration("by");
  std::string expected = fmt::format("at least {} available replica(s) {} after the start, and ",
                                     replicas, format_duration(by));
  const auto workload = Workload::find(run->store(), ns, name);
  expected += until_the_end(workload ? &workload->deployment() : nullptr);
  if (!workload) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  const auto unavailable = [&](const std::string& intro) {
    Trouble trouble = deployment_trouble(*run, ns, name);
    if (!trouble.any()) trouble = never_available(*run, ns, name);
    if (trouble.any()) return Finding::fail(trouble, expected, intro);
    return Finding::fail(intro + "its condition Available is not True", expected)
        .with(Cause::kNotReady);
  };
  const std::optional<Time> first = workload->first_available(replicas);
  if (!first) {
    return unavailable("never available: ");
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
    return unavailable(fmt::format("{} of {} available at the end of the run: ", now,
                                   document["spec"]["replicas"].as_int()));
  }
  return Finding::pass(fmt::format("available after {}", format_duration(at)));
}

}  // namespace inferlab::labs
