// The real kubectl with claims, volumes and StatefulSets that have them.
#include <catch2/catch.hpp>

#include "tests/sim/apiserver/cluster_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

using testing::ClusterRun;
using testing::Kubectl;

constexpr const char* kStatefulSet = R"(
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kv}
spec:
  replicas: 2
  serviceName: kv
  selector: {matchLabels: {app: kv}}
  template:
    metadata: {labels: {app: kv}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: main
        image: registry.local/web:v1
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
)";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<StorageClassSpec> one_class() {
  StorageClassSpec fast;
  fast.name = "fast";
  fast.driver.name = "disk.csi.example.com";
  fast.is_default = true;
  return {fast};
}

TEST_CASE("kubectl: a StatefulSet with claims grows, shrinks and keeps its data",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run(one_class());
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kStatefulSet);
  kubectl.good({"rollout", "status", "sts/kv", "--timeout=60s"});
  const auto claims = [&] {
    return kubectl.good(
        {"get", "pvc", "-o", "jsonpath={range .items[*]}{.metadata.name}={.status.phase} {end}"});
  };
  CHECK(claims() == "data-kv-0=Bound data-kv-1=Bound ");
  const std::string volume =
      kubectl.good({"get", "pvc", "data-kv-1", "-o", "jsonpath={.spec.volumeName}"});
  CHECK(contains(kubectl.good({"describe", "pvc", "data-kv-0"}),
                 "Successfully provisioned volume pvc-"));
  CHECK(contains(kubectl.good({"describe", "pod", "kv-0"}), "AttachVolume.Attach succeeded"));
  CHECK(contains(kubectl.good({"get", "volumeattachments"}), "disk.csi.example.com"));

  kubectl.good({"scale", "sts/kv", "--replicas=3"});
  kubectl.good({"rollout", "status", "sts/kv", "--timeout=60s"});
  CHECK(claims() == "data-kv-0=Bound data-kv-1=Bound data-kv-2=Bound ");
  kubectl.good({"scale", "sts/kv", "--replicas=1"});
  kubectl.good({"wait", "--for=delete", "pod/kv-1", "pod/kv-2", "--timeout=60s"});
  CHECK(claims() == "data-kv-0=Bound data-kv-1=Bound data-kv-2=Bound ");

  // What comes back finds its own volume again.
  kubectl.good({"scale", "sts/kv", "--replicas=2"});
  kubectl.good({"rollout", "status", "sts/kv", "--timeout=60s"});
  CHECK(kubectl.good({"get", "pvc", "data-kv-1", "-o", "jsonpath={.spec.volumeName}"}) == volume);

  kubectl.good({"patch", "pvc", "data-kv-0", "-p",
                R"({"spec":{"resources":{"requests":{"storage":"2Gi"}}}})"});
  kubectl.good(
      {"wait", "pvc/data-kv-0", "--for=jsonpath={.status.capacity.storage}=2Gi", "--timeout=60s"});
  kubectl.good({"delete", "sts", "kv", "--timeout=60s"});
  kubectl.good({"wait", "--for=delete", "pod/kv-0", "pod/kv-1", "--timeout=60s"});
  kubectl.good({"delete", "pvc", "--all", "--timeout=60s"});
  kubectl.good({"wait", "--for=delete", "pv/" + volume, "--timeout=60s"});
}

}  // namespace
}  // namespace inferlab::sim
