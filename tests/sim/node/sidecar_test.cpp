// Init containers with restartPolicy Always, as Kubernetes documentation, "Sidecar Containers",
// describes them.
#include "tests/sim/node/node_rig.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kMain =
    R"([{"name":"main","image":"r.io/pause:v1","command":["sleep","20"]}])";

std::string sidecar(std::string_view more = {}, std::string_view name = "proxy") {
  return fmt::format(R"({{"name":"{}","image":"r.io/web:v1","restartPolicy":"Always",
      "ports":[{{"containerPort":80}}]{}}})",
                     name, more);
}

std::string init(const std::string& containers, std::string_view restart_policy = "Always") {
  return fmt::format(R"(,"restartPolicy":"{}","initContainers":[{}])", restart_policy, containers);
}

Value init_status(const NodeRig& rig, const std::string& pod, std::size_t index = 0) {
  return rig.status(pod)["initContainerStatuses"][index];
}

TEST_CASE("sidecar: the containers follow once it has started, and it goes on running") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", kMain, init(sidecar()));
  rig.run_until(10s);
  CHECK(rig.status("s")["phase"].as_string() == "Running");
  CHECK(rig.state("s") == "running restarts=0 ready");
  const Value status = init_status(rig, "s");
  CHECK(status["started"].as_bool());
  CHECK(status["ready"].as_bool());
  CHECK(status["state"].has("running"));
  CHECK(rig.condition("s", "Initialized")["status"].as_string() == "True");
  CHECK(rig.condition("s", "Ready")["status"].as_string() == "True");
}

TEST_CASE("sidecar: its startup probe holds the containers up") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", kMain,
                 init(sidecar(R"(,"startupProbe":{"tcpSocket":{"port":80},"periodSeconds":5,
                     "initialDelaySeconds":8})")));
  rig.run_until(8s);
  CHECK(rig.status("s")["phase"].as_string() == "Pending");
  CHECK(rig.condition("s", "Initialized")["message"].as_string() ==
        "containers with incomplete status: [proxy]");
  CHECK(rig.state("s") == "waiting PodInitializing restarts=0");
  rig.run_until(30s);
  CHECK(rig.state("s") == "running restarts=0 ready");
}

TEST_CASE("sidecar: its readiness counts for the pod") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", kMain,
                 init(sidecar(R"(,"readinessProbe":{"tcpSocket":{"port":81},"periodSeconds":5})")));
  rig.run_until(15s);
  CHECK(rig.state("s") == "running restarts=0 ready");
  CHECK(rig.condition("s", "Ready")["message"].as_string() ==
        "containers with unready status: [proxy]");
}

TEST_CASE("sidecar: is restarted whatever the restartPolicy, while the containers run") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", kMain, init(sidecar(), "Never"));
  rig.run_until(10s);
  REQUIRE(rig.kubelets->crash_container("default", "s", "proxy").has_value());
  rig.run_until(13s);
  CHECK(init_status(rig, "s")["restartCount"].as_int() == 1);
  CHECK(init_status(rig, "s")["ready"].as_bool());
  CHECK(rig.status("s")["phase"].as_string() == "Running");
  CHECK(rig.condition("s", "Initialized")["status"].as_string() == "True");
}

TEST_CASE("sidecar: stops when the containers are done, and the pod has succeeded") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", kMain, init(sidecar(), "Never"));
  rig.run_until(40s);
  CHECK(rig.status("s")["phase"].as_string() == "Succeeded");
  CHECK(init_status(rig, "s")["state"].has("terminated"));
  CHECK(rig.events("s").find("Killing: Stopping container proxy\n") != std::string::npos);
}

TEST_CASE("sidecar: stops when an init container has failed for good") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", kMain,
                 init(sidecar() + R"(,{"name":"setup","image":"r.io/crash:v1"})", "Never"));
  rig.run_until(20s);
  CHECK(rig.status("s")["phase"].as_string() == "Failed");
  CHECK(init_status(rig, "s")["state"].has("terminated"));
}

TEST_CASE("sidecar: on deletion the containers end first, then the sidecars, the last one first") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", R"([{"name":"main","image":"r.io/web:v1","lifecycle":{"preStop":
      {"sleep":{"seconds":5}}}}])",
                 init(sidecar({}, "first") + "," + sidecar({}, "second")));
  rig.run_until(20s);
  rig.api.remove({"pods", "default", "s"}, "test");
  rig.run_until(24900ms);
  CHECK(init_status(rig, "s", 0)["state"].has("running"));
  CHECK(init_status(rig, "s", 1)["state"].has("running"));
  rig.run_until(25150ms);  // the web server needs 100 ms
  CHECK(rig.state("s") == "terminated Completed restarts=0");
  CHECK(init_status(rig, "s", 1)["state"].has("running"));
  rig.run_until(25250ms);
  CHECK(init_status(rig, "s", 0)["state"].has("running"));
  CHECK(init_status(rig, "s", 1)["state"].has("terminated"));
  rig.run_until(26s);
  CHECK(rig.pod("s") == nullptr);
}

TEST_CASE("sidecar: does not outlive the grace period by more than its last two seconds") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", R"([{"name":"main","image":"r.io/pause:v1","command":["sleep","infinity"]}])",
                 init(R"({"name":"stubborn","image":"r.io/pause:v1","command":["sleep","infinity"],
           "restartPolicy":"Always"})") +
                     R"(,"terminationGracePeriodSeconds":10)");
  rig.run_until(20s);
  rig.api.remove({"pods", "default", "s"}, "test");
  rig.run_until(29s);
  CHECK(rig.state("s") == "running restarts=0 ready");
  rig.run_until(31s);
  CHECK(rig.state("s") == "terminated Error restarts=0");
  rig.run_until(33s);
  CHECK(rig.pod("s") == nullptr);
}

TEST_CASE("sidecar: a lost node starts it again before the containers") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", kMain, init(sidecar()));
  rig.run_until(10s);
  REQUIRE(rig.kubelets->node_down("pool-0").has_value());
  rig.run_until(20s);
  REQUIRE(rig.kubelets->node_up("pool-0").has_value());
  rig.run_until(30s);
  CHECK(rig.state("s") == "running restarts=1 ready");
  CHECK(init_status(rig, "s")["restartCount"].as_int() == 1);
}

}  // namespace
}  // namespace inferlab::sim
