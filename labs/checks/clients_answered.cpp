// What becomes of the clients' requests to a Service in a window of the run: a share of them is
// answered, or so many fail at most. Reads the gateway's scraped metrics.
#include <fmt/format.h>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/requests.h"
#include "labs/checks/trouble.h"

namespace inferlab::labs {
namespace {

using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "at_least",
     .type = kInteger,
     .description = "requests there must be to judge by; 1 if left out",
     .minimum = 1},
    change_param(/*required=*/false),
    {.name = "failed_at_most", .type = kInteger, .description = "requests", .minimum = 0},
    {.name = "from",
     .type = kDuration,
     .description = "where the window begins; the start of the run if left out"},
    {.name = "namespace", .description = "of the Service; default if left out"},
    {.name = "service", .description = "by name", .required = true},
    {.name = "share",
     .type = kNumber,
     .description = "that is answered, 0 to 1",
     .minimum = 0,
     .maximum = 1},
    {.name = "to",
     .type = kDuration,
     .description = "where the window ends; the end of the run if left out"},
};

}  // namespace

constexpr SpecTable kClientsAnsweredParams = {"clients-answered", "", kFields};

Result<Finding> clients_answered(CheckContext& context, const Params& params) {
  const std::string ns = params.text_or("namespace", "default"), service = params.text("service");
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  const Time from{params.duration_or("from", {})};
  const Time to = params.has("to") ? Time{params.duration("to")} : run->simulation().now();
  std::string expected =
      fmt::format("of the requests to Service {}/{} that end between {} and {}", ns, service,
                  format_duration(from.time_since_epoch()), format_duration(to.time_since_epoch()));
  if (params.has("share")) {
    expected += fmt::format(", at least {} % answered", params.number("share") * 100);
  }
  if (params.has("failed_at_most")) {
    expected += fmt::format(", at most {} failed", params.integer("failed_at_most"));
  }
  const RequestCount count = count_requests(run->telemetry(), ns, service, from, to);
  const std::int64_t failed = count.ended - count.answered;
  const std::string seen = fmt::format("{} of {} answered{}{}", count.answered, count.ended,
                                       count.failed.empty() ? "" : "; ", count.failures());
  const bool holds = count.answered >= params.integer_or("at_least", 1) &&
                     static_cast<double>(count.answered) >=
                         params.number_or("share", 0) * static_cast<double>(count.ended) &&
                     failed <= params.integer_or("failed_at_most", INT64_MAX);
  if (holds) return Finding::pass(seen);
  if (count.answered > 0) return Finding::fail(seen, expected).with(count.cause());
  const Trouble trouble = traffic_trouble(*run, ns, service);
  if (trouble.any()) return Finding::fail(trouble, expected, seen + ": ");
  return Finding::fail(seen, expected).with(count.cause());
}

}  // namespace inferlab::labs
