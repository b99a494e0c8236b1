#include <algorithm>

#include "tests/sim/node/node_rig.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWeb =
    R"([{"name":"web","image":"r.io/web:v1","ports":[{"containerPort":80}],
  "readinessProbe":{"httpGet":{"path":"/","port":80},"periodSeconds":5}}])";
constexpr std::string_view kWebNoProbe =
    R"([{"name":"web","image":"r.io/web:v1","ports":[{"containerPort":80}]}])";
constexpr std::string_view kCrash = R"([{"name":"boom","image":"r.io/crash:v1"}])";

TEST_CASE("Kubelet: a pod goes from ContainerCreating over the pull to ready") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.run_until(30s);
  rig.create_pod("a", kWeb);
  rig.run_until(60s);
  CHECK(rig.history("a") ==
        " 30.0 Pending\n"
        " 30.0 Pending waiting ContainerCreating\n"
        " 32.4 Running running \n"
        " 37.4 Running running  ready\n");
  CHECK(rig.events("a") ==
        "Pulling: Pulling image \"r.io/web:v1\"\n"
        "Pulled: Successfully pulled image \"r.io/web:v1\" in 1.4s (1.4s including waiting). Image "
        "size: 125000000 bytes.\n"
        "Created: Created container: web\n"
        "Started: Started container web\n"
        "Unhealthy: Readiness probe failed: Get \"http://10.244.0.2:80/\": dial tcp 10.244.0.2:80: "
        "connect: connection refused\n");
  const Value status = rig.status("a");
  CHECK(status["podIP"].as_string() == "10.244.0.2");
  CHECK(status["hostIP"].as_string() == "10.0.0.10");
  CHECK(status["startTime"].as_string() == "2026-01-05T08:00:30Z");
  CHECK(status["qosClass"].as_string() == "BestEffort");
  const Value& container = status["containerStatuses"][std::size_t{0}];
  CHECK(container["imageID"].as_string() == "r.io/web@" + NodeRig::digest('a'));
  CHECK(container["containerID"].as_string().starts_with("containerd://"));
  for (const char* type :
       {"PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready", "PodScheduled"}) {
    INFO(type);
    CHECK(rig.condition("a", type)["status"].as_string() == "True");
  }
}

TEST_CASE("Kubelet: conditions of a pod that is not ready name the containers") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("a", kWeb);
  rig.run_until(500ms);
  const Value ready = rig.condition("a", "Ready");
  CHECK(ready["status"].as_string() == "False");
  CHECK(ready["reason"].as_string() == "ContainersNotReady");
  CHECK(ready["message"].as_string() == "containers with unready status: [web]");
  CHECK(rig.condition("a", "PodReadyToStartContainers")["status"].as_string() == "False");
}

TEST_CASE("Kubelet: without a readiness probe a running container is ready at once") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("a", kWebNoProbe);
  rig.run_until(2500ms);
  CHECK(rig.state("a") == "running restarts=0 ready");
  CHECK(rig.kubelets->listener("default", "a", 80) == nullptr);  // though nothing listens yet
  rig.run_until(5s);
  CHECK(rig.kubelets->listener("default", "a", 80) != nullptr);
}

TEST_CASE("Kubelet: the status names the mounts, and others' conditions come first") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("m", R"([{"name":"x","image":"r.io/pause:v1","volumeMounts":[
    {"name":"v","mountPath":"/v"},{"name":"v","mountPath":"/r","readOnly":true}]}])",
                 R"(,"volumes":[{"name":"v","emptyDir":{}}])");
  rig.run_until(1s);
  rig.api.merge_patch({"pods", "default", "m"}, "status", *parse_json(R"({"status":{"conditions":[
    {"type":"DisruptionTarget","status":"False"},{"type":"example.com/gate","status":"True"}]}})"),
                      "test");
  rig.run_until(10s);
  CHECK(to_json(rig.status("m")["containerStatuses"][std::size_t{0}]["volumeMounts"]) ==
        R"([{"mountPath":"/v","name":"v"},)"
        R"({"mountPath":"/r","name":"v","readOnly":true,"recursiveReadOnly":"Disabled"}])");
  std::string types;
  const Value conditions = rig.status("m")["conditions"];
  for (const Value& one : conditions.items()) types += one["type"].str() + " ";
  CHECK(types ==
        "DisruptionTarget example.com/gate PodReadyToStartContainers Initialized Ready "
        "ContainersReady PodScheduled ");
}

