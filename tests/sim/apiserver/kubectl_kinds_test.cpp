// The real kubectl and kinds of every group.
#include <catch2/catch.hpp>

#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

using testing::BareRun;
using testing::Kubectl;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kJob = R"(
apiVersion: batch/v1
kind: Job
metadata: {name: train}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "a:1"}]}}}
)";

TEST_CASE("kubectl: a kind of each group is explained", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  CHECK(contains(kubectl.good({"explain", "job.spec.backoffLimit"}), "6 if not stated"));
  CHECK(contains(kubectl.good({"explain", "pdb.spec"}), "maxUnavailable"));
  CHECK(contains(kubectl.good({"explain", "hpa.spec"}), "scaleTargetRef"));
  CHECK(contains(kubectl.good({"explain", "pc"}), "preemptionPolicy"));
  CHECK(contains(kubectl.good({"explain", "sts.spec.volumeClaimTemplates"}), "metadata"));
  CHECK(contains(kubectl.good({"explain", "crd.spec.versions"}), "additionalPrinterColumns"));
  const std::string resources = kubectl.good({"api-resources"});
  for (const char* name :
       {"persistentvolumeclaims", "networkpolicies", "clusterroles", "csinodes", "runtimeclasses",
        "validatingadmissionpolicies", "controllerrevisions"}) {
    CHECK(contains(resources, name));
  }
}

TEST_CASE("kubectl: its create commands make objects", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "quota", "team", "--hard=pods=4,requests.nvidia.com/gpu=8"});
  kubectl.good({"create", "role", "reader", "--verb=get,list", "--resource=pods"});
  kubectl.good({"create", "rolebinding", "readers", "--role=reader", "--user=ann"});
  kubectl.good({"create", "clusterrole", "all", "--verb=*", "--resource=pods"});
  kubectl.good({"create", "clusterrolebinding", "all", "--clusterrole=all", "--group=ops"});
  kubectl.good({"create", "priorityclass", "high", "--value=1000"});
  CHECK(contains(kubectl.good({"get", "rolebinding", "readers"}), "Role/reader"));
  CHECK(contains(kubectl.good({"get", "pc", "high"}), "1000"));
  if (kubectl.at_least(21)) {  // those before it ask for versions that are gone
    kubectl.good(
        {"create", "poddisruptionbudget", "web", "--selector=app=web", "--min-available=1"});
    kubectl.good({"create", "cronjob", "nightly", "--image=a:1", "--schedule=0 3 * * *"});
    CHECK(contains(kubectl.good({"get", "cj"}), "0 3 * * *"));
    CHECK(contains(kubectl.good({"get", "pdb"}), "N/A"));
  }
  kubectl.good({"create", "job", "train", "--image=a:1"});
  CHECK(contains(kubectl.good({"get", "job"}), "0/1"));
}

TEST_CASE("kubectl: apply twice changes nothing the second time", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  CHECK(contains(kubectl.good({"apply", "-f", "-"}, kJob), "created"));
  CHECK(contains(kubectl.good({"apply", "-f", "-"}, kJob), "unchanged"));
  CHECK(contains(kubectl.good({"get", "jobs"}), "COMPLETIONS"));
}

TEST_CASE("kubectl: an autoscaler made in version 1 is shown in version 2", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "deployment", "web", "--image=a:1"});
  kubectl.good({"autoscale", "deployment", "web", "--min=1", "--max=3", "--cpu-percent=50"});
  CHECK(contains(
      kubectl.good({"get", "horizontalpodautoscalers.v2.autoscaling", "web", "-o", "yaml"}),
      "averageUtilization: 50"));
  CHECK(contains(
      kubectl.good({"get", "horizontalpodautoscalers.v1.autoscaling", "web", "-o", "yaml"}),
      "targetCPUUtilizationPercentage: 50"));
  CHECK(contains(kubectl.good({"get", "hpa"}), "Deployment/web"));
}

}  // namespace
}  // namespace inferlab::sim
