// A release of a workload that is judged while it goes on: at most a share of the clients' requests
// reaches Pods of the new revision, few of those fail, and in time it is gone or all there is.
// Reads the gateway's record of each request and the Pods that there have been.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/trouble.h"
#include "labs/checks/workload_ref.h"
#include "sim/api/views.h"
#include "sim/serving/gateway.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "at", .type = kDuration, .description = "when the release begins", .required = true},
    {.name = "available_at_least",
     .type = kInteger,
     .description = "Ready Pods of the workload, all the time from `at` to `to`",
     .minimum = 0},
    change_param(/*required=*/false),
    {.name = "failed_at_most",
     .type = kInteger,
     .description = "of the requests that arrive from `at` to `to`",
     .minimum = 0},
    {.name = "gone_within",
     .type = kDuration,
     .description = "how long after `at` the last Pod of the new revision may be there"},
    {.name = "namespace", .description = "of the Service; default if left out"},
    {.name = "promoted_within",
     .type = kDuration,
     .description = "how long after `at` all Pods are of the new revision, and Ready"},
    {.name = "service", .description = "whose clients are looked at", .required = true},
    {.name = "share_at_most",
     .type = kNumber,
     .description = "of the requests that Pods of the new revision get, 0 to 1",
     .minimum = 0,
     .maximum = 1},
    {.name = "to",
     .type = kDuration,
     .description = "how long requests are counted; the end of the run if left out"},
    {.name = "workload", .description = "Rollout or Deployment NAMESPACE/NAME", .required = true},
};

/// The workload's Pods in the order of what happened to them.
class Pods {
 public:
  Pods(const sim::Store& store, const ObjectRef& workload, Time release) {
    std::set<std::string> sets, fresh_sets;
    const std::string kind = workload.resource == "rollouts.argoproj.io" ? "Rollout" : "Deployment";
    for (const sim::Change& change : store.changes_since("replicasets.apps", 0)) {
      const sim::StoredObject& set = *change.object;
      const Value& owner = set.document["metadata"]["ownerReferences"][std::size_t{0}];
      if (set.key.ns != workload.ns || owner["kind"].as_string() != kind ||
          owner["name"].as_string() != workload.name) {
        continue;
      }
      if (sets.insert(set.key.name).second && set.written >= release) {
        fresh_sets.insert(set.key.name);
      }
    }
    for (const sim::Change& change : store.changes_since("pods", 0)) {
      const sim::StoredObject& pod = *change.object;
      if (pod.key.ns != workload.ns) continue;
      const std::string set =
          pod.document["metadata"]["ownerReferences"][std::size_t{0}]["name"].str();
      if (!sets.contains(set)) continue;
      const auto& view = pod.view<sim::PodView>();
      const bool is_there = change.type != sim::ChangeType::kDeleted;
      const bool is_fresh = fresh_sets.contains(set);
      changes_.push_back({pod.written, pod.key.name, is_fresh, is_there,
                          is_there && view.ready && !view.meta.deletion_timestamp});
      if (is_fresh) fresh_.insert(pod.key.name);
    }
  }

  [[nodiscard]] const std::set<std::string>& fresh() const { return fresh_; }

  struct Count {
    int old = 0, old_ready = 0, fresh = 0, fresh_ready = 0;
    [[nodiscard]] int ready() const { return old_ready + fresh_ready; }
  };
  /// As it was when everything up to `at` had happened.
  [[nodiscard]] Count at(Time at) const {
    std::map<std::string, const Entry*> last;
    for (const Entry& entry : changes_) {
      if (entry.when <= at) last[entry.pod] = &entry;
    }
    Count out;
    for (const auto& [name, entry] : last) {
      if (!entry->is_there) continue;
      ++(entry->is_fresh ? out.fresh : out.old);
      if (entry->is_ready) ++(entry->is_fresh ? out.fresh_ready : out.old_ready);
    }
    return out;
  }
  /// The fewest Ready ones from `from` to `to`, and when.
  [[nodiscard]] std::pair<int, Time> fewest_ready(Time from, Time to) const {
    std::pair<int, Time> out{at(from).ready(), from};
    std::set<std::string_view> ready;
    for (std::size_t i = 0; i < changes_.size() && changes_[i].when <= to; ++i) {
      const Entry& entry = changes_[i];
      if (entry.is_there && entry.is_ready) {
        ready.insert(entry.pod);
      } else {
        ready.erase(entry.pod);
      }
      // What happens at one time is one step.
      const bool is_last = i + 1 == changes_.size() || changes_[i + 1].when != entry.when;
      const int count = static_cast<int>(ready.size());
      if (is_last && entry.when > from && count < out.first) out = {count, entry.when};
    }
    return out;
  }

