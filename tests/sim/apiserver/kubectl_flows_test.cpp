// The real kubectl: what learners do when something goes wrong, from beginning to end.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

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
  progressDeadlineSeconds: 60
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: main
        image: registry.local/web:v1
        ports:
        - containerPort: 8000
        readinessProbe:
          httpGet: {path: /, port: 8000}
)";

constexpr const char* kBudget = R"(
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 2
  selector: {matchLabels: {app: web}}
)";

constexpr const char* kTick = R"(
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec:
  schedule: "* * * * *"
  successfulJobsHistoryLimit: 1
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - {name: main, image: "registry.local/tool:v1", command: [sleep, "5"]}
)";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Asks again until the answer is as it should be.
std::string until(Kubectl& kubectl, const std::vector<std::string>& args,
                  const std::function<bool(const std::string&)>& good) {
  std::string out;
  for (int i = 0; i < 400; ++i) {
    out = kubectl.run(args).out;
    if (good(out)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  INFO(out);
  CHECK(good(out));
  return out;
}

std::string until(Kubectl& kubectl, const std::vector<std::string>& args, const std::string& part) {
  return until(kubectl, args, [&](const std::string& out) { return contains(out, part); });
}

TEST_CASE("kubectl flow: a bad image is seen, costs nobody a Pod, and is rolled back",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  CHECK(kubectl.good({"apply", "-f", "-"}, kWeb) == "deployment.apps/web created\n");
  CHECK(contains(kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"}),
                 "deployment \"web\" successfully rolled out\n"));
  CHECK(kubectl.good({"set", "image", "deploy/web", "main=registry.local/web:v9"}) ==
        "deployment.apps/web image updated\n");
  const auto stuck = kubectl.run({"rollout", "status", "deploy/web", "--timeout=60s"});
  CHECK(stuck.exit_code == 1);
  CHECK(contains(stuck.out,
                 "Waiting for deployment \"web\" rollout to finish: 1 out of 2 new replicas have "
                 "been updated...\n"));
  CHECK(stuck.err == "error: deployment \"web\" exceeded its progress deadline\n");
  // maxUnavailable is 25 %, of two that is none: the old Pods are all there.
  const std::string deployment = kubectl.good({"get", "deploy", "web", "--no-headers"});
  CHECK(contains(deployment, "web   2/2   1     2     "));
  until(kubectl, {"get", "pods"}, "ImagePullBackOff");
  const std::string pods = kubectl.good({"describe", "pods", "-l", "app=web"});
  CHECK(contains(pods, "Failed to pull image \"registry.local/web:v9\": "));
  CHECK(contains(pods, "Error: ErrImagePull"));
  const std::string described = kubectl.good({"describe", "deploy", "web"});
  CHECK(contains(described, "  Available      True    MinimumReplicasAvailable\n"));
  CHECK(contains(described, "  Progressing    False   ProgressDeadlineExceeded\n"));

  CHECK(kubectl.good({"rollout", "undo", "deploy/web"}) == "deployment.apps/web rolled back\n");
  CHECK(contains(kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"}),
                 "successfully rolled out"));
  CHECK(kubectl.good({"rollout", "history", "deploy/web"}) ==
        "deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n\n");
  CHECK(contains(kubectl.good({"rollout", "history", "deploy/web", "--revision=2"}),
                 "    Image:\tregistry.local/web:v9\n"));
  until(kubectl, {"get", "rs", "--no-headers", "-o", "custom-columns=N:.status.replicas"}, "0\n");
  CHECK(contains(kubectl.bad({"rollout", "undo", "deploy/web", "--to-revision=17"}),
                 "error: unable to find specified revision 17 in history"));
}

TEST_CASE("kubectl flow: cordon, a drain that a budget stops, the budget mended, drain, uncordon",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kWeb);
  kubectl.good({"apply", "-f", "-"}, kBudget);
  kubectl.good({"run", "loner", "--image=registry.local/web:v1", "--restart=Never"});
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  kubectl.good({"wait", "--for=condition=Ready", "pod/loner", "--timeout=60s"});
  const std::string node = kubectl.good({"get", "pod", "loner", "-o", "jsonpath={.spec.nodeName}"});
  CHECK(kubectl.good({"cordon", node}) == "node/" + node + " cordoned\n");
  CHECK(kubectl.good({"cordon", node}) == "node/" + node + " already cordoned\n");
  CHECK(contains(kubectl.good({"get", "node", node}), "Ready,SchedulingDisabled"));

  const std::string naked = kubectl.bad({"drain", node});
  CHECK(contains(naked,
                 "cannot delete Pods that declare no controller (use --force to override): "
                 "default/loner"));
  kubectl.good({"delete", "pod", "loner", "--timeout=60s"});
  // Everything onto one node, so that the budget is in the way of the drain.
  kubectl.good({"delete", "pods", "-l", "app=web", "--timeout=60s"});
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  const std::string other = node == "cpu-0" ? "cpu-1" : "cpu-0";
  CHECK(kubectl.good({"uncordon", node}) == "node/" + node + " uncordoned\n");
  until(kubectl, {"get", "pdb", "web", "--no-headers"}, "web   2     N/A   0     ");
  const auto stuck = kubectl.run({"drain", other, "--ignore-daemonsets", "--timeout=2s"});
  CHECK(stuck.exit_code == 1);
  CHECK(contains(stuck.err, "error when evicting pods/"));
  CHECK(contains(stuck.err,
                 "(will retry after 5s): Cannot evict pod as it would violate the pod's disruption "
                 "budget."));
  kubectl.good({"patch", "pdb", "web", "-p", R"({"spec":{"minAvailable":1}})"});
  const std::string drained = kubectl.good({"drain", other, "--timeout=60s"});
  CHECK(contains(drained, "node/" + other + " drained\n"));
  CHECK(kubectl.good({"get", "pods", "--field-selector=spec.nodeName=" + other, "-o", "name"})
            .empty());
  kubectl.good({"uncordon", other});
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
}

TEST_CASE("kubectl flow: a CronJob starts its Jobs by the clock and keeps the last one",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, kTick);
  CHECK(contains(kubectl.good({"get", "cj", "tick", "--no-headers"}), "* * * * *"));
  // Three minutes of the cluster are a few seconds here.
  const std::string events =
      until(kubectl, {"get", "events", "--field-selector=reason=SuccessfulDelete"}, "cronjob/tick");
  CHECK(contains(events, "Deleted job tick-"));
  kubectl.good({"patch", "cj", "tick", "-p", R"({"spec":{"suspend":true}})"});
  CHECK(contains(kubectl.good({"get", "cj", "tick", "--no-headers"}), "   True   "));
  // The one that runs ends, and the one before it goes.
  const std::vector<std::string> list = {
      "get", "jobs", "-o", "jsonpath={range .items[*]}{.metadata.name}={.status.succeeded} {end}"};
  const std::string jobs = until(kubectl, list, [](const std::string& out) {
    return std::count(out.begin(), out.end(), '=') == 1 && contains(out, "=1 ");
  });
  const std::string described = kubectl.good({"describe", "cj", "tick"});
  CHECK(contains(described, "Created job tick-"));
  CHECK(contains(described, "Saw completed job: tick-"));
  CHECK(contains(described, "condition: Complete"));
  const std::string job = jobs.substr(0, jobs.find('='));
  CHECK(contains(kubectl.good({"describe", "job", job}), "Controlled By:    CronJob/tick\n"));
  CHECK(contains(kubectl.good({"get", "job", job, "--no-headers"}), "Complete   1/1"));
  CHECK(kubectl.good({"delete", "cj", "tick"}) == "cronjob.batch \"tick\" deleted\n");
  until(kubectl, {"get", "jobs,pods", "-o", "name"},
        [](const std::string& out) { return out.empty(); });
}