TEST_CASE("Kubelet: a crashing container is restarted at once, then after 10, 20, 40 s") {
  NodeRig rig({NodeRig::pool("pool")});
  const ObjectPtr pod = rig.create_pod("c", kCrash);
  rig.run_until(50s);
  CHECK(rig.history("c") ==
        "  0.0 Pending\n"
        "  0.0 Pending waiting ContainerCreating\n"
        "  1.5 Running running  ready\n"
        "  2.5 Running terminated Error\n"
        "  2.8 Running running  restarts=1 ready\n"
        "  3.8 Running waiting CrashLoopBackOff restarts=1\n"
        " 14.1 Running running  restarts=2 ready\n"
        " 15.1 Running waiting CrashLoopBackOff restarts=2\n"
        " 35.4 Running running  restarts=3 ready\n"
        " 36.4 Running waiting CrashLoopBackOff restarts=3\n");
  const Value& container = rig.status("c")["containerStatuses"][std::size_t{0}];
  CHECK(container["state"]["waiting"]["message"].as_string() ==
        fmt::format("back-off 40s restarting failed container=boom pod=c_default({})",
                    pod->document["metadata"]["uid"].as_string()));
  CHECK(container["lastState"]["terminated"]["exitCode"].as_int() == 1);
  const auto logs = rig.kubelets->logs("default", "c", "", true);
  REQUIRE(logs.has_value());
  CHECK(logs->at(0).text == "fatal: giving up");
}

TEST_CASE("Kubelet: restartPolicy Never ends the pod in Failed, OnFailure forgives exit 0") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("never", kCrash, R"(,"restartPolicy":"Never")");
  rig.create_pod("done", R"([{"name":"x","image":"r.io/pause:v1","command":["sleep","5"]}])",
                 R"(,"restartPolicy":"OnFailure")");
  rig.run_until(60s);
  CHECK(rig.status("never")["phase"].as_string() == "Failed");
  CHECK(rig.status("done")["phase"].as_string() == "Succeeded");
  CHECK(rig.state("done") == "terminated Completed restarts=0");
  CHECK(rig.condition("done", "Ready")["reason"].as_string() == "PodCompleted");
}

TEST_CASE("Kubelet: an image that is not there ends in ImagePullBackOff") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("p", R"([{"name":"x","image":"r.io/web:v2"}])");
  rig.run_until(14s);
  CHECK(rig.history("p") ==
        "  0.0 Pending\n"
        "  0.0 Pending waiting ContainerCreating\n"
        "  1.1 Pending waiting ErrImagePull\n"
        "  2.1 Pending waiting ImagePullBackOff\n"
        " 11.5 Pending waiting ErrImagePull\n"
        " 12.5 Pending waiting ImagePullBackOff\n");
  const std::string why =
      "rpc error: code = NotFound desc = failed to pull and unpack image \"r.io/web:v2\": failed "
      "to "
      "resolve reference \"r.io/web:v2\": r.io/web:v2: not found";
  CHECK(rig.status("p")["containerStatuses"][std::size_t{0}]["state"]["waiting"]["message"]
            .as_string() == "Back-off pulling image \"r.io/web:v2\": ErrImagePull: " + why);
  CHECK(rig.events("p") ==
        "Pulling x2: Pulling image \"r.io/web:v2\"\n"
        "Failed x2: Failed to pull image \"r.io/web:v2\": " +
            why +
            "\n"
            "Failed x2: Error: ErrImagePull\n"
            "BackOff x2: Back-off pulling image \"r.io/web:v2\"\n"
            "Failed x2: Error: ImagePullBackOff\n");
}

TEST_CASE("Kubelet: a deleted pod gets SIGTERM and its object goes when it has stopped") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("a", kWebNoProbe);
  rig.run_until(10s);
  rig.api.remove({"pods", "default", "a"}, "test");
  rig.run_until(20s);
  CHECK(rig.pod("a") == nullptr);
  CHECK(
      rig.history("a").ends_with(" 10.0 Running running  ready deleting\n"
                                 " 10.1 Running terminated Completed deleting\n"
                                 " 10.1 deleted\n"));
  CHECK(rig.events("a").ends_with("Killing: Stopping container web\n"));
}

TEST_CASE("Kubelet: what ignores SIGTERM is killed when the grace period is over") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("s", R"([{"name":"x","image":"r.io/pause:v1","command":["sleep","infinity"]}])");
  rig.run_until(10s);
  rig.api.remove({"pods", "default", "s"}, "test");
  rig.run_until(39s);
  CHECK(rig.state("s") == "running restarts=0 ready");
  rig.run_until(41s);
  CHECK(rig.pod("s") == nullptr);
}

