// Silent and sick nodes: conditions, taints, evictions.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "sim/controllers/node_health.h"
#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

using sim::PodView;
using sim::Value;

std::string taints(const ControllersWorld& world, const std::string& node) {
  std::string out;
  const Value taints = world.get("nodes", node)["spec"]["taints"];
  for (const Value& taint : taints.items()) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", taint["key"].as_string(),
                       taint["effect"].as_string());
  }
  return out;
}

void set_ready(ControllersWorld& world, const std::string& node, std::string_view status) {
  world.patch("nodes", node,
              fmt::format(R"({{"status":{{"conditions":[{{"type":"Ready","status":"{}",
 "lastHeartbeatTime":"2030-01-01T00:00:00Z"}}]}}}})",
                          status),
              "status");
}

void create_pod(ControllersWorld& world, const std::string& name, std::string_view extra = "") {
  world.create("pods", fmt::format(
                           R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}"}},
 "spec":{{{}"containers":[{{"name":"main","image":"v1"}}]}}}})",
                           name, extra));
}

}  // namespace

TEST_CASE("node lifecycle: a node that is not Ready is tainted at once, and freed when it is") {
  ControllersWorld world;
  world.create_node("w1");
  world.settle();
  CHECK(taints(world, "w1").empty());
  set_ready(world, "w1", "False");
  world.settle();
  CHECK(taints(world, "w1") == "node.kubernetes.io/not-ready:NoSchedule");
  // The only node there is: nothing is evicted, however long it lasts.
  world.run_for(60s);
  CHECK(taints(world, "w1") == "node.kubernetes.io/not-ready:NoSchedule");
  world.patch("nodes", "w1",
              R"({"status":{"conditions":[{"type":"Ready","status":"True",
 "lastHeartbeatTime":"2030-01-01T00:00:00Z"},{"type":"MemoryPressure","status":"True"}]}})",
              "status");
  world.settle();
  CHECK(taints(world, "w1") == "node.kubernetes.io/memory-pressure:NoSchedule");
}

TEST_CASE("node lifecycle: a cordoned node carries the taint that stands for it") {
  ControllersWorld world;
  world.create_node("w1");
  world.patch("nodes", "w1", R"({"spec":{"unschedulable":true}})");
  world.settle();
  CHECK(taints(world, "w1") == "node.kubernetes.io/unschedulable:NoSchedule");
  world.patch("nodes", "w1", R"({"spec":{"unschedulable":null}})");
  world.settle();
  CHECK(taints(world, "w1").empty());
}

TEST_CASE("node lifecycle: after 50 s of silence a node is Unknown and its Pods go after 300 s") {
  ControllersWorld world;
  world.create_node("w1", "2026-01-01T00:00:00Z");
  world.create_node("w2");
  create_pod(world, "a");
  create_pod(world, "patient", R"("tolerations":[{"operator":"Exists"}],)");
  for (const char* pod : {"a", "patient"}) {
    world.bind(pod, "w1");
    world.make_ready(pod);
  }
  world.run_for(49s);
  CHECK(taints(world, "w1").empty());
  world.run_for(10s);
  CHECK(world.condition("nodes", "w1", "Ready") ==
        "Unknown NodeStatusUnknown: Kubelet stopped posting node status.");
  // The look that finds a node silent evicts by what was known before; the next one by what it
  // found.
  CHECK(taints(world, "w1") == "node.kubernetes.io/unreachable:NoSchedule");
  CHECK(world.pods([](const PodView& pod) { return pod.ready; }).empty());
  world.run_for(2s);
  CHECK(taints(world, "w1") ==
        "node.kubernetes.io/unreachable:NoSchedule node.kubernetes.io/unreachable:NoExecute");
  CHECK(world.events("NodeNotReady") ==
        std::vector<std::string>{"Node w1 status is now: NodeNotReady", "Node is not ready",
                                 "Node is not ready"});
  const auto deleting = [](const PodView& pod) { return pod.meta.deletion_timestamp.has_value(); };
  world.run_for(290s);
  CHECK(world.pods(deleting).empty());
  world.run_for(15s);
  CHECK(world.pods(deleting) == std::vector<std::string>{"a"});
  CHECK(world.events("TaintManagerEviction") ==
        std::vector<std::string>{"Marking for deletion Pod default/a"});
}

TEST_CASE("node lifecycle: a node of which nothing is known is left alone for a minute") {
  ControllersWorld world;
  world.create_node("w1");
  world.create("nodes", R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"w2"}})");
  CHECK(taints(world, "w2") == "node.kubernetes.io/not-ready:NoSchedule");
  world.settle();
  CHECK(taints(world, "w2").empty());
  world.run_for(59s);
  CHECK(taints(world, "w2").empty());
  world.run_for(6s);
  const Value conditions = world.get("nodes", "w2")["status"]["conditions"];
  std::string types;
  for (const Value& one : conditions.items()) types += one["type"].str() + " ";
  CHECK(types == "Ready MemoryPressure DiskPressure PIDPressure ");
  CHECK(world.condition("nodes", "w2", "Ready") ==
        "Unknown NodeStatusNeverUpdated: Kubelet never posted node status.");
  CHECK(taints(world, "w2") ==
        "node.kubernetes.io/unreachable:NoSchedule node.kubernetes.io/unreachable:NoExecute");
}