TEST_CASE("kubectl flow: a quota of Pods stops a Deployment and says so everywhere",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "quota", "few", "--hard=pods=2"});
  kubectl.good({"apply", "-f", "-"}, kWeb);
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  until(kubectl, {"get", "quota", "few", "--no-headers"}, "pods: 2/2");
  CHECK(kubectl.bad({"run", "more", "--image=registry.local/web:v1"}) ==
        "Error from server (Forbidden): pods \"more\" is forbidden: exceeded quota: few, "
        "requested: pods=1, used: pods=2, limited: pods=2\n");
  kubectl.good({"scale", "deploy/web", "--replicas=3"});
  const std::string replicas = until(kubectl, {"describe", "rs", "-l", "app=web"}, "FailedCreate");
  CHECK(contains(replicas, "Error creating: pods \"web-"));
  CHECK(contains(replicas,
                 "is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: "
                 "pods=2"));
  CHECK(contains(until(kubectl, {"describe", "deploy", "web"}, "ReplicaFailure"),
                 "  ReplicaFailure   True    FailedCreate\n"));
  CHECK(contains(kubectl.good({"get", "deploy", "web", "--no-headers"}), "web   2/3   2     2 "));
  kubectl.good({"patch", "quota", "few", "-p", R"({"spec":{"hard":{"pods":"9"}}})"});
  kubectl.good({"rollout", "status", "deploy/web", "--timeout=60s"});
  CHECK(contains(kubectl.good({"describe", "quota", "few"}), "pods        3     9\n"));
}

}  // namespace
}  // namespace inferlab::sim
