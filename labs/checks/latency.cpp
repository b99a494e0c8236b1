#include "labs/checks/latency.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "labs/checks/common_params.h"
#include "labs/checks/requests.h"
#include "labs/checks/workload.h"
#include "sim/telemetry/telemetry.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kDeploymentParam,
    {.name = "limit", .type = SpecType::kDuration, .description = "at most", .required = true},
};

// A double is for people; what is compared and printed is whole milliseconds.
Duration milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000 + 0.5));
}

// What kept the clients from it: its Pods, what is in front of them, or what they were asked.
Finding answered_nothing(sim::Cluster& run, const Workload& workload, const std::string& expected) {
  const sim::ObjectKey& key = workload.deployment().key;
  const std::string who = workload.name();
  const Trouble own = never_available(run, key.ns, key.name);
  if (own.any()) return Finding::fail(own, expected, who + " answered no request: ");
  const Trouble before = traffic_trouble(run);
  if (before.any()) {
    return Finding::fail(before, expected,
                         who + " is available, but the clients' requests do not reach it: ");
  }
  RequestCount count;
  for (const sim::TrafficSpec& traffic : run.spec().traffic) {
    const RequestCount more = count_requests(run.telemetry(), traffic.ns, traffic.service, Time{},
                                             run.simulation().now());
    count.ended += more.ended;
    for (const auto& [code, times] : more.failed) count.failed[code] += times;
  }
  return Finding::fail(fmt::format("{} is available, but answered no request of the clients{}{}",
                                   who, count.failed.empty() ? "" : ": ", count.failures()),
                       expected)
      .with(count.cause());
}

}  // namespace

constexpr SpecTable kLatencyParams = {"latency", "", kFields};

Result<Finding> latency_p95_below(CheckContext& context, const Params& params,
                                  std::string_view metric, std::string_view called) {
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const Duration limit = params.duration("limit");
  const std::string expected = fmt::format("p95 of {} at most {}, by the scraped metric {}", called,
                                           format_duration(limit), metric);
  INFERLAB_TRY(sim::Cluster* const run, context.run({}));
  const auto workload = Workload::find(run->store(), ns, name);
  if (!workload) return Finding::fail(deployment_trouble(*run, ns, name), expected);
  // By replica, and the slowest counts: an average over replicas would hide one.
  std::optional<Duration> slowest;
  for (const sim::ObjectPtr& pod : workload->all_pods()) {
    const auto p95 = run->telemetry().quantile(
        0.95, metric, {{"namespace", ns}, {"pod", pod->key.name}}, Time{}, run->simulation().now());
    if (p95) slowest = std::max(slowest.value_or(Duration{}), milliseconds(*p95));
  }
  if (!slowest) {
    return answered_nothing(*run, *workload, expected);
  }
  if (*slowest > limit) {
    return Finding::fail(fmt::format("p95 of {} is {}", called, format_duration(*slowest)),
                         expected);
  }
  return Finding::pass(fmt::format("p95 of {} is {}", called, format_duration(*slowest)));
}

}  // namespace inferlab::labs
