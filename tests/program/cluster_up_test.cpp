// A cluster without a lab, as learners and tools use it: the program and the real kubectl.
#include <catch2/catch.hpp>
#include <iostream>
#include <string>

#include "tests/program/cluster_process.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;

namespace {

const std::string kSolution =
    std::string(INFERLAB_SOURCE_DIR) + "/scenarios/vllm-inference/solution";

bool has_kubectl() {
  if (find_program("kubectl")) return true;
  std::cout << "SKIPPED: kubectl is not installed\n";
  return false;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kClaimant = R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: keeper}
spec:
  containers:
  - name: main
    image: registry.example.com/library/busybox:1.36
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
)";

}  // namespace

TEST_CASE("program: an LLM server's log is followed from its first line to its end") {
  if (!has_kubectl()) return;
  ClusterProcess cluster({"--speed", "100"});
  cluster.good({"apply", "-f", kSolution});
  CHECK(contains(cluster.good({"rollout", "status", "deploy/vllm-llama", "--timeout=60s"}),
                 "successfully rolled out"));
  const auto log = cluster.start_kubectl({"logs", "-f", "deploy/vllm-llama"});
  CHECK(log->wait_for_output("Application startup complete", 60s));
  cluster.good({"delete", "-f", kSolution, "--timeout=60s"});
  const ProcessResult ended = log->finish();
  CHECK(ended.exit_code == 0);
  CHECK_FALSE(ended.timed_out);
}

TEST_CASE("program: a cluster has disks, metrics and autoscaling from the start") {
  if (!has_kubectl()) return;
  ClusterProcess cluster({"--speed", "100"});
  cluster.good({"apply", "-f", "-"}, kClaimant);
  cluster.good({"wait", "--for=condition=Ready", "pod/keeper", "--timeout=60s"});
  CHECK(contains(cluster.good({"get", "pvc", "data", "--no-headers"}), "data   Bound   pvc-"));
  CHECK(contains(cluster.good({"get", "sc"}), "standard (default)   disk.csi.inferlab.dev"));
  cluster.good({"wait", "--for=condition=Ready", "nodes", "--all", "--timeout=60s"});
  CHECK(contains(cluster.good({"top", "nodes"}), "cpu-0"));
  CHECK(contains(cluster.good({"get", "--raw", "/metrics"}), "apiserver_request_total{"));
  CHECK(
      contains(cluster.good({"cluster-info"}), "Kubernetes control plane is running at https://"));
}