TEST_CASE("Kubelet: preStop delays SIGTERM inside the grace period") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("a", R"([{"name":"web","image":"r.io/web:v1","ports":[{"containerPort":80}],
    "lifecycle":{"preStop":{"exec":{"command":["sh","-c","sleep 8"]}}}}])");
  rig.run_until(10s);
  rig.api.remove({"pods", "default", "a"}, "test");
  rig.run_until(17s);
  CHECK(rig.kubelets->listener("default", "a", 80) != nullptr);
  rig.run_until(19s);
  CHECK(rig.pod("a") == nullptr);
}

TEST_CASE("Kubelet: init containers run in order, each to its end, before the others") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("i", kWebNoProbe,
                 R"(,"initContainers":[
      {"name":"one","image":"r.io/pause:v1","command":["sleep","3"]},
      {"name":"two","image":"r.io/pause:v1","command":["sleep","3"]}])");
  rig.run_until(6s);
  CHECK(rig.status("i")["phase"].as_string() == "Pending");
  CHECK(rig.condition("i", "Initialized")["message"].as_string() ==
        "containers with incomplete status: [two]");
  CHECK(rig.state("i") == "waiting PodInitializing restarts=0");
  rig.run_until(15s);
  CHECK(rig.status("i")["phase"].as_string() == "Running");
  CHECK(rig.condition("i", "Initialized")["status"].as_string() == "True");
}

TEST_CASE("Kubelet: a failed liveness probe restarts the container") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.run_until(20s);
  rig.create_pod("l", R"([{"name":"web","image":"r.io/web:v1","ports":[{"containerPort":80}],
    "livenessProbe":{"tcpSocket":{"port":81},"periodSeconds":5,"failureThreshold":2}}])");
  rig.run_until(33s);
  CHECK(rig.state("l") == "running restarts=1 ready");
  CHECK(
      rig.events("l").find("Unhealthy x2: Liveness probe failed: dial tcp 10.244.0.2:81: connect: "
                           "connection refused\n"
                           "Killing: Container web failed liveness probe, will be restarted\n") !=
      std::string::npos);
}

TEST_CASE("Kubelet: a crash injected by hand is an exit like any other") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("a", kWebNoProbe);
  rig.run_until(10s);
  CHECK(rig.kubelets->crash_container("default", "a").has_value());
  CHECK_FALSE(rig.kubelets->crash_container("default", "nobody").has_value());
  rig.run_until(11s);
  CHECK(rig.state("a") == "running restarts=1 ready");
}

TEST_CASE("Kubelet: a lost node writes nothing, and its pods start again when it is back") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("a", kWebNoProbe);
  rig.run_until(12s);
  CHECK(rig.kubelets->node_down("pool-0").has_value());
  CHECK_FALSE(rig.kubelets->node_down("pool-9").has_value());
  const std::uint64_t revision = rig.store.revision();
  rig.run_until(100s);
  CHECK(rig.store.revision() == revision);
  CHECK(rig.kubelets->listener("default", "a", 80) == nullptr);
  CHECK(rig.store.get({"leases.coordination.k8s.io", "kube-node-lease", "pool-0"})
            ->document["spec"]["renewTime"]
            .as_string() == "2026-01-05T08:00:10.000000Z");
  CHECK(rig.kubelets->node_up("pool-0").has_value());
  rig.run_until(105s);
  CHECK(rig.state("a") == "running restarts=1 ready");
  CHECK(rig.status("a")["containerStatuses"][std::size_t{0}]["lastState"]["terminated"]["exitCode"]
            .as_int() == 255);
}

TEST_CASE("Kubelet: GPUs are handed out once, and a pod too many is refused") {
  NodePoolSpec pool = NodeRig::pool("pool");
  pool.gpu = "A100-80GB-SXM";
  pool.gpus_per_node = 1;
  NodeRig rig({pool}, {{"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12}});
  constexpr std::string_view kGpuPod =
      R"([{"name":"x","image":"r.io/pause:v1","resources":{"limits":{"nvidia.com/gpu":"1"}}}])";
  rig.create_pod("first", kGpuPod);
  rig.run_until(5s);
  rig.create_pod("second", kGpuPod);
  rig.run_until(10s);
  CHECK(rig.status("first")["phase"].as_string() == "Running");
  CHECK(rig.status("second")["phase"].as_string() == "Failed");
  CHECK(to_json(rig.status("second").without("startTime")) ==
        R"({"message":"Pod was rejected: Allocate failed due to requested number of devices )"
        R"(unavailable for nvidia.com/gpu. Requested: 1, Available: 0, which is unexpected",)"
        R"("phase":"Failed","qosClass":"BestEffort","reason":"UnexpectedAdmissionError"})");
  rig.api.remove({"pods", "default", "first"}, "test");
  rig.run_until(20s);
  rig.create_pod("third", kGpuPod);
  rig.run_until(30s);
  CHECK(rig.status("third")["phase"].as_string() == "Running");
  const ObjectPtr node = rig.store.get({"nodes", "", "pool-0"});
  CHECK(node->document["metadata"]["labels"]["nvidia.com/gpu.product"].as_string() ==
        "NVIDIA-A100-80GB-SXM");
  CHECK(node->document["status"]["allocatable"]["nvidia.com/gpu"].as_string() == "1");
}

TEST_CASE("Kubelet: a Secret that env names and nobody made keeps the container from starting") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("e", R"([{"name":"x","image":"r.io/pause:v1","env":[{"name":"HF_TOKEN","valueFrom":
    {"secretKeyRef":{"name":"hf","key":"token"}}}]}])");
  rig.run_until(5s);
  CHECK(rig.state("e") == "waiting CreateContainerConfigError restarts=0");
  rig.create(
      "secrets", "default",
      R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"hf"},"data":{"token":"aGk="}})");
  rig.run_until(20s);
  CHECK(rig.state("e") == "running restarts=0 ready");
}

