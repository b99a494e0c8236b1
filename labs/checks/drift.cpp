// Whether the cluster is as a folder of a Git repository says, by the rules of Argo CD's diff:
// what a sync would not change is no difference. Reads the repository and the objects as they were
// at the time, whatever an Application says of itself.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/objects_at.h"
#include "sim/gitops/compare.h"
#include "sim/gitops/health.h"
#include "sim/gitops/manifests.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr std::size_t kMaxShown = 3;

constexpr SpecField kFields[] = {
    {.name = "at", .type = kDuration, .description = "when it is looked at", .required = true},
    {.name = "branch", .description = "of the repository; its default branch if left out"},
    change_param(/*required=*/false),
    {.name = "healthy",
     .type = kBool,
     .description = "the objects must be healthy too, as Argo CD judges it"},
    {.name = "ignores",
     .type = kTexts,
     .description = "JSON pointers that are others' business: /spec/replicas of an autoscaler"},
    {.name = "namespace", .description = "of objects that name none; default if left out"},
    {.name = "path", .description = "the folder in the repository", .required = true},
    {.name = "recurse", .type = kBool, .description = "subfolders are read too"},
    {.name = "repository", .type = kId, .description = "by name", .required = true},
    {.name = "within",
     .type = kDuration,
     .description = "there may be differences for so long after `at`; 0 if left out"},
};

class DriftCheck {
 public:
  DriftCheck(sim::Cluster& run, const sim::GitRepository& repository, const Params& params)
      : run_(run),
        repository_(repository),
        params_(params),
        ns_(params.text_or("namespace", "default")),
        ignores_(params.texts("ignores")) {}

  /// What is not as it should be at this moment, in words.
  std::vector<std::string> faults_at(Time at) {
    const sim::GitCommit* commit = repository_.at(params_.text_or("branch", "HEAD"), at);
    if (commit == nullptr) return {"the repository has no commit"};
    const auto& manifests = manifests_of(*commit);
    if (!manifests) return {manifests.error().message};
    if (manifests->empty()) return {fmt::format("{}: no manifest here", params_.text("path"))};
    std::vector<std::string> out;
    std::set<sim::ObjectKey> wanted;
    for (const Value& manifest : *manifests) {
      sim::DesiredObject desired = sim::desired_object(run_.api().kinds(), manifest, "", ns_);
      wanted.insert(desired.key);
      resources_.insert(desired.key.resource);
      std::string fault = fault_of(std::move(desired), at);
      if (!fault.empty()) out.push_back(std::move(fault));
    }
    add_extra(wanted, at, out);
    return out;
  }

  /// The moments in (from, to] in which an object of such a kind has changed, latest first.
  [[nodiscard]] std::vector<Time> moments(Time from, Time to) const {
    std::set<Time> out;
    for (const std::string& resource : resources_) {
      for (const sim::Change& change : run_.store().changes_since(resource, 0)) {
        const Time at = change.object->written;
        if (at > from && at <= to) out.insert(at);
      }
    }
    for (const sim::GitCommit& commit : repository_.commits()) {
      if (commit.at > from && commit.at <= to) out.insert(commit.at);
    }
    return {out.rbegin(), out.rend()};
  }

 private:
  static std::string name_of(const Value& object) {
    const Value& meta = object["metadata"];
    const std::string ns = meta["namespace"].str();
    return fmt::format("{} {}{}{}", object["kind"].as_string(), ns, ns.empty() ? "" : "/",
                       meta["name"].as_string());
  }

  // One moment after the other is looked at, and most of them see the same commit.
  const Result<std::vector<Value>>& manifests_of(const sim::GitCommit& commit) {
    if (!manifests_ || read_from_ != commit.id) {
      read_from_ = commit.id;
      manifests_ = sim::manifests_in(
          commit.files, {.path = params_.text("path"), .recurse = params_.flag("recurse")});
    }
    return *manifests_;
  }

  // A resource's history is walked once a moment.
  const std::vector<sim::ObjectPtr>& objects_of(const std::string& resource, Time at) {
    if (moment_ != at) objects_.clear();
    moment_ = at;
    const auto [found, is_new] = objects_.try_emplace(resource);
    if (is_new) found->second = objects_at(run_.store(), resource, at);
    return found->second;
  }

