// Grace periods, addresses and what a container was started with.
#include "sim/node/node_runtime.h"
#include "tests/sim/node/node_rig.h"

namespace inferlab::sim {
namespace {

TEST_CASE("Kubelet: a grace period longer than any run is a long one, not a negative one") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("long", R"([{"name":"x","image":"r.io/pause:v1","command":["sleep","infinity"],
      "livenessProbe":{"tcpSocket":{"port":1},"periodSeconds":5,"failureThreshold":1}}])",
                 R"(,"terminationGracePeriodSeconds":9223372036854775807)");
  rig.run_until(20s);
  rig.api.remove({"pods", "default", "long"}, "test");
  rig.run_until(1h);
  REQUIRE(rig.pod("long") != nullptr);
  CHECK(rig.state("long") == "running restarts=0 ready");
}

TEST_CASE("Kubelet: a probe's own terminationGracePeriodSeconds comes before the pod's") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("l", R"([{"name":"x","image":"r.io/pause:v1","command":["sleep","infinity"],
      "livenessProbe":{"tcpSocket":{"port":1},"periodSeconds":5,"failureThreshold":1,
      "terminationGracePeriodSeconds":3}}])",
                 R"(,"terminationGracePeriodSeconds":600)");
  rig.run_until(15s);
  CHECK(rig.status("l")["containerStatuses"][std::size_t{0}]["restartCount"].as_int() >= 1);
}

TEST_CASE("Kubelet: a container that is not restarted is not said to be") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("l", R"([{"name":"x","image":"r.io/web:v1",
      "livenessProbe":{"tcpSocket":{"port":1},"periodSeconds":5,"failureThreshold":1}}])",
                 R"(,"restartPolicy":"Never")");
  rig.run_until(30s);
  CHECK(rig.events("l").ends_with("Killing: Container x failed liveness probe\n"));
}

TEST_CASE("Kubelet: an address that was given back is not the next one given out") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("a", R"([{"name":"x","image":"r.io/web:v1"}])");
  rig.run_until(10s);
  CHECK(rig.status("a")["podIP"].as_string() == "10.244.0.2");
  rig.api.remove({"pods", "default", "a"}, "test", 0);
  rig.run_until(11s);
  rig.create_pod("b", R"([{"name":"x","image":"r.io/web:v1"}])");
  rig.run_until(20s);
  CHECK(rig.status("b")["podIP"].as_string() == "10.244.0.3");
}

TEST_CASE("Kubelet: a node without a free address says so and tries again") {
  NodePoolSpec pool = NodeRig::pool("pool");
  pool.max_pods = 300;
  NodeRig rig({pool});
  for (int i = 0; i < 253; ++i) {
    rig.create_pod(fmt::format("p{}", i), R"([{"name":"x","image":"r.io/web:v1"}])");
  }
  rig.run_until(5s);
  rig.create_pod("late", R"([{"name":"x","image":"r.io/web:v1"}])");
  rig.run_until(10s);
  CHECK(rig.status("late")["phase"].as_string() == "Pending");
  CHECK(rig.status("late")["podIP"].is_null());
  const std::string events = rig.events("late");
  CHECK(events.starts_with("FailedCreatePodSandBox: Failed to create pod sandbox: "));
  CHECK(
      events.ends_with("failed to allocate for range 0: no IP addresses available in range set: "
                       "10.244.0.1-10.244.0.254\n"));
  const std::string address = rig.status("p7")["podIP"].str();
  rig.api.remove({"pods", "default", "p7"}, "test", 0);
  rig.run_until(40s);
  CHECK(rig.status("late")["podIP"].as_string() == address);
}

TEST_CASE("Kubelets: started() tells command, args and environment as the process got them") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create("secrets", "default",
             R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"hf"},
                 "data":{"token":"aGZfYWJj"}})");
  rig.create("configmaps", "default",
             R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},
                 "data":{"MODEL":"org/m"}})");
  rig.create_pod("e", R"json([{"name":"x","image":"r.io/web:v1","command":["serve","$(MODEL)"],
      "args":["--key=$(TOKEN)","$$(NO)"],"ports":[{"containerPort":80}],
      "envFrom":[{"configMapRef":{"name":"m"}}],
      "env":[{"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"hf","key":"token"}}}]}])json");
  CHECK(rig.kubelets->started("default", "e", "x") == nullptr);
  rig.run_until(10s);
  const ContainerSetup* setup = rig.kubelets->started("default", "e", "x");
  REQUIRE(setup != nullptr);
  CHECK(setup->command == std::vector<std::string>{"serve", "org/m"});
  CHECK(setup->args == std::vector<std::string>{"--key=hf_abc", "$(NO)"});
  CHECK(setup->env == std::map<std::string, std::string>{{"MODEL", "org/m"}, {"TOKEN", "hf_abc"}});
  CHECK(rig.kubelets->started("default", "e", "y") == nullptr);
  CHECK(rig.kubelets->listens("default", "e", 80));
  CHECK_FALSE(rig.kubelets->listens("default", "e", 81));
  CHECK_FALSE(rig.kubelets->listens("default", "nobody", 80));
}

TEST_CASE("Kubelet: more GPUs than an int counts are too many, not a few") {
  NodePoolSpec pool = NodeRig::pool("pool");
  pool.gpu = "A100-80GB-SXM";
  pool.gpus_per_node = 1;
  NodeRig rig({pool}, {{"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12}});
  rig.create_pod("g", R"([{"name":"x","image":"r.io/pause:v1",
      "resources":{"limits":{"nvidia.com/gpu":"4294967297"}}}])");
  rig.run_until(5s);
  CHECK(rig.status("g")["reason"].as_string() == "UnexpectedAdmissionError");
}

}  // namespace
}  // namespace inferlab::sim
