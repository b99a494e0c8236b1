#include "sim/controllers/application_spec.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/gitops/glob.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kThisCluster = "https://kubernetes.default.svc";
constexpr const char* kInvalid = "InvalidSpecError";

// What a wait before a retry may be.
constexpr Duration kShortestWait = 1s, kLongestWait = 24h;

Duration duration_or(const Value& text, Duration fallback) {
  return parse_duration(text.as_string()).value_or(fallback);
}

void read_source(const Value& spec, ApplicationSpec& out, std::vector<ApplicationFault>& faults) {
  const Value& source = spec["source"];
  if (spec.has("sources") || spec.has("sourceHydrator")) {
    faults.push_back({"ComparisonError", "more than one source is not simulated here"});
  }
  out.repo_url = source["repoURL"].str();
  out.source.path = source["path"].str();
  out.target_revision = source["targetRevision"].str();
  out.source.recurse = source["directory"]["recurse"].as_bool();
  if (out.repo_url.empty() || (out.source.path.empty() && !source.has("chart"))) {
    faults.push_back({kInvalid,
                      "spec.source.repoURL and either source.path, source.chart, or "
                      "source.ref are required"});
  }
  for (const char* tool : {"chart", "helm", "kustomize", "plugin"}) {
    if (!source.has(tool)) continue;
    faults.push_back({"ComparisonError",
                      fmt::format("spec.source.{} is not simulated here: keep plain manifests in "
                                  "the folder",
                                  tool)});
  }
  for (const char* field : {"include", "exclude", "jsonnet"}) {
    if (source["directory"][field].empty()) continue;
    faults.push_back(
        {"ComparisonError", fmt::format("spec.source.directory.{} is not simulated here", field)});
  }
}

void read_option(std::string_view option, ApplicationSpec& out,
                 std::vector<ApplicationFault>& faults) {
  const auto propagation = [&](std::string_view word) {
    return option == fmt::format("PrunePropagationPolicy={}", word);
  };
  if (option == "CreateNamespace=true") {
    out.creates_namespace = true;
  } else if (option == "ApplyOutOfSyncOnly=true") {
    out.out_of_sync_only = true;
  } else if (option == "PruneLast=true") {
    out.prunes_last = true;
  } else if (option == "RespectIgnoreDifferences=true") {
    out.respects_ignored = true;
  } else if (option == "Prune=false") {
    out.keeps_extra = true;
  } else if (propagation("foreground") || propagation("background") || propagation("orphan")) {
    out.prune_propagation = std::string(option.substr(option.find('=') + 1));
  } else if (!option.ends_with("=false")) {  // which is how each of them is without being named
    faults.push_back({kInvalid, fmt::format("sync option {} is not simulated here", option)});
  }
}

void read_ignored(const Value& list, ApplicationSpec& out, std::vector<ApplicationFault>& faults) {
  for (const Value& row : list.items()) {
    ApplicationSpec::Ignored ignored{
        row["group"].str(), row["kind"].str(), row["name"].str(), row["namespace"].str(), {}};
    for (const Value& pointer : row["jsonPointers"].items())
      ignored.pointers.push_back(pointer.str());
    out.ignored.push_back(std::move(ignored));
    for (const char* field : {"jqPathExpressions", "managedFieldsManagers"}) {
      if (row[field].empty()) continue;
      faults.push_back(
          {"ComparisonError", fmt::format("spec.ignoreDifferences: {} is not simulated here: use "
                                          "jsonPointers",
                                          field)});
    }
  }
}

}  // namespace

Duration RetryRule::wait(std::int64_t count) const {
  Duration out = first;
  if (factor <= 1) return std::min(out, longest);
  for (std::int64_t i = 0; i < count && out < longest; ++i) {
    if (out > longest / factor) return longest;
    out *= factor;
  }
  return std::min(out, longest);
}

std::vector<std::string> ApplicationSpec::ignored_in(const Value& object) const {
  const std::string_view version = object["apiVersion"].as_string();
  const std::size_t slash = version.find('/');
  const std::string_view group =
      slash == std::string_view::npos ? std::string_view() : version.substr(0, slash);
  std::vector<std::string> out;
  for (const Ignored& row : ignored) {
    const Value& meta = object["metadata"];
    const bool fits = matches_glob(row.group, group) &&
                      matches_glob(row.kind, object["kind"].as_string()) &&
                      (row.name.empty() || row.name == meta["name"].as_string()) &&
                      (row.ns.empty() || row.ns == meta["namespace"].as_string());
    if (fits) out.insert(out.end(), row.pointers.begin(), row.pointers.end());
  }
  return out;
}

