#include "sim/controllers/application_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "sim/gitops/health.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWave = "argocd.argoproj.io/sync-wave";
constexpr std::string_view kHook = "argocd.argoproj.io/hook";
constexpr const char* kCompareError = "ComparisonError";

const Value& annotation(const Value& object, std::string_view name) {
  return object["metadata"]["annotations"][name];
}

Error load_error(std::string_view why) {
  return Error{ErrorKind::kInvalid, fmt::format("Failed to load target state: failed to generate "
                                                "manifest for source 1 of 1: rpc error: code = "
                                                "Unknown desc = {}",
                                                why)};
}

Result<const GitCommit*> commit_of(const GitRepositories* repositories, const ApplicationSpec& spec,
                                   std::string_view revision) {
  const GitRepository* repository =
      repositories == nullptr ? nullptr : repositories->by_url(spec.repo_url);
  if (repository == nullptr) {
    return load_error("failed to list refs: authentication required: Repository not found.");
  }
  const GitCommit* commit = repository->resolve(revision);
  if (commit == nullptr) {
    return load_error(fmt::format("unable to resolve '{}' to a commit SHA", revision));
  }
  return commit;
}

// Only live objects that say of themselves that they are this very one: a copy of the annotation
// on another object does not count.
bool tracks_itself(const StoredObject& object, const ApplicationSpec& spec) {
  const auto [group, unused] = group_version(object.document);
  const std::string& ns = object.key.ns.empty() ? spec.ns : object.key.ns;
  return annotation(object.document, kTrackingId).as_string() ==
         tracking_id(spec.name, group, object.document["kind"].as_string(), ns, object.key.name);
}

void add_desired(Api& api, const ApplicationSpec& spec, const std::vector<Value>& manifests,
                 ApplicationState& out) {
  std::map<ObjectKey, std::size_t> places;
  for (const Value& manifest : manifests) {
    ApplicationResource one;
    one.desired = desired_object(api.kinds(), manifest, spec.name, spec.ns);
    if (!annotation(manifest, kHook).empty()) {
      out.faults.push_back(
          {kCompareError, fmt::format("{} {}: hooks are not simulated here",
                                      manifest["kind"].as_string(), one.desired.key.name)});
      out.is_known = false;
      continue;
    }
    one.ignored = spec.ignored_in(one.desired.object);
    const auto [place, is_new] = places.emplace(one.desired.key, out.resources.size());
    if (is_new) {
      out.resources.push_back(std::move(one));
      continue;
    }
    out.faults.push_back(
        {"RepeatedResourceWarning",
         fmt::format("Resource {}/{}/{}/{} appeared 2 times among application resources.",
                     group_version(manifest).first, manifest["kind"].as_string(),
                     one.desired.key.ns, one.desired.key.name)});
    out.resources[place->second] = std::move(one);
  }
}

void look_at_live(Api& api, const ApplicationSpec& spec, ApplicationState& out) {
  for (ApplicationResource& one : out.resources) {
    if (one.desired.kind == nullptr) continue;
    one.live = api.store().get(one.desired.key);
    if (one.live == nullptr) continue;
    one.in_sync =
        difference_from(one.desired, live_in(*one.desired.kind, one.live->document), one.ignored)
            .empty();
    const std::string_view other = annotation(one.live->document, kTrackingId).as_string();
    const std::string_view owner = other.substr(0, other.find(':'));
    if (owner.empty() || owner == spec.name) continue;
    out.faults.push_back({"SharedResourceWarning",
                          fmt::format("{}/{} is part of applications {}/{} and {}",
                                      one.live->document["kind"].as_string(), one.live->key.name,
                                      kArgoNamespace, spec.name, owner)});
  }
}

void judge_health(ApplicationState& state) {
  bool any_live = false;
  state.health = "Healthy";
  for (const ApplicationResource& one : state.resources) {
    if (one.live == nullptr) continue;
    any_live = true;
    const auto health = health_of(one.live->document);
    if (health && is_worse_health(health->status, state.health)) state.health = health->status;
  }
  if (!any_live && !state.resources.empty()) state.health = "Missing";
}

}  // namespace

std::int64_t ApplicationResource::wave() const {
  const std::string_view text = annotation(document(), kWave).as_string();
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

bool has_sync_option(const Value& object, std::string_view option) {
  std::string_view rest = annotation(object, "argocd.argoproj.io/sync-options").as_string();
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view word = rest.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (word == option) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

Value ApplicationState::resource_list(const ApplicationSpec& spec) const {
  std::map<std::string, Value> ordered;
  for (const ApplicationResource& one : resources) {
    const Value& document = one.document();
    const auto [group, version] = group_version(document);
    const std::string kind = document["kind"].str(), name = document["metadata"]["name"].str();
    const std::string ns = document["metadata"]["namespace"].str();
    Value::Object row = {{"kind", Value(kind)},
                         {"name", Value(name)},
                         {"status", !is_known     ? "Unknown"
                                    : one.in_sync ? "Synced"
                                                  : "OutOfSync"},
                         {"version", Value(version)}};
    if (!group.empty()) row.push_back({"group", Value(group)});
    if (!ns.empty()) row.push_back({"namespace", Value(ns)});
    if (one.is_extra()) row.push_back({"requiresPruning", true});
    if (one.wave() != 0) row.push_back({"syncWave", one.wave()});
    ordered[fmt::format("{}/{}/{}/{}", group, kind, ns.empty() ? spec.ns : ns, name)] =
        Value::object(std::move(row));
  }
  Value::Array out;
  for (auto& [key, row] : ordered) out.push_back(std::move(row));
  return Value::array(std::move(out));
}

ApplicationState compare_application(Api& api, const GitRepositories* repositories,
                                     const ApplicationSpec& spec, std::string_view revision,
                                     const std::set<ObjectKey>& tracked) {
  ApplicationState out;
  const auto fail = [&out](const Error& error) {
    out.faults.push_back({kCompareError, error.message});
    out.is_known = false;
  };
  const auto commit = commit_of(repositories, spec, revision);
  if (commit) {
    out.revision = (*commit)->id;
    const auto manifests = manifests_in((*commit)->files, spec.source);
    if (manifests) {
      add_desired(api, spec, *manifests, out);
    } else {
      fail(load_error(manifests.error().message));
    }
  } else {
    fail(commit.error());
  }
  look_at_live(api, spec, out);
  std::set<ObjectKey> wanted;
  for (const ApplicationResource& one : out.resources) wanted.insert(one.desired.key);
  for (const ObjectKey& key : tracked) {
    ObjectPtr live = wanted.contains(key) ? nullptr : api.store().get(key);
    if (live == nullptr || !tracks_itself(*live, spec)) continue;
    ApplicationResource extra;
    extra.desired.key = key;
    extra.live = std::move(live);
    out.resources.push_back(std::move(extra));
  }
  judge_health(out);
  if (!out.is_known) return out;
  const bool all = std::all_of(out.resources.begin(), out.resources.end(),
                               [](const ApplicationResource& one) { return one.in_sync; });
  out.sync = all ? "Synced" : "OutOfSync";
  return out;
}

}  // namespace inferlab::sim