 private:
  struct Entry {
    Time when;
    std::string pod;
    bool is_fresh, is_there, is_ready;
  };
  std::vector<Entry> changes_;
  std::set<std::string> fresh_;
};

std::string since_start(Time time) {
  return format_duration(time.time_since_epoch());
}

}  // namespace

constexpr SpecTable kCanaryExposureParams = {"canary-exposure", "", kFields};

Result<Finding> canary_exposure(CheckContext& context, const Params& params) {
  const std::string ns = params.text_or("namespace", "default"), service = params.text("service");
  const auto ref = object_ref(params.text("workload"));
  if (!ref) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("workload: \"{}\" is none", params.text("workload"))};
  }
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  const Time at{params.duration("at")};
  const Time to = params.has("to") ? Time{params.duration("to")} : run->simulation().now();
  std::vector<std::string> expected, faults, merits;
  const Pods pods(run->store(), *ref, at);

  std::int64_t all = 0, exposed = 0, failed = 0;
  for (const sim::RequestRecord& record : run->gateway().records()) {
    if (record.ns != ns || record.service != service) continue;
    if (record.arrival < at || record.arrival >= to || record.code == 0) continue;
    ++all;
    if (record.code != 200) ++failed;
    if (pods.fresh().contains(record.pod)) ++exposed;
  }
  const double share = all == 0 ? 0 : static_cast<double>(exposed) / static_cast<double>(all);
  const auto judge = [&](bool holds, std::string wanted, std::string seen) {
    expected.push_back(std::move(wanted));
    (holds ? merits : faults).push_back(std::move(seen));
  };
  if (pods.fresh().empty()) {
    const std::string wanted = "the release is tried";
    const sim::ObjectPtr object = run->store().get({ref->resource, ref->ns, ref->name});
    if (object == nullptr) {
      return Finding::fail(fmt::format("{} is not there", params.text("workload")), wanted);
    }
    std::string seen =
        fmt::format("{} made no Pod of the revision that was released", params.text("workload"));
    const sim::Value& why = object->document["status"]["message"];
    if (!why.empty()) seen += fmt::format(": it says: {}", shortened(why.as_string(), 160));
    return Finding::fail(std::move(seen), wanted);
  }
  if (all == 0) return Finding::fail("no request came in that time", "clients are answered");
  if (params.has("share_at_most")) {
    judge(share <= params.number("share_at_most"),
          fmt::format("at most {} % of the requests get the new revision",
                      params.number("share_at_most") * 100),
          fmt::format("{} of {} requests ({:.1f} %) got it", exposed, all, share * 100));
  }
  if (params.has("failed_at_most")) {
    judge(failed <= params.integer("failed_at_most"),
          fmt::format("at most {} fail", params.integer("failed_at_most")),
          fmt::format("{} failed", failed));
  }
  if (params.has("gone_within")) {
    const Duration within = params.duration("gone_within");
    const Pods::Count count = pods.at(at + within);
    judge(count.fresh == 0,
          fmt::format("{} after the release none of its Pods is left", format_duration(within)),
          fmt::format("{} Pods of it are there {} after it", count.fresh, format_duration(within)));
  }
  if (params.has("promoted_within")) {
    const Duration within = params.duration("promoted_within");
    const Pods::Count count = pods.at(at + within);
    judge(count.old == 0 && count.fresh > 0 && count.fresh_ready == count.fresh,
          fmt::format("{} after the release all Pods are of it and Ready", format_duration(within)),
          fmt::format("{} of {} Pods are of it, {} Ready, {} after it", count.fresh,
                      count.fresh + count.old, count.fresh_ready, format_duration(within)));
  }
  if (params.has("available_at_least")) {
    const auto [fewest, when] = pods.fewest_ready(at, to);
    judge(fewest >= params.integer("available_at_least"),
          fmt::format("at least {} Pods are Ready all the time",
                      params.integer("available_at_least")),
          fmt::format("{} were Ready at {}", fewest, since_start(when)));
  }
  if (faults.empty()) return Finding::pass(fmt::format("{}", fmt::join(merits, ", ")));
  return Finding::fail(fmt::format("{}", fmt::join(faults, ", ")),
                       fmt::format("{}", fmt::join(expected, ", ")));
}

}  // namespace inferlab::labs
