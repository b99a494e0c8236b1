// With a model load `slowdown` times as slow, and a restart of the Deployment at `restart_at`, no
// request of the clients reaches a replica that has not loaded its model: a counterfactual run, by
// the gateway's scraped metrics. It says nothing when no request is answered in it, and then fails.
#include <fmt/format.h>

#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/requests.h"
#include "labs/checks/workload.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kServiceParam,
    kDeploymentParam,
    {.name = "slowdown",
     .type = SpecType::kNumber,
     .description = "of the model load",
     .required = true,
     .minimum = 1,
     .maximum = 1000},
    {.name = "restart_at",
     .type = SpecType::kDuration,
     .description = "when the Deployment is restarted, from the start of the run",
     .required = true},
    {.name = "horizon",
     .type = SpecType::kDuration,
     .description = "how long the rerun lasts; the lab's horizon if left out"},
};

}  // namespace

constexpr SpecTable kNeverRoutesUnloadedParams = {"never-routes-unloaded", "", kFields};

Result<Finding> never_routes_unloaded(CheckContext& context, const Params& params) {
  const std::string ns = params.text_or("namespace", "default");
  const std::string service = params.text("service");
  const std::string name = params.text("deployment");
  VariantSpec variant;
  variant.model_load_slowdown = params.number("slowdown");
  variant.horizon = params.duration_or("horizon", {});
  const std::string expected = fmt::format(
      "requests are answered, and none is sent to a replica that still loads, when the model loads "
      "{} times as slowly and the Deployment is restarted",
      variant.model_load_slowdown);
  INFERLAB_TRY(sim::Cluster* const base, context.run({}));
  if (!Workload::find(base->store(), ns, name)) {
    return Finding::fail(deployment_trouble(*base, ns, name), expected);
  }
  variant.restart = fmt::format("{}/{}", ns, name);
  variant.restart_at = params.duration("restart_at");
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant));
  const RequestCount count =
      count_requests(run->telemetry(), ns, service, Time{}, run->simulation().now());
  if (count.unloaded > 0) {
    return Finding::fail(fmt::format("{} of {} requests went to a replica that did not listen yet",
                                     count.unloaded, count.ended),
                         expected);
  }
  if (count.answered == 0) {
    const std::string seen =
        fmt::format("no request was answered, of {} that ended{}{}", count.ended,
                    count.failed.empty() ? "" : ": ", count.failures());
    // The graded run tells whose fault it is: that of the Pods, of the Service, or neither's.
    Trouble trouble = never_available(*base, ns, name);
    if (!trouble.any()) trouble = traffic_trouble(*base, ns, service);
    if (trouble.any()) return Finding::fail(trouble, expected, seen + ": ");
    return Finding::fail(seen, expected).with(count.cause());
  }
  return Finding::pass(
      fmt::format("none of {} requests; {} were answered", count.ended, count.answered));
}

}  // namespace inferlab::labs
