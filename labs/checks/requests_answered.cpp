// Of the clients' requests to a Service that end after the moment the Deployment behind it counts
// as available, at least `share` are answered. What came before that is nobody's fault. Reads the
// gateway's scraped metrics.
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
    {.name = "share",
     .type = SpecType::kNumber,
     .description = "of the requests, 0 to 1",
     .required = true,
     .minimum = 0,
     .maximum = 1},
    {.name = "at_least",
     .type = SpecType::kInteger,
     .description = "requests there must be to judge by",
     .required = true,
     .minimum = 1},
};

std::string percent(std::int64_t part, std::int64_t whole) {
  const std::int64_t permille = whole == 0 ? 0 : part * 1000 / whole;
  return fmt::format("{}.{} %", permille / 10, permille % 10);
}

}  // namespace

constexpr SpecTable kRequestsAnsweredParams = {"requests-answered", "", kFields};

Result<Finding> requests_answered(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const std::string ns = params.text_or("namespace", "default");
  const std::string service = params.text("service");
  const std::string name = params.text("deployment");
  const double share = params.number("share");
  const std::int64_t at_least = params.integer("at_least");
  const std::string expected = fmt::format(
      "once the Deployment is available, at least {} % of the requests to Service {}/{} are "
      "answered",
      share * 100, ns, service);
  const auto workload = Workload::find(run->store(), ns, name);
  if (!workload) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  const std::optional<Time> first = workload->first_available(1);
  if (!first) {
    return Finding::fail(never_available(*run, ns, name), expected, "never available: ");
  }
  const RequestCount count =
      count_requests(run->telemetry(), ns, service, *first, run->simulation().now());
  const std::string seen = fmt::format("{} of {} answered ({}){}{}", count.answered, count.ended,
                                       percent(count.answered, count.ended),
                                       count.failed.empty() ? "" : "; ", count.failures());
  const bool enough = count.ended >= at_least && static_cast<double>(count.answered) >=
                                                     share * static_cast<double>(count.ended);
  if (enough) return Finding::pass(seen);
  if (count.answered > 0) return Finding::fail(seen, expected);
  const Trouble trouble = traffic_trouble(*run, ns, service);
  if (trouble.any()) return Finding::fail(trouble, expected, seen + ": ");
  return Finding::fail(seen, expected).with(count.cause());
}

}  // namespace inferlab::labs