TEST_CASE("Kubelet: variables that are made of each other end where Linux starts no program") {
  NodeRig rig({NodeRig::pool("pool")});
  std::string env = R"({"name":"V0","value":"0123456789"})";
  for (int i = 1; i < 60; ++i) {
    env += fmt::format(R"j(,{{"name":"V{}","value":"$(V{})$(V{})"}})j", i, i - 1, i - 1);
  }
  rig.create_pod("e", R"([{"name":"x","image":"r.io/pause:v1","env":[)" + env + "]}]");
  rig.run_until(5s);
  CHECK(rig.state("e") == "waiting CrashLoopBackOff restarts=1");
}

TEST_CASE("Kubelet: a volume whose ConfigMap is missing keeps the pod waiting") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("m", R"([{"name":"x","image":"r.io/pause:v1"}])",
                 R"(,"volumes":[{"name":"v","configMap":{"name":"settings"}}])");
  rig.run_until(4s);
  CHECK(rig.state("m") == "waiting ContainerCreating restarts=0");
  CHECK(rig.events("m") ==
        "FailedMount x4: MountVolume.SetUp failed for volume \"v\" : configmap \"settings\" not "
        "found\n");
  rig.create("configmaps", "default",
             R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"}})");
  rig.run_until(10s);
  CHECK(rig.state("m") == "running restarts=0 ready");
}

TEST_CASE("Kubelet: logs say what the API server says when there are none") {
  NodeRig rig({NodeRig::pool("pool")});
  rig.create_pod("a", kWebNoProbe);
  rig.run_until(1s);
  const auto message = [&](std::string_view pod, std::string_view container, bool previous) {
    const auto logs = rig.kubelets->logs("default", pod, container, previous);
    return logs ? std::string("ok") : logs.error().message;
  };
  CHECK(message("nobody", "", false) == "pods \"nobody\" not found");
  CHECK(message("a", "other", false) == "container other is not valid for pod a");
  CHECK(message("a", "", false) ==
        "container \"web\" in pod \"a\" is waiting to start: ContainerCreating");
  CHECK(message("a", "web", true) ==
        "previous terminated container \"web\" in pod \"a\" not found");
  rig.run_until(10s);
  CHECK(message("a", "", false) == "ok");
}

TEST_CASE("Kubelet: a quiet hour costs few events and writes only heartbeats") {
  NodeRig rig({NodeRig::pool("pool", 4)});
  rig.create_pod("a", kWeb);
  rig.run_until(60s);
  const std::uint64_t revision = rig.store.revision();
  const std::uint64_t events = rig.simulation.events_run();
  rig.run_until(3660s);
  CHECK(rig.store.revision() - revision == 4 * (360 + 12));
  CHECK(rig.simulation.events_run() - events < 4 * 360 + 720 + 10);
}

TEST_CASE("Kubelet: equal seeds give equal runs") {
  const auto hash = [](std::uint64_t seed) {
    NodeRig rig({NodeRig::pool("pool", 2)}, {}, std::make_unique<GenericWorkloads>(), seed);
    rig.create_pod("a", kWeb);
    rig.create_pod("c", kCrash, {}, "pool-1");
    rig.run_until(300s);
    for (const ObjectPtr& object : rig.store.list("pods")) {
      object->document.add_to(rig.simulation.trace());
    }
    return rig.simulation.trace().digest();
  };
  CHECK(hash(1) == hash(1));
  CHECK(hash(1) != hash(2));
}

}  // namespace
}  // namespace inferlab::sim