TEST_CASE("node lifecycle: taints come in the order of the conditions, cordoned last") {
  ControllersWorld world;
  world.create("nodes", R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"w1"},
 "spec":{"unschedulable":true,"taints":[{"key":"mine","effect":"NoSchedule"}]},
 "status":{"conditions":[{"type":"PIDPressure","status":"True"},
 {"type":"MemoryPressure","status":"True"},
 {"type":"Ready","status":"True","lastHeartbeatTime":"2030-01-01T00:00:00Z"}]}})");
  CHECK(taints(world, "w1") == "mine:NoSchedule node.kubernetes.io/not-ready:NoSchedule");
  world.settle();
  CHECK(taints(world, "w1") ==
        "mine:NoSchedule node.kubernetes.io/pid-pressure:NoSchedule "
        "node.kubernetes.io/memory-pressure:NoSchedule "
        "node.kubernetes.io/unschedulable:NoSchedule");
}

TEST_CASE("node lifecycle: a lease that is renewed keeps a node Ready") {
  ControllersWorld world;
  world.create("namespaces",
               R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kube-node-lease"}})");
  world.create_node("w1", "2026-01-01T00:00:00Z");
  const auto renew = [&world](bool first) {
    const Value lease = Value::object(
        {{"apiVersion", "coordination.k8s.io/v1"},
         {"kind", "Lease"},
         {"metadata", Value::object({{"name", "w1"}, {"namespace", "kube-node-lease"}})},
         {"spec", Value::object({{"renewTime", format_rfc3339_micro(world.simulation.now())}})}});
    const auto response =
        first ? world.api.create("leases.coordination.k8s.io", "kube-node-lease", lease, "test")
              : world.api.merge_patch({"leases.coordination.k8s.io", "kube-node-lease", "w1"}, "",
                                      Value::object({{"spec", lease["spec"]}}), "test");
    INFO(response.message());
    REQUIRE(response.ok());
  };
  for (int i = 0; i < 20; ++i) {
    renew(i == 0);
    world.run_for(10s);
  }
  CHECK(taints(world, "w1").empty());
  world.run_for(60s);
  CHECK(taints(world, "w1") == "node.kubernetes.io/unreachable:NoSchedule");
}

TEST_CASE("node lifecycle: a recovered node keeps its Pods") {
  ControllersWorld world;
  world.create_node("w1");
  world.create_node("w2");
  create_pod(world, "a");
  world.bind("a", "w1");
  set_ready(world, "w1", "False");
  world.run_for(100s);
  CHECK(taints(world, "w1") ==
        "node.kubernetes.io/not-ready:NoSchedule node.kubernetes.io/not-ready:NoExecute");
  set_ready(world, "w1", "True");
  world.run_for(600s);
  CHECK(taints(world, "w1").empty());
  CHECK(world.pods([](const PodView& pod) { return !pod.meta.deletion_timestamp; }).size() == 1);
  CHECK(world.events("TaintManagerEviction") ==
        std::vector<std::string>{"Cancelling deletion of Pod default/a"});
}

TEST_CASE("Pods that have ended go from a node with a NoExecute taint, once for each taint") {
  ControllersWorld world;
  world.create_node("w1");
  create_pod(world, "done");
  world.bind("done", "w1");
  world.patch("pods", "done", R"({"status":{"phase":"Succeeded"}})", "status");
  world.patch("pods", "done", R"({"metadata":{"finalizers":["example.com/hold"]}})");
  world.patch("nodes", "w1", R"({"spec":{"taints":[{"key":"sick","effect":"NoExecute"}]}})");
  world.settle();
  CHECK(world.condition("pods", "done", "DisruptionTarget") ==
        "True DeletionByTaintManager: Taint manager: deleting due to NoExecute taint");
  CHECK(world.pods([](const PodView& pod) { return pod.meta.deletion_timestamp.has_value(); })
            .size() == 1);
  set_ready(world, "w1", "False");
  world.settle();
  CHECK(world.events("TaintManagerEviction").size() == 1);
}

TEST_CASE("node lifecycle: evictions slow down, and stop in small zones, when many nodes fail") {
  CHECK(sim::eviction_interval(10, 1) == Duration(10s));
  CHECK(sim::eviction_interval(3, 2) == Duration(10s));
  CHECK(sim::eviction_interval(10, 6) == std::nullopt);
  CHECK(sim::eviction_interval(100, 60) == Duration(100s));
  // A zone that is down as a whole is not the controller's fault: others are alive.
  CHECK(sim::eviction_interval(10, 10) == Duration(10s));
}

TEST_CASE("Pods of a node that was deleted are deleted by force after 40 s") {
  ControllersWorld world;
  world.create_node("w1");
  create_pod(world, "a");
  world.bind("a", "w1");
  world.make_ready("a");
  world.remove("nodes", "w1");
  world.run_for(39s);
  CHECK(world.pods().size() == 1);
  world.run_for(2s);
  CHECK(world.pods().empty());
}

}  // namespace inferlab
