// What is decided by sums that are remembered is what the scores, plugin by plugin, say.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "engine/base/rng.h"
#include "sim/api/json.h"
#include "tests/sim/scheduler/scheduler_world.h"

namespace inferlab {
namespace {

using sim::Value;

Value json(const std::string& text) {
  return sim::parse_json(text).value();
}

void put_node(SchedulerWorld& world, Rng& rng, int number) {
  const std::string name = fmt::format("n{:02}", number);
  Value node = json(fmt::format(
      R"({{"apiVersion": "v1", "kind": "Node", "metadata": {{"labels": {{
        "kubernetes.io/hostname": "{}", "topology.kubernetes.io/zone": "z{}"}}}},
        "status": {{"allocatable": {{"cpu": "{}", "memory": "{}Gi", "pods": "20"}}}}}})",
      name, rng.below(3), rng.between(8, 32), rng.between(16, 64)));
  if (rng.below(4) == 0) {
    node = node.with_path({"spec", "taints"},
                          json(R"([{"key": "old", "effect": "PreferNoSchedule"}])"));
  }
  if (rng.below(3) == 0) {
    node = node.with_path({"status", "images"},
                          json(R"([{"names": ["img:v1"], "sizeBytes": 900000000}])"));
  }
  world.put("nodes", "", name, node);
}

Value random_pod(Rng& rng) {
  const std::string app = fmt::format("a{}", rng.below(3));
  const std::string selector = fmt::format(R"({{"matchLabels": {{"app": "{}"}}}})", app);
  Value pod = json(fmt::format(
      R"({{"apiVersion": "v1", "kind": "Pod", "metadata": {{"labels": {{"app": "{}"}}}},
        "spec": {{"containers": [{{"name": "main", "image": "img:v1", "resources":
          {{"requests": {{"cpu": "{}m", "memory": "1Gi"}}}}}}], "schedulerName": "default-scheduler",
          "restartPolicy": "Always"}},
        "status": {{"phase": "Pending"}}}})",
      app, rng.between(1, 4) * 250));
  if (rng.below(2) == 0) {
    pod = pod.with_path(
        {"spec", "topologySpreadConstraints"},
        json(fmt::format(R"([{{"maxSkew": {}, "topologyKey": "topology.kubernetes.io/zone",
                              "whenUnsatisfiable": "{}", "labelSelector": {}}},
                             {{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
                              "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}}}])",
                         rng.between(1, 3), rng.below(2) == 0 ? "DoNotSchedule" : "ScheduleAnyway",
                         selector, selector)));
  }
  if (rng.below(2) == 0) {
    pod =
        pod.with_path({"spec", "affinity", rng.below(2) == 0 ? "podAffinity" : "podAntiAffinity",
                       "preferredDuringSchedulingIgnoredDuringExecution"},
                      json(fmt::format(R"([{{"weight": {}, "podAffinityTerm": {{"labelSelector": {},
                             "topologyKey": "topology.kubernetes.io/zone"}}}}])",
                                       rng.between(1, 100), selector)));
  }
  return pod;
}

// The nodes that fit with the highest sum of scores.
std::set<std::string> best_nodes(const sim::SchedulingExplanation& explanation) {
  std::int64_t best = -1;
  for (const auto& node : explanation.nodes) {
    if (node.refusals.empty()) best = std::max(best, node.total);
  }
  std::set<std::string> out;
  for (const auto& node : explanation.nodes) {
    if (node.refusals.empty() && node.total == best) out.insert(node.node);
  }
  return out;
}

}  // namespace

TEST_CASE("KubeScheduler: a Pod goes to one of the nodes that explain() puts first") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    SchedulerWorld world(seed);
    for (int i = 0; i < 30; ++i) put_node(world, rng, i);
    world.run_for(100ms);
    for (int i = 0; i < 60; ++i) {
      const std::string name = fmt::format("p{:02}", i);
      world.put("pods", "default", name, random_pod(rng));
      const auto explanation = world.scheduler.explain("default", name);
      REQUIRE(explanation.has_value());
      const std::set<std::string> best = best_nodes(*explanation);
      world.run_for(100ms);
      const std::string node = world.pod(name)["spec"]["nodeName"].str();
      INFO(name << " went to " << node);
      CHECK((best.empty() ? node.empty() : best.contains(node)));
    }
  }
}

}  // namespace inferlab
