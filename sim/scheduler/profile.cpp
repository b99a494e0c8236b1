#include "sim/scheduler/profile.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scheduler/configuration_fields.h"
#include "sim/scheduler/plugin.h"
#include "sim/scheduler/plugin_sets.h"

namespace inferlab::sim {
namespace {

using configuration::invalid;

Result<std::vector<ScoredResource>> resources_of(const Value& list, std::string_view field) {
  std::vector<ScoredResource> out;
  for (const Value& item : list.items()) {
    const std::int64_t weight = item["weight"].as_int(1);
    if (weight < 1 || weight > 100) return invalid(field, "weight is not within 1 … 100");
    out.push_back({item["name"].str(), weight});
  }
  return out;
}

Result<void> read_fit(SchedulerProfile& out, const Value& args) {
  for (const Value& name : args["ignoredResources"].items()) {
    out.ignored_resources.push_back(name.str());
  }
  for (const Value& name : args["ignoredResourceGroups"].items()) {
    out.ignored_resource_groups.push_back(name.str());
  }
  const Value& strategy = args["scoringStrategy"];
  if (strategy.is_null()) return {};
  const std::string_view type = strategy["type"].as_string("LeastAllocated");
  if (type == "LeastAllocated") {
    out.fit_strategy = FitStrategy::kLeastAllocated;
  } else if (type == "MostAllocated") {
    out.fit_strategy = FitStrategy::kMostAllocated;
  } else if (type == "RequestedToCapacityRatio") {
    out.fit_strategy = FitStrategy::kRequestedToCapacityRatio;
  } else {
    return invalid("scoringStrategy.type",
                   fmt::format("\"{}\" is not supported: it is LeastAllocated, MostAllocated or "
                               "RequestedToCapacityRatio",
                               type));
  }
  if (!strategy["resources"].empty()) {
    INFERLAB_TRY(out.fit_resources,
                 resources_of(strategy["resources"], "scoringStrategy.resources"));
  }
  for (const Value& point : strategy["requestedToCapacityRatio"]["shape"].items()) {
    const ShapePoint next{point["utilization"].as_int(), point["score"].as_int()};
    if (next.utilization < 0 || next.utilization > 100 || next.score < 0 || next.score > 10) {
      return invalid("shape", "utilization must be within 0 … 100 and score within 0 … 10");
    }
    if (!out.fit_shape.empty() && out.fit_shape.back().utilization >= next.utilization) {
      return invalid("shape", "utilization must grow from point to point");
    }
    out.fit_shape.push_back(next);
  }
  if (out.fit_strategy == FitStrategy::kRequestedToCapacityRatio && out.fit_shape.empty()) {
    return invalid("shape", "at least one point is needed");
  }
  return {};
}

void read_node_affinity(SchedulerProfile& out, const Value& added) {
  const Value& required = added["requiredDuringSchedulingIgnoredDuringExecution"];
  if (!required.is_null()) {
    out.added_required_affinity.emplace();
    for (const Value& term : required["nodeSelectorTerms"].items()) {
      out.added_required_affinity->push_back(
          {LabelSelector::from_expressions(term["matchExpressions"]),
           LabelSelector::from_expressions(term["matchFields"])});
    }
  }
  for (const Value& item : added["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    const Value& preference = item["preference"];
    out.added_preferred_affinity.push_back(
        {item["weight"].as_int(),
         {LabelSelector::from_expressions(preference["matchExpressions"]),
          LabelSelector::from_expressions(preference["matchFields"])}});
  }
}

Result<void> read_spread(SchedulerProfile& out, const Value& args) {
  const std::string_view defaulting = args["defaultingType"].as_string("System");
  if (defaulting != "System" && defaulting != "List") {
    return invalid("defaultingType",
                   fmt::format("\"{}\" is not supported: it is System or List", defaulting));
  }
  out.system_default_spread = defaulting == "System";
  for (const Value& item : args["defaultConstraints"].items()) {
    if (item.has("labelSelector")) {
      return invalid("defaultConstraints.labelSelector", "must not be set");
    }
    SpreadConstraint constraint;
    constraint.topology_key = item["topologyKey"].str();
    constraint.max_skew = item["maxSkew"].as_int(1);
    constraint.do_not_schedule = item["whenUnsatisfiable"].as_string() == "DoNotSchedule";
    out.default_spread.push_back(std::move(constraint));
  }
  return {};
}

Result<void> read_args(SchedulerProfile& out, std::string_view plugin, const Value& args) {
  if (plugin == "NodeResourcesFit") return read_fit(out, args);
  if (plugin == "NodeAffinity") read_node_affinity(out, args["addedAffinity"]);
  if (plugin == "PodTopologySpread") return read_spread(out, args);
  if (plugin == "NodeResourcesBalancedAllocation" && !args["resources"].empty()) {
    INFERLAB_TRY(out.balanced_resources, resources_of(args["resources"], "resources"));
  }
  if (plugin == "InterPodAffinity") {
    out.hard_pod_affinity_weight = args["hardPodAffinityWeight"].as_int(1);
    out.ignore_preferred_terms_of_existing_pods =
        args["ignorePreferredTermsOfExistingPods"].as_bool();
    if (out.hard_pod_affinity_weight < 0 || out.hard_pod_affinity_weight > 100) {
      return invalid("hardPodAffinityWeight", "is not within 0 … 100");
    }
  }
  if (plugin == "Coscheduling") {
    const std::int64_t seconds = args["permitWaitingTimeSeconds"].as_int(60);
    if (seconds < 0) return invalid("permitWaitingTimeSeconds", "is below 0");
    if (args["podGroupBackoffSeconds"].as_int(0) != 0) {
      return invalid("podGroupBackoffSeconds", "is not simulated: leave it at 0");
    }
    out.permit_waiting_time = seconds_capped(seconds);
  }
  if (plugin == "DefaultPreemption") {
    out.min_candidate_nodes_percentage = args["minCandidateNodesPercentage"].as_int(10);
    out.min_candidate_nodes_absolute = args["minCandidateNodesAbsolute"].as_int(100);
    if (out.min_candidate_nodes_percentage < 0 || out.min_candidate_nodes_percentage > 100) {
      return invalid("minCandidateNodesPercentage", "is not within 0 … 100");
    }
    if (out.min_candidate_nodes_absolute < 0) {
      return invalid("minCandidateNodesAbsolute", "is below 0");
    }
    if (out.min_candidate_nodes_percentage == 0 && out.min_candidate_nodes_absolute == 0) {
      return invalid("minCandidateNodesAbsolute",
                     "cannot be zero at the same time as minCandidateNodesPercentage");
    }
  }
  return {};
}

Result<void> check_type(const Value& configuration) {
  const std::string_view version =
      configuration["apiVersion"].as_string("kubescheduler.config.k8s.io/v1");
  if (version != "kubescheduler.config.k8s.io/v1") {
    return invalid("apiVersion",
                   fmt::format("\"{}\" is not served by kube-scheduler 1.32", version));
  }
  const std::string_view kind = configuration["kind"].as_string("KubeSchedulerConfiguration");
  if (kind != "KubeSchedulerConfiguration") {
    return invalid("kind", fmt::format("is \"{}\"", kind));
  }
  return {};
}

Result<SchedulerProfile> read_profile(const SchedulerProfile& common, const Value& profile) {
  SchedulerProfile out = common;
  out.scheduler_name = std::string(profile["schedulerName"].as_string("default-scheduler"));
  if (profile.has("percentageOfNodesToScore")) {
    out.percentage_of_nodes_to_score = profile["percentageOfNodesToScore"].as_int(0);
  }
  INFERLAB_TRY_VOID(read_plugin_sets(out, profile["plugins"]));
  for (const Value& item : profile["pluginConfig"].items()) {
    const std::string name = item["name"].str();
    if (!configuration::is_plugin(name))
      return invalid("pluginConfig", fmt::format("no plugin is named {}", name));
    INFERLAB_TRY_VOID(read_args(out, name, item["args"]));
  }
  return out;
}

/// The plugin that sorts the queue; there must be exactly one.
Result<std::string_view> queue_sort_of(const SchedulerProfile& profile) {
  std::vector<std::string_view> sorters;
  for (const PluginRow& row : plugin_registry()) {
    const bool sorts = row.name == "PrioritySort" || row.name == "Coscheduling";
    if (sorts && includes(points_of(profile, row), ExtensionPoint::kQueueSort)) {
      sorters.push_back(row.name);
    }
  }
  if (sorters.size() == 1) return sorters.front();
  return invalid(
      "profiles.plugins.queueSort",
      sorters.empty()
          ? fmt::format("no queue sort plugin for profile \"{}\"", profile.scheduler_name)
          : fmt::format("only one queue sort plugin required for profile with scheduler name "
                        "\"{}\", but got {}",
                        profile.scheduler_name, sorters.size()));
}

}  // namespace

std::size_t SchedulerProfile::nodes_to_find(std::size_t num_nodes) const {
  constexpr std::size_t kMinimum = 100;
  if (num_nodes < kMinimum) return num_nodes;
  std::size_t percent = static_cast<std::size_t>(
      std::max<std::int64_t>(0, std::min<std::int64_t>(100, percentage_of_nodes_to_score)));
  if (percent == 0) {
    const std::size_t fall = num_nodes / 125;
    percent = fall + 5 >= 50 ? 5 : 50 - fall;
  }
  return std::max(kMinimum, num_nodes * percent / 100);
}

Result<std::vector<SchedulerProfile>> profiles_from(const Value& configuration) {
  SchedulerProfile common;
  INFERLAB_TRY_VOID(check_type(configuration));
  INFERLAB_TRY_VOID(configuration::check_fields(configuration));
  common.percentage_of_nodes_to_score = configuration["percentageOfNodesToScore"].as_int(0);
  common.initial_backoff = seconds_capped(configuration["podInitialBackoffSeconds"].as_int(1));
  common.max_backoff = seconds_capped(configuration["podMaxBackoffSeconds"].as_int(10));
  if (common.initial_backoff <= Duration{} || common.max_backoff < common.initial_backoff) {
    return invalid("podMaxBackoffSeconds", "must not be below podInitialBackoffSeconds");
  }
  std::vector<SchedulerProfile> out;
  for (const Value& profile : configuration["profiles"].items()) {
    INFERLAB_TRY(SchedulerProfile made, read_profile(common, profile));
    for (const SchedulerProfile& other : out) {
      if (other.scheduler_name == made.scheduler_name) {
        return invalid("profiles.schedulerName",
                       "Duplicate value: \"" + made.scheduler_name + "\"");
      }
    }
    INFERLAB_TRY(const std::string_view sort, queue_sort_of(made));
    if (!out.empty() && *queue_sort_of(out.front()) != sort) {
      return invalid("profiles.plugins.queueSort",
                     fmt::format("different queue sort plugins for profile \"{}\": \"{}\", first: "
                                 "\"{}\"",
                                 made.scheduler_name, sort, *queue_sort_of(out.front())));
    }
    out.push_back(std::move(made));
  }
  if (out.empty()) out.push_back(std::move(common));
  return out;
}

}  // namespace inferlab::sim
