// The real kubectl on Jobs, CronJobs, budgets and quotas of a whole simulated cluster.
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
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 2
  selector:
    matchLabels: {app: web}
)";

constexpr const char* kBench = R"(
apiVersion: batch/v1
kind: CronJob
metadata:
  name: bench
spec:
  schedule: "0 3 1 1 *"
  jobTemplate:
    spec:
      completions: 2
      parallelism: 2
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: main
            image: registry.local/tool:v1
            command: [sleep, "20"]
)";

constexpr const char* kFew = R"(
apiVersion: v1
kind: ResourceQuota
metadata:
  name: few
spec:
  hard: {configmaps: "2"}
)";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("kubectl and a cluster: a budget stands in the way of a drain", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kWeb);
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  const std::string node =
      kubectl.good({"get", "pods", "-o", "jsonpath={.items[0].spec.nodeName}"});
  const auto stuck = kubectl.run({"drain", node, "--ignore-daemonsets", "--timeout=2s"});
  CHECK(stuck.exit_code != 0);
  CHECK(contains(stuck.out + stuck.err,
                 "Cannot evict pod as it would violate the pod's disruption budget."));
  kubectl.good({"patch", "pdb", "web", "--type=merge", "-p", R"({"spec":{"minAvailable":1}})"});
  kubectl.good({"drain", node, "--ignore-daemonsets", "--timeout=60s"});
  CHECK(kubectl.good({"get", "pods", "--field-selector", "spec.nodeName=" + node, "-o", "name"})
            .empty());
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
}

TEST_CASE("kubectl and a cluster: a Job made from a CronJob, waited for", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kBench);
  CHECK(contains(kubectl.good({"get", "cronjob", "bench"}), "0 3 1 1 *"));
  kubectl.good({"create", "job", "--from=cronjob/bench", "now"});
  kubectl.good({"wait", "--for=condition=complete", "job/now", "--timeout=60s"});
  CHECK(contains(kubectl.good({"get", "job", "now"}), "2/2"));
  CHECK(contains(kubectl.good({"describe", "job", "now"}), "Job completed"));
  kubectl.good({"delete", "job", "now"});
  kubectl.run({"wait", "--for=delete", "pods", "-l", "job-name=now", "--timeout=60s"});
  CHECK(kubectl.good({"get", "pods", "-o", "name"}).empty());
}

TEST_CASE("kubectl and a cluster: a quota is exceeded", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kFew);
  if (!kubectl.at_least(23)) return;  // cannot wait for a field
  kubectl.good({"wait", "quota/few", "--for=jsonpath={.status.hard.configmaps}=2"});
  kubectl.good({"create", "configmap", "one"});  // kube-root-ca.crt counts too
  CHECK(contains(kubectl.bad({"create", "configmap", "two"}),
                 "exceeded quota: few, requested: configmaps=1, used: configmaps=2, limited: "
                 "configmaps=2"));
  CHECK(contains(kubectl.good({"describe", "quota", "few"}), "configmaps"));
}

}  // namespace inferlab::sim
