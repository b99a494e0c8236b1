// How many Pods a second of CPU time are bound. Hidden: run with the tag [throughput].
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "sim/api/json.h"
#include "tests/sim/scheduler/scheduler_world.h"

namespace inferlab {
namespace {

using sim::Value;

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

Value json(const std::string& text) {
  return sim::parse_json(text).value();
}

void put_nodes(SchedulerWorld& world, int count) {
  for (int i = 0; i < count; ++i) {
    testing::GoldenCommand node;
    const std::string name = fmt::format("n{:05}", i);
    node.words = {name};
    node.args = {{"cpu", "96"},
                 {"memory", "1Ti"},
                 {"pods", "110"},
                 {"nvidia.com/gpu", "8"},
                 {"labels", fmt::format("kubernetes.io/hostname={} topology.kubernetes.io/zone=z{}",
                                        name, i % 10)}};
    world.put_node(node);
  }
}

// Pods of `apps` Deployments in turn: spread over zones and hosts, preferring company of the next
// app and keeping off hosts with Pods of their own kind where `affine`.
Value pod_of(int app, bool spread, bool affine) {
  const std::string own = fmt::format("app-{:03}", app);
  Value spec = json(R"({"containers": [{"name": "main", "image": "registry.local/vllm:v1",
      "terminationMessagePath": "/dev/termination-log", "imagePullPolicy": "IfNotPresent",
      "resources": {"requests": {"cpu": "1", "memory": "2Gi"}}}],
      "restartPolicy": "Always", "schedulerName": "default-scheduler",
      "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists",
                       "effect": "NoExecute", "tolerationSeconds": 300}]})");
  if (spread) {
    spec = spec.with("topologySpreadConstraints",
                     json(fmt::format(
                         R"([{{"maxSkew": 5, "topologyKey": "topology.kubernetes.io/zone",
              "whenUnsatisfiable": "DoNotSchedule",
              "labelSelector": {{"matchLabels": {{"app": "{0}"}}}}}},
            {{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
              "whenUnsatisfiable": "ScheduleAnyway",
              "labelSelector": {{"matchLabels": {{"app": "{0}"}}}}}}])",
                         own)));
  }
  if (affine) {
    spec =
        spec.with("affinity",
                  json(fmt::format(
                      R"({{"podAntiAffinity": {{"requiredDuringSchedulingIgnoredDuringExecution": [
               {{"labelSelector": {{"matchLabels": {{"app": "{0}"}}}},
                 "topologyKey": "kubernetes.io/hostname"}}]}},
             "podAffinity": {{"preferredDuringSchedulingIgnoredDuringExecution": [
               {{"weight": 10, "podAffinityTerm": {{
                 "labelSelector": {{"matchLabels": {{"app": "app-{1:03}"}}}},
                 "topologyKey": "topology.kubernetes.io/zone"}}}}]}}}})",
                      own, app + 1)));
  }
  return Value::object({{"apiVersion", "v1"},
                        {"kind", "Pod"},
                        {"metadata", Value::object({{"labels", Value::object({{"app", own}})}})},
                        {"spec", spec},
                        {"status", Value::object({{"phase", "Pending"}})}});
}

void measure(int nodes, int pods, int apps, bool spread, bool affine, const char* what) {
  SchedulerWorld world;
  put_nodes(world, nodes);
  world.run_for(100ms);
  std::vector<Value> templates;
  for (int app = 0; app < apps; ++app) templates.push_back(pod_of(app, spread, affine));
  for (int i = 0; i < pods; ++i) {
    world.put("pods", "default", fmt::format("p{:06}", i), templates[i % apps]);
  }
  const double start = cpu_seconds();
  // A cycle takes 2 ms of virtual time.
  world.run_for(std::chrono::milliseconds(2 * pods + 1000));
  const double took = cpu_seconds() - start;
  int bound = 0;
  for (int i = 0; i < pods; ++i) {
    bound += world.pod(fmt::format("p{:06}", i))["spec"]["nodeName"].empty() ? 0 : 1;
  }
  WARN(fmt::format("{}: {} nodes, {} of {} Pods bound in {:.3f} s: {:.0f} Pods/s", what, nodes,
                   bound, pods, took, bound / took));
  CHECK(bound == pods);
}

}  // namespace

TEST_CASE("throughput: 1000 nodes", "[.throughput]") {
  measure(1000, 10000, 20, false, false, "plain");
}
TEST_CASE("throughput: 1000 nodes with spread", "[.throughput]") {
  measure(1000, 10000, 20, true, false, "spread");
}
TEST_CASE("throughput: 1000 nodes with spread and affinity", "[.throughput]") {
  measure(1000, 10000, 20, true, true, "spread and affinity");
}
TEST_CASE("throughput: 15000 nodes with spread and affinity", "[.throughput]") {
  measure(15000, 10000, 20, true, true, "spread and affinity");
}

}  // namespace inferlab