RetryRule retry_rule(const Value& retry) {
  RetryRule out;
  out.limit = retry["limit"].as_int();
  // Argo CD itself takes any duration, none or a negative one too, and tries again at once. Here a
  // try takes no time, so that a wait of nothing would compare millions of times at one moment and
  // the run would not come on.
  out.first =
      std::clamp(duration_or(retry["backoff"]["duration"], out.first), kShortestWait, kLongestWait);
  out.factor = std::clamp<std::int64_t>(retry["backoff"]["factor"].as_int(out.factor), 1, 1000);
  out.longest = std::clamp(duration_or(retry["backoff"]["maxDuration"], out.longest), kShortestWait,
                           kLongestWait);
  out.refresh = retry["refresh"].as_bool();
  return out;
}

ApplicationSpec application_spec(const Value& document, std::vector<ApplicationFault>& faults) {
  ApplicationSpec out;
  const Value& spec = document["spec"];
  out.name = document["metadata"]["name"].str();
  out.project = spec["project"].empty() ? "default" : spec["project"].str();
  read_source(spec, out, faults);
  const Value& destination = spec["destination"];
  out.ns = destination["namespace"].str();
  const std::string server = destination["server"].str(), name = destination["name"].str();
  if (!server.empty() && !name.empty()) {
    faults.push_back({kInvalid, fmt::format("application destination can't have both name and "
                                            "server defined: {} {}",
                                            name, server)});
  } else if (server.empty() && name.empty()) {
    faults.push_back({kInvalid, "Destination server missing from app spec"});
  } else if ((!server.empty() && server != kThisCluster) ||
             (!name.empty() && name != "in-cluster")) {
    faults.push_back(
        {kInvalid, fmt::format("there are no clusters with this {}: {}",
                               server.empty() ? "name" : "URL", server.empty() ? name : server)});
  }
  const Value& policy = spec["syncPolicy"];
  const Value& automated = policy["automated"];
  out.automated = policy.has("automated") && automated["enabled"].as_bool(true);
  out.prunes = automated["prune"].as_bool();
  out.heals = automated["selfHeal"].as_bool();
  out.allows_empty = automated["allowEmpty"].as_bool();
  for (const Value& option : policy["syncOptions"].items()) {
    read_option(option.as_string(), out, faults);
  }
  out.retry = retry_rule(policy["retry"]);
  if (!policy.has("retry")) out.retry.limit = 5;  // of automated syncs
  out.history_limit = spec["revisionHistoryLimit"].as_int(out.history_limit);
  read_ignored(spec["ignoreDifferences"], out, faults);
  return out;
}

void check_project(const Store& store, const ApplicationSpec& spec,
                   std::vector<ApplicationFault>& faults) {
  const ObjectPtr project =
      store.get({std::string(kAppProjects), std::string(kArgoNamespace), spec.project});
  if (project == nullptr) {
    faults.push_back({kInvalid, fmt::format("Application referencing project {} which does not "
                                            "exist",
                                            spec.project)});
    return;
  }
  const Value& limits = project->document["spec"];
  const Value::Array& repos = limits["sourceRepos"].items();
  const bool takes_source = std::any_of(repos.begin(), repos.end(), [&](const Value& pattern) {
    return matches_glob(pattern.as_string(), spec.repo_url);
  });
  if (!takes_source) {
    faults.push_back({kInvalid, fmt::format("application repo {} is not permitted in project '{}'",
                                            spec.repo_url, spec.project)});
  }
  const Value::Array& places = limits["destinations"].items();
  const bool takes_place = std::any_of(places.begin(), places.end(), [&](const Value& place) {
    return (matches_glob(place["server"].as_string(), kThisCluster) ||
            matches_glob(place["name"].as_string(), "in-cluster")) &&
           matches_glob(place["namespace"].as_string(), spec.ns);
  });
  if (!takes_place) {
    faults.push_back(
        {kInvalid, fmt::format("application destination server '{}' and namespace '{}' do not "
                               "match any of the allowed destinations in project '{}'",
                               kThisCluster, spec.ns, spec.project)});
  }
}

}  // namespace inferlab::sim
