#include "sim/scheduler/configuration_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sim/scheduler/plugin.h"

namespace inferlab::sim::configuration {
namespace {

// A field and what stands in it: a row of another type, or nothing that is looked into.
struct Field {
  std::string_view of, name;
  std::string_view type = {};
  bool is_list = false;
};

// Source: reference of kubescheduler.config.k8s.io/v1, and of the Coscheduling plugin.
constexpr Field kFields[] = {
    {"configuration", "apiVersion"},
    {"configuration", "kind"},
    {"configuration", "parallelism"},
    {"configuration", "leaderElection"},
    {"configuration", "clientConnection"},
    {"configuration", "enableProfiling"},
    {"configuration", "enableContentionProfiling"},
    {"configuration", "percentageOfNodesToScore"},
    {"configuration", "podInitialBackoffSeconds"},
    {"configuration", "podMaxBackoffSeconds"},
    {"configuration", "profiles", "profile", true},
    {"configuration", "extenders"},
    {"configuration", "delayCacheUntilActive"},
    {"profile", "schedulerName"},
    {"profile", "percentageOfNodesToScore"},
    {"profile", "plugins", "plugins"},
    {"profile", "pluginConfig", "pluginConfig", true},
    {"plugins", "preEnqueue", "set"},
    {"plugins", "queueSort", "set"},
    {"plugins", "preFilter", "set"},
    {"plugins", "filter", "set"},
    {"plugins", "postFilter", "set"},
    {"plugins", "preScore", "set"},
    {"plugins", "score", "set"},
    {"plugins", "reserve", "set"},
    {"plugins", "permit", "set"},
    {"plugins", "preBind", "set"},
    {"plugins", "bind", "set"},
    {"plugins", "postBind", "set"},
    {"plugins", "multiPoint", "set"},
    {"set", "enabled", "plugin", true},
    {"set", "disabled", "plugin", true},
    {"plugin", "name"},
    {"plugin", "weight"},
    {"pluginConfig", "name"},
    {"pluginConfig", "args"},
    // The arguments, by the name of the plugin.
    {"NodeResourcesFit", "ignoredResources"},
    {"NodeResourcesFit", "ignoredResourceGroups"},
    {"NodeResourcesFit", "scoringStrategy", "scoringStrategy"},
    {"scoringStrategy", "type"},
    {"scoringStrategy", "resources", "resource", true},
    {"scoringStrategy", "requestedToCapacityRatio", "ratio"},
    {"ratio", "shape", "point", true},
    {"resource", "name"},
    {"resource", "weight"},
    {"point", "utilization"},
    {"point", "score"},
    {"NodeResourcesBalancedAllocation", "resources", "resource", true},
    {"NodeAffinity", "addedAffinity", "nodeAffinity"},
    {"nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"},
    {"nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"},
    {"PodTopologySpread", "defaultConstraints", "constraint", true},
    {"PodTopologySpread", "defaultingType"},
    {"constraint", "maxSkew"},
    {"constraint", "topologyKey"},
    {"constraint", "whenUnsatisfiable"},
    {"constraint", "labelSelector"},
    {"constraint", "minDomains"},
    {"constraint", "nodeAffinityPolicy"},
    {"constraint", "nodeTaintsPolicy"},
    {"constraint", "matchLabelKeys"},
    {"InterPodAffinity", "hardPodAffinityWeight"},
    {"InterPodAffinity", "ignorePreferredTermsOfExistingPods"},
    {"VolumeBinding", "bindTimeoutSeconds"},
    {"VolumeBinding", "shape", "point", true},
    {"DefaultPreemption", "minCandidateNodesPercentage"},
    {"DefaultPreemption", "minCandidateNodesAbsolute"},
    {"Coscheduling", "permitWaitingTimeSeconds"},
    {"Coscheduling", "podGroupBackoffSeconds"},
};

Error unknown_field(const std::string& path, std::string_view type) {
  std::string known;
  for (const Field& field : kFields) {
    if (field.of != type) continue;
    known += (known.empty() ? "" : ", ") + std::string(field.name);
  }
  return Error{
      ErrorKind::kInvalid,
      fmt::format("KubeSchedulerConfiguration: strict decoding error: unknown field \"{}\"", path),
      known.empty() ? "there are none here" : "there are " + known};
}

// kFields nests a handful of levels, and so does this.
Result<void> check(const Value& object, std::string_view type, const std::string& path) {
  for (const Value::Member& member : object.members()) {
    const std::string at = path + (path.empty() ? "" : ".") + member.key;
    const bool names_type = member.key == "apiVersion" || member.key == "kind";
    const auto field = std::find_if(std::begin(kFields), std::end(kFields), [&](const Field& one) {
      return one.of == type && one.name == member.key;
    });
    if (field == std::end(kFields)) {
      if (names_type && configuration::is_plugin(type)) continue;
      return unknown_field(at, type);
    }
    if (field->type.empty() || member.value.is_null()) continue;
    if (field->is_list ? !member.value.is_array() : !member.value.is_object()) {
      return invalid(at, field->is_list ? "must be a list" : "must be an object");
    }
    if (!field->is_list) {
      INFERLAB_TRY_VOID(check(member.value, field->type, at));
      continue;
    }
    std::size_t i = 0;
    for (const Value& item : member.value.items()) {
      INFERLAB_TRY_VOID(check(item, field->type, fmt::format("{}[{}]", at, i++)));
    }
  }
  return {};
}

}  // namespace

Error invalid(std::string_view field, std::string_view why) {
  return Error{ErrorKind::kInvalid, fmt::format("KubeSchedulerConfiguration: {}: {}", field, why),
               "see the reference of kubescheduler.config.k8s.io/v1"};
}

bool is_plugin(std::string_view name) {
  const auto rows = plugin_registry();
  return std::any_of(rows.begin(), rows.end(),
                     [name](const PluginRow& row) { return row.name == name; });
}

Result<void> check_fields(const Value& configuration) {
  INFERLAB_TRY_VOID(check(configuration, "configuration", ""));
  if (!configuration["extenders"].empty()) {
    return invalid("extenders", "are not simulated: leave them out");
  }
  std::size_t i = 0;
  for (const Value& profile : configuration["profiles"].items()) {
    std::size_t j = 0;
    for (const Value& item : profile["pluginConfig"].items()) {
      if (!is_plugin(item["name"].as_string())) {
        return invalid("pluginConfig", fmt::format("no plugin is named {}", item["name"].str()));
      }
      INFERLAB_TRY_VOID(check(item["args"], item["name"].as_string(),
                              fmt::format("profiles[{}].pluginConfig[{}].args", i, j++)));
    }
    ++i;
  }
  return {};
}

}  // namespace inferlab::sim::configuration