  sim::ObjectPtr object_at(const sim::ObjectKey& key, Time at) {
    for (const sim::ObjectPtr& object : objects_of(key.resource, at)) {
      if (object->key == key) return object;
    }
    return nullptr;
  }

  std::string fault_of(sim::DesiredObject desired, Time at) {
    const std::string name = name_of(desired.object);
    if (desired.kind == nullptr) return name + ": the cluster has no such kind";
    const sim::ObjectPtr stored = object_at(desired.key, at);
    if (stored == nullptr) return name + " is not there";
    const Value live = sim::live_in(*desired.kind, stored->document);
    // Whose it is, is the Application's business.
    constexpr const char* kPointer = "/metadata/annotations/argocd.argoproj.io~1tracking-id";
    const std::string pointers[] = {kPointer};
    desired.object = sim::with_pointers_of(desired.object, live, pointers);
    const std::string where = sim::difference_from(desired, live, ignores_);
    if (!where.empty()) return fmt::format("{} differs at {}", name, where);
    if (!params_.flag("healthy")) return {};
    const auto health = sim::health_of(stored->document);
    if (!health || health->status == "Healthy") return {};
    return fmt::format("{} is {}{}{}", name, health->status, health->message.empty() ? "" : ": ",
                       health->message);
  }

  // What an Application has made in the namespace, and Git has no more.
  void add_extra(const std::set<sim::ObjectKey>& wanted, Time at, std::vector<std::string>& out) {
    for (const std::string& resource : run_.store().resources()) {
      for (const sim::ObjectPtr& object : objects_of(resource, at)) {
        const Value& id = object->document["metadata"]["annotations"][sim::kTrackingId];
        if (object->key.ns != ns_ || !id.is_string() || wanted.contains(object->key)) continue;
        const std::string own = fmt::format("/{}:{}/{}", object->document["kind"].as_string(),
                                            object->key.ns, object->key.name);
        if (!id.as_string().ends_with(own)) continue;  // copied from its owner
        resources_.insert(resource);
        out.push_back(name_of(object->document) + " is there, and Git has it no more");
      }
    }
  }

  sim::Cluster& run_;
  const sim::GitRepository& repository_;
  const Params& params_;
  const std::string ns_;
  const std::vector<std::string> ignores_;
  std::set<std::string> resources_;
  std::string read_from_;  // id of the commit that manifests_ are of
  std::optional<Result<std::vector<Value>>> manifests_;
  std::optional<Time> moment_;  // that objects_ are of
  std::map<std::string, std::vector<sim::ObjectPtr>> objects_;
};

}  // namespace

constexpr SpecTable kDriftParams = {"drift", "", kFields};

Result<Finding> drift(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  const sim::GitRepository* repository = run->repositories().by_name(params.text("repository"));
  if (repository == nullptr) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("repository: there is no \"{}\" in cluster.repositories",
                             params.text("repository"))};
  }
  const Duration within = params.duration_or("within", {});
  const Time from{params.duration("at")}, to = from + within;
  const std::string start = format_duration(params.duration("at"));
  const std::string expected = fmt::format(
      "{}: the cluster is as {} of the repository says{}",
      within == Duration{} ? "at " + start
                           : fmt::format("within {} of {}", format_duration(within), start),
      params.text("path"), params.flag("healthy") ? ", and healthy" : "");
  DriftCheck check(*run, *repository, params);
  std::vector<std::string> faults = check.faults_at(to);
  if (!faults.empty()) {
    const std::size_t shown = std::min(faults.size(), kMaxShown);
    std::string seen = fmt::format(
        "{}: {}", format_duration(to.time_since_epoch()),
        fmt::join(faults.begin(), faults.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
    if (faults.size() > shown) seen += fmt::format("; and {} more", faults.size() - shown);
    return Finding::fail(std::move(seen), expected);
  }
  Time since = to;
  for (const Time at : check.moments(from, to)) {
    if (!check.faults_at(at).empty()) break;
    since = at;
  }
  if (within == Duration{} || check.faults_at(from).empty()) {
    return Finding::pass(
        fmt::format("no difference at {}", format_duration(to.time_since_epoch())));
  }
  return Finding::pass(fmt::format("no difference from {} after {} on",
                                   format_duration(since - from),
                                   format_duration(from.time_since_epoch())));
}

}  // namespace inferlab::labs
