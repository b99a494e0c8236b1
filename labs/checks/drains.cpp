// kubectl drain of the node that holds most Pods of a workload ends within `within`, and fails at
// most `failed_at_most` of the clients' requests. Half the points for each.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/requests.h"
#include "labs/checks/trouble.h"
#include "labs/checks/workload_ref.h"
#include "sim/api/views.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "at", .type = kDuration, .description = "when the drain begins", .required = true},
    change_param(/*required=*/false),
    {.name = "failed_at_most",
     .type = kInteger,
     .description = "requests from then on; 0 if left out",
     .minimum = 0},
    {.name = "namespace", .description = "of the Service; default if left out"},
    {.name = "node", .description = "to drain; where most Pods of the workload lie if left out"},
    {.name = "service", .description = "whose clients are looked at; nobody's if left out"},
    {.name = "within", .type = kDuration, .description = "how long it may take", .required = true},
    {.name = "workload", .description = "Deployment NAMESPACE/NAME", .required = true},
};

struct Drained {
  std::string node;               // empty: none was cordoned
  std::vector<std::string> left;  // Pods of the workload that are still on it
};

// By the end of the drain's time.
Drained drained(const sim::Store& store, const ObjectRef& workload, Time at, Time by) {
  Drained out;
  // Ours is cordoned at that moment; a node that is cordoned later is somebody else's.
  for (const sim::Change& change : store.changes_since("nodes", 0)) {
    if (change.object->written != at || !out.node.empty()) continue;
    if (change.object->document["spec"]["unschedulable"].as_bool())
      out.node = change.object->key.name;
  }
  std::map<std::string, sim::ObjectPtr> pods;
  for (const sim::Change& change : store.changes_since("pods", 0)) {
    if (change.object->written > by || change.object->key.ns != workload.ns) continue;
    if (change.type == sim::ChangeType::kDeleted) {
      pods.erase(change.object->key.name);
    } else {
      pods[change.object->key.name] = change.object;
    }
  }
  for (const auto& [name, pod] : pods) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (view.node_name != out.node || view.terminal()) continue;
    const bool of_daemon_set =
        view.meta.controller() != nullptr && view.meta.controller()->kind == "DaemonSet";
    if (!of_daemon_set) out.left.push_back(name);
  }
  return out;
}

}  // namespace

constexpr SpecTable kDrainsParams = {"drains", "", kFields};

Result<Finding> drains(CheckContext& context, const Params& params) {
  const Duration at = params.duration("at"), within = params.duration("within");
  const std::int64_t allowed = params.integer_or("failed_at_most", 0);
  const std::string workload = params.text("workload");
  const std::string ns = params.text_or("namespace", "default");
  const std::string service = params.text_or("service", "");
  std::string expected =
      fmt::format("a drain after {} of {} ends within {}", format_duration(at),
                  params.has("node") ? "node " + params.text("node")
                                     : "the node that holds most Pods of " + workload,
                  format_duration(within));
  if (!service.empty()) expected += fmt::format(", with at most {} failed request(s)", allowed);
  const auto ref = object_ref(workload);
  if (!ref) return Error{ErrorKind::kInvalid, fmt::format("workload: \"{}\" is none", workload)};
  VariantSpec variant = variant_from(params.value("change"));
  RunEvent drain{.at = at, .kind = RunEvent::Kind::kDrain};
  drain.workload = workload;
  drain.node = params.text_or("node", "");
  variant.events.push_back(drain);
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant));
  if (run->store().get({ref->resource, ref->ns, ref->name}) == nullptr) {
    return Finding::fail(fmt::format("there is no {}", workload), expected).with(Cause::kMissing);
  }
  const Drained seen = drained(run->store(), *ref, Time{at}, Time{at + within});
  if (seen.node.empty()) {
    return Finding::fail(fmt::format("no Pod of {} lies on a node", workload), expected)
        .with(Cause::kPending);
  }
  std::vector<std::string> faults;
  int percent = 0;
  if (seen.left.empty()) {
    percent += 50;
  } else {
    faults.push_back(
        fmt::format("{} after the drain of {} began, {} of its Pods are still there: {}",
                    format_duration(within), seen.node, seen.left.size(),
                    shortened(fmt::format("{}", fmt::join(seen.left, ", ")), 120)));
  }
  if (!service.empty()) {
    const RequestCount count = count_requests(
        run->telemetry(), ns, service, scrape_before(at, run->spec()), run->simulation().now());
    const std::int64_t failed = count.ended - count.answered;
    if (failed <= allowed && count.answered > 0) {
      percent += 50;
    } else {
      faults.push_back(fmt::format("{} of {} requests failed{}{}", failed, count.ended,
                                   count.failed.empty() ? "" : ": ", count.failures()));
    }
  }
  if (faults.empty()) {
    return Finding::pass(
        fmt::format("{} was empty {} after the drain began", seen.node, format_duration(within)));
  }
  Finding out = Finding::fail(fmt::format("{}", fmt::join(faults, "; ")), expected);
  out.percent = service.empty() ? 0 : percent;
  return out;
}

}  // namespace inferlab::labs
