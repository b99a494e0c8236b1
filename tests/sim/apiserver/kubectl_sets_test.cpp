// `kubectl rollout` of the real kubectl with StatefulSets and DaemonSets of a whole cluster.
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
metadata: {name: web}
spec:
  replicas: 2
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - {name: main, image: "registry.local/web:v1"}
)";

constexpr const char* kDaemonSet = R"(
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - {name: main, image: "registry.local/web:v1"}
)";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What both have in common: a new image, its history, and back again.
void update_and_undo(Kubectl& kubectl, const std::string& what) {
  const auto image = [&] {
    return kubectl.good({"get", what, "-o", "jsonpath={.spec.template.spec.containers[0].image}"});
  };
  kubectl.good({"set", "image", what, "main=registry.local/web:v2"});
  kubectl.good({"rollout", "status", what, "--timeout=60s"});
  const std::string history = kubectl.good({"rollout", "history", what});
  CHECK(contains(history, "\n1 "));
  CHECK(contains(history, "\n2 "));
  CHECK(contains(kubectl.good({"rollout", "history", what, "--revision=1"}),
                 "registry.local/web:v1"));
  CHECK(contains(kubectl.good({"rollout", "undo", what}), "rolled back"));
  kubectl.good({"rollout", "status", what, "--timeout=60s"});
  CHECK(image() == "registry.local/web:v1");
  CHECK(contains(kubectl.good({"rollout", "history", what}), "\n3 "));
  // The revision it is at already: kubectl compares its bytes with those of the template.
  CHECK(contains(kubectl.good({"rollout", "undo", what, "--to-revision=3"}), "skipped rollback"));
  CHECK(contains(kubectl.good({"rollout", "undo", what, "--to-revision=2"}), "rolled back"));
  kubectl.good({"rollout", "status", what, "--timeout=60s"});
  CHECK(image() == "registry.local/web:v2");
  kubectl.good({"rollout", "restart", what});
  kubectl.good({"rollout", "status", what, "--timeout=60s"});
}

TEST_CASE("kubectl rollout: a StatefulSet goes forward and back", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kStatefulSet);
  CHECK(contains(kubectl.good({"rollout", "status", "sts/web", "--timeout=60s"}),
                 "partitioned roll out complete: 2 new pods have been updated"));
  CHECK(contains(kubectl.good({"get", "sts", "web"}), "2/2"));
  update_and_undo(kubectl, "sts/web");
  kubectl.good({"scale", "sts/web", "--replicas=3"});
  kubectl.good({"rollout", "status", "sts/web", "--timeout=60s"});
  CHECK(contains(kubectl.good({"get", "pods", "-o", "name"}), "pod/web-2"));
  CHECK(contains(kubectl.good({"describe", "sts", "web"}),
                 "create Pod web-2 in StatefulSet web successful"));
  kubectl.good({"delete", "sts", "web", "--timeout=60s"});
}

TEST_CASE("kubectl rollout: a DaemonSet goes forward and back", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kDaemonSet);
  CHECK(contains(kubectl.good({"rollout", "status", "ds/agent", "--timeout=60s"}),
                 "successfully rolled out"));
  CHECK(contains(kubectl.good({"get", "pods", "-o", "wide"}), "cpu-1"));
  update_and_undo(kubectl, "ds/agent");
  CHECK(contains(kubectl.good({"describe", "ds", "agent"}), "Created pod: agent-"));
  // One Pod comes to a cordoned node as well, and drain leaves it there.
  kubectl.good({"cordon", "cpu-0"});
  kubectl.good({"drain", "cpu-0", "--ignore-daemonsets", "--timeout=60s"});
  CHECK(kubectl.good({"get", "ds", "agent", "-o", "jsonpath={.status.numberReady}"}) == "2");
}

}  // namespace
}  // namespace inferlab::sim
