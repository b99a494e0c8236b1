// After a loss a Deployment is back within `rto`, counted from the loss, and stays; and the data of
// its claim are at most `rpo` older than the loss. What a claim was made of says how old they are.
#include <fmt/format.h>

#include <optional>

#include "labs/checks/change.h"
#include "labs/checks/common_params.h"
#include "labs/checks/kinds.h"
#include "labs/checks/trouble.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    kNamespaceParam,
    kDeploymentParam,
    {.name = "lost_at",
     .type = kDuration,
     .description = "when the loss happens, from the start of the run",
     .required = true},
    {.name = "claim", .description = "with the data; for rpo"},
    {.name = "rpo", .type = kDuration, .description = "the recovery point objective"},
    {.name = "rto", .type = kDuration, .description = "the recovery time objective"},
    change_param(/*required=*/false),
};

/// When the Deployment was without an available replica after the loss, and had one again for good.
struct Outage {
  bool happened = false;
  std::optional<Time> over;
};

Outage outage_of(const sim::Store& store, const sim::ObjectKey& key, Time lost_at) {
  Outage out;
  bool is_up = false;
  for (const sim::Change& change : store.changes_since(key.resource, 0)) {
    if (change.object->key != key) continue;
    const bool was_up = is_up;
    is_up = change.type != sim::ChangeType::kDeleted &&
            change.object->document["status"]["availableReplicas"].as_int() > 0;
    if (change.object->written < lost_at) continue;
    if (was_up && !is_up) {
      out.happened = true;
      out.over.reset();
    }
    if (!was_up && is_up && out.happened) out.over = change.object->written;
  }
  return out;
}

/// The moment that the claim's data show; nullopt: they begin anew.
std::optional<Time> moment_of(const sim::Store& store, const sim::StoredObject& claim) {
  const Value& source = claim.document["spec"]["dataSource"];
  if (source["kind"].as_string() != "VolumeSnapshot") return std::nullopt;
  // It may have been deleted since.
  std::optional<Time> out;
  for (const sim::Change& change :
       store.changes_since("volumesnapshots.snapshot.storage.k8s.io", 0)) {
    const sim::ObjectKey& key = change.object->key;
    if (key.ns != claim.key.ns || key.name != source["name"].as_string()) continue;
    const Value& taken = change.object->document["status"]["creationTime"];
    if (!taken.empty()) out = parse_rfc3339(taken.as_string());
  }
  return out;
}

Finding judge_time(sim::Cluster& run, const Params& params, Time lost_at, Duration rto) {
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("deployment");
  const std::string expected =
      fmt::format("Deployment {}/{} is available at most {} after the loss at {}, and stays", ns,
                  name, format_duration(rto), format_duration(lost_at.time_since_epoch()));
  const Outage outage = outage_of(run.store(), {"deployments.apps", ns, name}, lost_at);
  if (outage.over) {
    const Duration took = *outage.over - lost_at;
    const std::string seen = fmt::format("available again after {}", format_duration(took));
    return took <= rto ? Finding::pass(seen) : Finding::fail(seen, expected);
  }
  if (const Trouble trouble = deployment_trouble(run, ns, name); trouble.any()) {
    return Finding::fail(trouble, expected, "not available again: ");
  }
  return Finding::fail(outage.happened ? "not available again"
                                       : "it was not available before, so that nothing was lost",
                       expected)
      .with(Cause::kNotReady);
}

Finding judge_age(sim::Cluster& run, const Params& params, Time lost_at, Duration rpo) {
  const std::string ns = params.text_or("namespace", "default");
  const std::string name = params.text("claim");
  const std::string expected =
      fmt::format("the data of claim {}/{} are of {} before the loss at {} at most", ns, name,
                  format_duration(rpo), format_duration(lost_at.time_since_epoch()));
  const sim::ObjectPtr claim = run.store().get({"persistentvolumeclaims", ns, name});
  if (claim == nullptr) {
    return Finding::fail(fmt::format("there is no claim {}/{}", ns, name), expected)
        .with(Cause::kMissing);
  }
  if (claim->document["status"]["phase"].as_string() != "Bound") {
    return Finding::fail(fmt::format("claim {}/{} is {}", ns, name,
                                     claim->document["status"]["phase"].as_string()),
                         expected)
        .with(Cause::kMissing);
  }
  const auto created = parse_rfc3339(claim->document["metadata"]["creationTimestamp"].as_string());
  if (created && *created < lost_at) return Finding::pass("the claim was not lost");
  const std::optional<Time> moment = moment_of(run.store(), *claim);
  if (!moment) {
    return Finding::fail(
        fmt::format("claim {}/{} is a new one, without what was on the old", ns, name), expected);
  }
  const Duration age = lost_at - *moment;
  const std::string seen = fmt::format("the data are of {} before the loss", format_duration(age));
  return age <= rpo ? Finding::pass(seen) : Finding::fail(seen, expected);
}

}  // namespace

constexpr SpecTable kRecoveryParams = {"recovery", "", kFields};

Result<Finding> recovery(CheckContext& context, const Params& params) {
  if (params.has("rpo") == params.has("rto") || params.has("rpo") != params.has("claim")) {
    return Error{ErrorKind::kInvalid, "recovery: needs rto, or rpo with claim",
                 "two checks judge both"};
  }
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  const Time lost_at{params.duration("lost_at")};
  return params.has("rto") ? judge_time(*run, params, lost_at, params.duration("rto"))
                           : judge_age(*run, params, lost_at, params.duration("rpo"));
}

}  // namespace inferlab::labs
