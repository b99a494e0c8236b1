// The real kubectl against a whole simulated cluster: controllers, scheduler and kubelets at work.
#include <catch2/catch.hpp>

#include "tests/sim/apiserver/cluster_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

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
    spec:
      containers:
      - name: main
        image: registry.local/web:v1
        ports:
        - containerPort: 8000
        readinessProbe:
          httpGet: {path: /, port: 8000}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - port: 80
    targetPort: 8000
)";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("kubectl and a cluster: roll out, look, undo, clean up", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  CHECK(contains(kubectl.good({"get", "nodes"}), "Ready"));
  const std::size_t before = run.journal_entries();
  kubectl.good({"apply", "-f", "-"}, kWeb);
  CHECK(run.journal_entries() == before + 2);  // reads and dry runs are not in it
  CHECK(contains(kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"}),
                 "successfully rolled out"));
  CHECK(contains(kubectl.good({"get", "deploy", "web"}), "2/2"));
  CHECK(contains(kubectl.good({"get", "pods", "-l", "app=web"}), "Running"));
  CHECK(contains(kubectl.good({"get", "pods", "-o", "wide"}), "cpu-"));
  const std::string pod =
      kubectl.good({"get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"});
  CHECK(contains(kubectl.good({"describe", "pod", pod}), "Successfully assigned"));
  CHECK(contains(kubectl.good({"describe", "node", "cpu-0"}), "Allocated resources"));
  CHECK(contains(kubectl.good({"describe", "svc", "web"}), "Endpoints"));
  CHECK(contains(kubectl.good({"get", "events"}), "Scheduled"));
  CHECK(contains(kubectl.good({"get", "endpoints", "web"}), ":8000"));
  kubectl.good({"logs", pod});

  kubectl.good({"set", "image", "deploy/web", "main=registry.local/web:v2"});
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  CHECK(contains(kubectl.good({"rollout", "history", "deploy/web"}), "2"));
  kubectl.good({"rollout", "undo", "deploy/web"});
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  CHECK(kubectl.good(
            {"get", "deploy", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"}) ==
        "registry.local/web:v1");
  kubectl.good({"scale", "deploy/web", "--replicas=1"});
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  CHECK(kubectl.good({"get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"}) == "1");
  kubectl.good({"delete", "deploy,svc", "web"});
  kubectl.run(
      {"wait", "--for=delete", "pods", "-l", "app=web", "--timeout=60s"});  // or gone already
  CHECK(kubectl.good({"get", "pods", "-o", "name"}).empty());
}

TEST_CASE("kubectl and a cluster: cordon and drain a node", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kWeb);
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  kubectl.good({"drain", "cpu-0", "--ignore-daemonsets", "--timeout=60s"});
  CHECK(contains(kubectl.good({"get", "nodes"}), "SchedulingDisabled"));
  kubectl.good({"uncordon", "cpu-0"});
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
}

constexpr const char* kPoolDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pools.gpu.example.com}
spec:
  group: gpu.example.com
  scope: Namespaced
  names: {plural: pools, singular: pool, kind: Pool, shortNames: [gp], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns:
    - {name: GPU, type: string, jsonPath: .spec.gpu}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    subresources: {scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            description: What is wanted.
            properties:
              gpu: {type: string, description: The GPU's name.}
              size: {type: integer}
)";

TEST_CASE("kubectl and a cluster: a custom kind is made, used, explained and dropped",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kPoolDefinition);
  kubectl.good({"wait", "--for=condition=Established", "crd/pools.gpu.example.com"});
  CHECK(contains(kubectl.good({"api-resources"}), "gpu.example.com/v1"));
  const char* pool =
      "apiVersion: gpu.example.com/v1\nkind: Pool\nmetadata: {name: a}\n"
      "spec: {gpu: h100, size: 2}\n";
  CHECK(contains(kubectl.good({"apply", "-f", "-"}, pool), "pool.gpu.example.com/a created"));
  CHECK(contains(kubectl.good({"apply", "-f", "-"}, pool), "unchanged"));
  CHECK(contains(kubectl.good({"apply", "--server-side", "--force-conflicts", "-f", "-"}, pool),
                 "serverside-applied"));
  CHECK(contains(kubectl.good({"get", "gp"}), "h100"));
  CHECK(contains(kubectl.good({"get", "gp"}), "GPU"));
  CHECK(contains(kubectl.good({"get", "all"}), "pool.gpu.example.com/a"));
  kubectl.good({"scale", "pool/a", "--replicas=5"});
  CHECK(kubectl.good({"get", "pool", "a", "-o", "jsonpath={.spec.size}"}) == "5");
  if (kubectl.at_least(24)) {
    CHECK(contains(kubectl.good({"explain", "pool.spec.gpu"}), "The GPU's name."));
  }
  CHECK(contains(kubectl.good({"describe", "pool", "a"}), "h100"));
  kubectl.good({"delete", "crd", "pools.gpu.example.com"});
  CHECK_FALSE(contains(kubectl.good({"api-resources"}), "gpu.example.com"));
}

TEST_CASE("kubectl and a cluster: roles hold for whom somebody acts for", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "role", "reader", "--verb=get,list", "--resource=pods"});
  kubectl.good({"create", "rolebinding", "readers", "--role=reader", "--user=ann"});
  CHECK(contains(kubectl.good({"auth", "can-i", "list", "pods", "--as=ann"}), "yes"));
  CHECK(contains(kubectl.run({"auth", "can-i", "delete", "pods", "--as=ann"}).out, "no"));
  CHECK(contains(kubectl.good({"auth", "can-i", "--list", "--as=ann"}), "pods"));
  kubectl.good({"get", "pods", "--as=ann"});
  const auto refused = kubectl.run({"get", "secrets", "--as=ann"});
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err,
                 "Error from server (Forbidden): secrets is forbidden: User \"ann\" "
                 "cannot list resource \"secrets\" in API group \"\" in the "
                 "namespace \"default\""));
  kubectl.good({"create", "clusterrolebinding", "ops", "--clusterrole=view", "--group=ops"});
  kubectl.good({"get", "deployments", "-A", "--as=olga", "--as-group=ops"});
}

}  // namespace
}  // namespace inferlab::sim
