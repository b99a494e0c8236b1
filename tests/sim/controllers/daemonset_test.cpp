// What a DaemonSet does at rest points, as a Kubernetes 1.32 control plane does in the same steps.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/sim/controllers/sets_world.h"

namespace inferlab {
namespace {

using sim::PodView;
using sim::Value;

constexpr std::string_view kSets = "daemonsets.apps";

std::string rolling(std::string_view surge, std::string_view unavailable) {
  return fmt::format(
      R"("updateStrategy":{{"type":"RollingUpdate","rollingUpdate":{{"maxSurge":{},"maxUnavailable":{}}}}},)",
      surge, unavailable);
}

void create_nodes(SetsWorld& world, int count) {
  for (int i = 1; i <= count; ++i) world.create_node(fmt::format("w{}", i));
}

void taint(SetsWorld& world, std::string_view node, std::string_view effect) {
  world.patch("nodes", node,
              fmt::format(R"({{"spec":{{"taints":[{{"key":"gpu","effect":"{}"}}]}}}})", effect));
}

std::string pod_on(const SetsWorld& world, const std::string& node) {
  for (const std::string& name : world.pods()) {
    const Value pod = world.get("pods", name);
    if (pod["spec"]["nodeName"].str() == node) return name;
  }
  return "none";
}

}  // namespace

TEST_CASE("DaemonSet: each node gets a Pod that is meant for it") {
  SetsWorld world;
  create_nodes(world, 2);
  world.create_daemon_set();
  world.settle();
  CHECK(world.nodes_line() == "w1:v1, w2:v1");
  CHECK(world.daemon_counts() == "2 of 2 ready 0 available 0 updated 2 misplaced 0");
  const Value pod = world.get("pods", world.pods().front());
  const Value& required =
      pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  const Value& field = required["nodeSelectorTerms"][std::size_t{0}]["matchFields"][std::size_t{0}];
  CHECK(field["key"].str() == "metadata.name");
  CHECK(field["operator"].str() == "In");
  std::vector<std::string> tolerated;
  for (const Value& one : pod["spec"]["tolerations"].items()) {
    CHECK(one["operator"].str() == "Exists");
    tolerated.push_back(one["key"].str() + ":" + one["effect"].str());
  }
  CHECK(tolerated == std::vector<std::string>{"node.kubernetes.io/not-ready:NoExecute",
                                              "node.kubernetes.io/unreachable:NoExecute",
                                              "node.kubernetes.io/disk-pressure:NoSchedule",
                                              "node.kubernetes.io/memory-pressure:NoSchedule",
                                              "node.kubernetes.io/pid-pressure:NoSchedule",
                                              "node.kubernetes.io/unschedulable:NoSchedule"});
  CHECK(pod["metadata"]["labels"]["pod-template-generation"].str() == "1");
  CHECK_FALSE(pod["metadata"]["labels"]["controller-revision-hash"].empty());
  CHECK(world.events("SuccessfulCreate").size() == 2);
  world.bring_up();
  CHECK(world.daemon_counts() == "2 of 2 ready 2 available 2 updated 2 misplaced 0");
  CHECK(world.get(kSets, "web")["status"]["numberUnavailable"].is_null());
}

TEST_CASE("DaemonSet: a Pod of the host's network tolerates a node without one") {
  SetsWorld world;
  create_nodes(world, 1);
  world.create_daemon_set("", R"("hostNetwork":true,)");
  world.settle();
  const Value pod = world.get("pods", world.pods().front());
  CHECK(pod["spec"]["tolerations"][std::size_t{6}]["key"].str() ==
        "node.kubernetes.io/network-unavailable");
}

TEST_CASE("DaemonSet: nodes come, change and are cordoned") {
  SetsWorld world;
  create_nodes(world, 1);
  world.create_daemon_set("", R"("nodeSelector":{"gpu":"yes"},)");
  world.bring_up();
  CHECK(world.nodes_line().empty());
  CHECK(world.daemon_counts() == "0 of 0 ready 0 available 0 updated 0 misplaced 0");
  world.patch("nodes", "w1", R"({"metadata":{"labels":{"gpu":"yes"}}})");
  world.bring_up();
  CHECK(world.nodes_line() == "w1:v1 ready");
  world.patch("nodes", "w1", R"({"spec":{"unschedulable":true}})");
  world.bring_up();
  CHECK(world.nodes_line() == "w1:v1 ready");
  CHECK(world.daemon_counts() == "1 of 1 ready 1 available 1 updated 1 misplaced 0");
  world.patch("nodes", "w1", R"({"metadata":{"labels":{"gpu":null}}})");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ending");
  CHECK(world.daemon_counts() == "0 of 0 ready 0 available 0 updated 0 misplaced 1");
}

TEST_CASE("DaemonSet: a NoSchedule taint keeps new Pods away, NoExecute those that run as well") {
  SetsWorld world;
  create_nodes(world, 2);
  taint(world, "w2", "NoSchedule");
  world.create_daemon_set();
  world.bring_up();
  CHECK(world.nodes_line() == "w1:v1 ready");
  taint(world, "w1", "NoSchedule");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ready");
  CHECK(world.daemon_counts() == "0 of 0 ready 0 available 0 updated 0 misplaced 1");
  taint(world, "w1", "NoExecute");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ending");
}

TEST_CASE("DaemonSet: a rolling update replaces as many Pods at a time as may be missing") {
  SetsWorld world;
  create_nodes(world, 3);
  world.create_daemon_set();
  world.bring_up();
  world.set_image_of(kSets, "v2");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ending, w2:v1 ready, w3:v1 ready");
  CHECK(world.daemon_counts() == "3 of 3 ready 3 available 3 updated 0 misplaced 0");
  world.finalize_pods();
  world.settle();
  CHECK(world.nodes_line() == "w1:v2, w2:v1 ready, w3:v1 ready");
  CHECK(world.daemon_counts() == "3 of 3 ready 2 available 2 updated 1 misplaced 0");
  world.bind_all();
  world.make_some_ready(1);
  world.settle();
  CHECK(world.nodes_line() == "w1:v2 ready, w2:v1 ending, w3:v1 ready");
  CHECK(world.daemon_counts() == "3 of 3 ready 3 available 3 updated 1 misplaced 0");
  for (int i = 0; i < 2; ++i) {
    world.finalize_pods();
    world.bring_up();
  }
  CHECK(world.nodes_line() == "w1:v2 ready, w2:v2 ready, w3:v2 ready");
  CHECK(world.revisions() == "1:v1 2:v2");
}

TEST_CASE("DaemonSet: maxUnavailable in percent is rounded up, and old Pods that are down count") {
  SetsWorld world;
  create_nodes(world, 4);
  world.create_daemon_set(rolling("0", R"("30%")"));  // 2 of 4
  world.bring_up();
  world.make_ready(pod_on(world, "w4"), false);
  world.set_image_of(kSets, "v2");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ending, w2:v1 ready, w3:v1 ready, w4:v1 ending");
}

TEST_CASE("DaemonSet: with maxSurge the new Pod comes before the old one goes") {
  SetsWorld world;
  create_nodes(world, 2);
  world.create_daemon_set(rolling("1", "0"));
  world.bring_up();
  world.set_image_of(kSets, "v2");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ready, w1:v2, w2:v1 ready");
  world.bind_all();
  world.make_some_ready(1);
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ending, w1:v2 ready, w2:v1 ready, w2:v2");
  world.finalize_pods();
  world.bring_up();
  world.finalize_pods();
  CHECK(world.nodes_line() == "w1:v2 ready, w2:v2 ready");
}

TEST_CASE("DaemonSet: with OnDelete only Pods that somebody deletes are replaced") {
  SetsWorld world;
  create_nodes(world, 2);
  world.create_daemon_set(R"("updateStrategy":{"type":"OnDelete"},)");
  world.bring_up();
  world.set_image_of(kSets, "v2");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ready, w2:v1 ready");
  world.remove("pods", pod_on(world, "w2"));
  world.finalize_pods();
  world.settle();
  CHECK(world.nodes_line() == "w1:v1 ready, w2:v2");
}

TEST_CASE("DaemonSet: minReadySeconds hold an update up") {
  SetsWorld world;
  create_nodes(world, 2);
  world.create_daemon_set(R"("minReadySeconds":10,)");
  world.bring_up();
  world.run_for(20s);
  CHECK(world.daemon_counts() == "2 of 2 ready 2 available 2 updated 2 misplaced 0");
  world.set_image_of(kSets, "v2");
  world.settle();
  world.finalize_pods();
  world.bring_up();
  CHECK(world.nodes_line() == "w1:v2 ready, w2:v1 ready");
  CHECK(world.daemon_counts() == "2 of 2 ready 2 available 1 updated 1 misplaced 0");
  world.run_for(12s);
  CHECK(world.nodes_line() == "w1:v2 ready, w2:v1 ending");
}

TEST_CASE("DaemonSet: a Pod that fails again and again is replaced more and more seldom") {
  SetsWorld world;
  create_nodes(world, 1);
  world.create_daemon_set();
  world.bring_up();
  const auto fail = [&world] {
    world.patch("pods", world.pods().front(), R"({"status":{"phase":"Failed"}})", "status");
    world.settle();
  };
  const std::string first = world.pods().front();
  fail();
  CHECK(world.pods().front() != first);
  CHECK(world.events("FailedDaemonPod") ==
        std::vector<std::string>{"Found failed daemon pod default/" + first +
                                 " on node w1, will try to kill it"});
  const std::string second = world.pods().front();
  fail();
  CHECK(world.pods().front() == second);  // within a second of the last try
  world.run_for(2s);
  const std::string third = world.pods().front();
  CHECK(third != second);
  fail();
  world.run_for(1s);
  CHECK(world.pods().front() == third);  // two seconds this time
  world.run_for(2s);
  CHECK(world.pods().front() != third);
}

TEST_CASE("DaemonSet: a Pod that has ended well is replaced at once") {
  SetsWorld world;
  create_nodes(world, 1);
  world.create_daemon_set();
  world.bring_up();
  const std::string first = world.pods().front();
  world.patch("pods", first, R"({"status":{"phase":"Succeeded"}})", "status");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1");
  CHECK(world.events("SucceededDaemonPod") ==
        std::vector<std::string>{"Found succeeded daemon pod default/" + first +
                                 " on node w1, will try to delete it"});
}

TEST_CASE("DaemonSet: a template that comes back is the newest revision, and history is limited") {
  SetsWorld world;
  create_nodes(world, 1);
  world.create_daemon_set(R"("revisionHistoryLimit":1,)");
  world.bring_up();
  for (const char* image : {"v2", "v1"}) {
    world.set_image_of(kSets, image);
    world.settle();
    world.finalize_pods();
    world.bring_up();
  }
  CHECK(world.revisions() == "2:v2 3:v1");
  CHECK(world.nodes_line() == "w1:v1 ready");
  world.set_image_of(kSets, "v3");
  world.settle();
  world.finalize_pods();
  world.bring_up();
  CHECK(world.revisions() == "3:v1 4:v3");
}

TEST_CASE("DaemonSet: of two Pods on a node the older one stays") {
  SetsWorld world;
  create_nodes(world, 1);
  world.create_daemon_set();
  world.bring_up();
  const std::string kept = world.pods().front();
  world.run_for(5s);
  const Value labels = world.get("pods", kept)["metadata"]["labels"];
  world.create("pods", fmt::format(
                           R"({{"metadata":{{"name":"copy","labels":{{"app":"web",
 "controller-revision-hash":"{}"}}}},"spec":{{"nodeName":"w1",
 "containers":[{{"name":"main","image":"v1"}}]}}}})",
                           labels["controller-revision-hash"].as_string()));
  world.settle();
  CHECK_FALSE(world.get("pods", kept)["metadata"].has("deletionTimestamp"));
  CHECK(world.get("pods", "copy")["metadata"].has("deletionTimestamp"));
}

TEST_CASE("DaemonSet: a Pod that waits for a node which is gone goes with the next look") {
  SetsWorld world;
  create_nodes(world, 2);
  world.create_daemon_set();
  world.settle();
  world.remove("nodes", "w2");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1, w2:v1");
  world.patch(kSets, "web", R"({"spec":{"minReadySeconds":1}})");
  world.settle();
  CHECK(world.nodes_line() == "w1:v1");
}

}  // namespace inferlab
