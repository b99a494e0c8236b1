// The real kubectl: top, autoscale and the metrics APIs of a whole simulated cluster.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/cluster_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

using testing::BareRun;
using testing::ClusterRun;
using testing::Kubectl;

constexpr const char* kWeb = R"(
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
      annotations: {inferlab/cpu-usage: 90m, inferlab/memory-usage: 100Mi}
    spec:
      containers:
      - name: main
        image: registry.local/web:v1
        resources: {requests: {cpu: 100m}}
      - name: helper
        image: registry.local/tool:v1
        resources: {requests: {cpu: 100m}}
)";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Asks again until the answer has `part`: figures and syncs come as the run goes on.
std::string until(Kubectl& kubectl, const std::vector<std::string>& args, const std::string& part) {
  std::string out;
  for (int i = 0; i < 200; ++i) {
    out = kubectl.run(args).out;
    if (contains(out, part)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  INFO(out);
  CHECK(contains(out, part));
  return out;
}

TEST_CASE("kubectl top: nodes, pods and containers", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kWeb);
  const std::string pods = until(kubectl, {"top", "pods"}, "web-");
  CHECK(contains(pods, "180m"));
  CHECK(contains(pods, "200Mi"));
  const std::string containers =
      kubectl.good({"top", "pods", "--containers", "--sort-by=memory", "-l", "app=web"});
  CHECK(contains(containers, "helper"));
  CHECK(contains(containers, "90m"));
  const std::string nodes = kubectl.good({"top", "nodes", "--sort-by=cpu"});
  CHECK(contains(nodes, "cpu-0"));
  CHECK(contains(nodes, "%"));
  CHECK(contains(kubectl.bad({"top", "pod", "none"}), "pods \"none\" not found"));
  CHECK(contains(kubectl.good({"get", "podmetrics"}), "WINDOW"));
  CHECK(contains(kubectl.good({"api-resources"}), "metrics.k8s.io/v1beta1"));
  if (kubectl.at_least(24)) {
    CHECK(contains(kubectl.good({"explain", "podmetrics.containers.usage"}), "CPU and memory"));
  }
}

TEST_CASE("kubectl autoscale: an autoscaler shows what it sees and what it does",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kWeb);
  CHECK(
      contains(kubectl.good({"autoscale", "deploy/web", "--min=2", "--max=3", "--cpu-percent=60"}),
               "horizontalpodautoscaler.autoscaling/web autoscaled"));
  CHECK(contains(until(kubectl, {"get", "hpa", "web"}, "90%/60%"), "cpu: 90%/60%"));
  until(kubectl, {"get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"}, "3");
  const std::string description = until(kubectl, {"describe", "hpa", "web"}, "TooManyReplicas");
  CHECK(contains(description,
                 "New size: 3; reason: cpu resource utilization (percentage of "
                 "request) above target"));
  CHECK(contains(description, "ValidMetricFound"));
}

TEST_CASE("kubectl get --raw: custom and external metrics", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kWeb);
  const std::string base = "/apis/custom.metrics.k8s.io/v1beta1";
  until(kubectl, {"get", "--raw", base}, "pods/kube_pod_status_ready");
  const std::string path = base + "/namespaces/default/";
  const std::string value =
      until(kubectl, {"get", "--raw", path + "deployments.apps/web/kube_deployment_spec_replicas"},
            "\"2\"");
  CHECK(contains(value, "MetricValueList"));
  CHECK(contains(kubectl.good({"get", "--raw", path + "metrics/kube_deployment_spec_replicas"}),
                 "Namespace"));
  CHECK(contains(kubectl.good({"get", "--raw",
                               path + "pods/*/kube_pod_status_ready?labelSelector=app%3Dweb&"
                                      "metricLabelSelector=condition%3Dtrue"}),
                 "\"items\":[{"));
  CHECK(contains(kubectl.bad({"get", "--raw", path + "pods/*/nothing"}),
                 "the server could not find the metric nothing for pods"));
  CHECK(contains(kubectl.good({"get", "--raw",
                               "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/"
                               "kube_deployment_spec_replicas"}),
                 "ExternalMetricValueList"));
  CHECK(contains(kubectl.bad({"get", "--raw", path + "pods/*/x", "--as=ann"}), "Forbidden"));
}

TEST_CASE("kubectl top: without metrics-server there is nothing to see", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  CHECK(contains(kubectl.bad({"top", "pods"}), "error: Metrics API not available"));
  CHECK_FALSE(contains(kubectl.good({"get", "--raw", "/apis"}), "metrics.k8s.io"));
}

}  // namespace
}  // namespace inferlab::sim
