// A release and its rollback: at `at` a workload gets another image, at `undo_at` it goes back.
// Both must be through within `within`, and fail at most `failed_at_most` of the clients' requests.
// Each way counts for half, a quarter for being through and a quarter for the clients.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/requests.h"
#include "labs/checks/trouble.h"
#include "labs/checks/workload_ref.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "at", .type = kDuration, .description = "when the release begins", .required = true},
    change_param(/*required=*/false),
    {.name = "container", .description = "that gets the image; all of them if left out"},
    {.name = "failed_at_most",
     .type = kInteger,
     .description = "requests each way; 0 if left out",
     .minimum = 0},
    {.name = "image", .description = "the new one", .required = true},
    {.name = "namespace", .description = "of the Service; default if left out"},
    {.name = "service", .description = "whose clients are looked at", .required = true},
    {.name = "undo_at", .type = kDuration, .description = "when it goes back", .required = true},
    {.name = "within",
     .type = kDuration,
     .description = "how long each way may take",
     .required = true},
    {.name = "workload", .description = "Deployment NAMESPACE/NAME", .required = true},
};

// The first moment from `from` on at which all replicas are of the latest template and available.
std::optional<Time> through_at(const sim::Store& store, const ObjectRef& ref, Time from) {
  std::optional<Time> out;
  for (const sim::Change& change : store.changes_since(ref.resource, 0)) {
    const sim::StoredObject& object = *change.object;
    if (object.key.ns != ref.ns || object.key.name != ref.name || object.written <= from) continue;
    const Value& status = object.document["status"];
    const std::int64_t asked = object.document["spec"]["replicas"].as_int();
    const bool current =
        status["observedGeneration"].as_int() >= object.document["metadata"]["generation"].as_int();
    if (current && asked > 0 && status["updatedReplicas"].as_int() == asked &&
        status["replicas"].as_int() == asked && status["availableReplicas"].as_int() == asked) {
      return object.written;
    }
  }
  return out;
}

std::int64_t failed_of(const RequestCount& count) {
  return count.ended - count.answered;
}

}  // namespace

constexpr SpecTable kRolloutParams = {"rollout", "", kFields};

Result<Finding> rollout(CheckContext& context, const Params& params) {
  const Duration at = params.duration("at"), undo_at = params.duration("undo_at");
  const Duration within = params.duration("within");
  const std::int64_t allowed = params.integer_or("failed_at_most", 0);
  const std::string workload = params.text("workload");
  const std::string ns = params.text_or("namespace", "default"), service = params.text("service");
  const std::string expected = fmt::format(
      "a release of {} after {} and its rollback after {}: each through within {}, with at most {} "
      "failed request(s)",
      params.text("image"), format_duration(at), format_duration(undo_at), format_duration(within),
      allowed);
  if (within > undo_at - at) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format("within: {} is longer than from `at` to `undo_at`", format_duration(within)),
        "the release would be judged while it is taken back"};
  }
  const auto ref = object_ref(workload);
  if (!ref) return Error{ErrorKind::kInvalid, fmt::format("workload: \"{}\" is none", workload)};
  VariantSpec variant = variant_from(params.value("change"));
  RunEvent release{.at = at, .kind = RunEvent::Kind::kSetImage};
  release.workload = workload;
  release.what = params.text_or("container", "");
  release.image = params.text("image");
  RunEvent undo{.at = undo_at, .kind = RunEvent::Kind::kUndo};
  undo.workload = workload;
  variant.events.push_back(release);
  variant.events.push_back(undo);

  INFERLAB_TRY(sim::Cluster* const base, context.run({}));
  if (const Trouble trouble = traffic_trouble(*base, ns, service); trouble.any()) {
    return Finding::fail(trouble, expected, "before any release: ");
  }
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant));
  std::vector<std::string> faults, merits;
  int percent = 0;
  const auto judge = [&](const char* way, Duration from, Duration until) {
    const auto through = through_at(run->store(), *ref, Time{from});
    const bool in_time = through && *through <= Time{from + within};
    if (in_time) {
      percent += 25;
      merits.push_back(
          fmt::format("the {} was through after {}", way, format_duration(*through - Time{from})));
    } else {
      const Trouble trouble = deployment_trouble(*run, ref->ns, ref->name);
      faults.push_back(
          through && *through <= Time{until}
              ? fmt::format("the {} took {}", way, format_duration(*through - Time{from}))
              : fmt::format("the {} was never through{}{}", way, trouble.any() ? ": " : "",
                            trouble.what));
    }
    const RequestCount count = count_requests(run->telemetry(), ns, service,
                                              scrape_before(from, run->spec()), Time{until});
    if (failed_of(count) <= allowed && count.answered > 0) {
      percent += 25;
    } else {
      faults.push_back(fmt::format("{} of {} requests failed during the {}{}{}", failed_of(count),
                                   count.ended, way, count.failed.empty() ? "" : ": ",
                                   count.failures()));
    }
  };
  judge("release", at, undo_at);
  judge("rollback", undo_at, horizon_of(context.lab(), variant));
  if (faults.empty()) {
    return Finding::pass(fmt::format("{}, and no request failed", fmt::join(merits, ", ")));
  }
  Finding out = Finding::fail(fmt::format("{}", fmt::join(faults, "; ")), expected);
  out.percent = percent;
  return out;
}

}  // namespace inferlab::labs
