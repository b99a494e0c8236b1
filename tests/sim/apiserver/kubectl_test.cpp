// The real kubectl against a run that holds nothing but the API: no controllers, no nodes.
#include "tests/sim/apiserver/kubectl.h"

#include <catch2/catch.hpp>

#include "tests/sim/apiserver/bare_run.h"

namespace inferlab::sim {
namespace {

using testing::BareRun;
using testing::Kubectl;

constexpr const char* kDeployment = R"(
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
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
        image: registry.local/vllm:v1
        ports:
        - containerPort: 8000
        resources:
          limits: {nvidia.com/gpu: "1"}
)";

constexpr const char* kPod = R"(
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  containers:
  - name: main
    image: registry.local/vllm:v1
)";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("kubectl: finds out what is served", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  CHECK(contains(kubectl.good({"version"}), "v1.32.4"));
  const std::string resources = kubectl.good({"api-resources"});
  CHECK(contains(resources, "deployments"));
  CHECK(contains(resources, "po "));
  CHECK(contains(kubectl.good({"api-versions"}), "apps/v1"));
  CHECK(contains(kubectl.good({"get", "--raw", "/readyz"}), "ok"));
  CHECK(contains(kubectl.good({"cluster-info"}), "is running at"));
  CHECK(contains(kubectl.good({"auth", "can-i", "create", "pods"}), "yes"));
  CHECK(contains(kubectl.good({"auth", "can-i", "--list"}), "*.*"));
  if (kubectl.at_least(28)) CHECK(contains(kubectl.good({"auth", "whoami"}), "admin"));
  CHECK(contains(kubectl.good({"explain", "deployment.spec.replicas"}), "integer"));
  CHECK(contains(kubectl.good({"explain", "pod.spec.containers"}), "image"));
}

TEST_CASE("kubectl: apply, change, compare and delete a Deployment", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  const std::string manifest = kDeployment;
  CHECK(contains(kubectl.good({"apply", "-f", "-"}, manifest), "deployment.apps/web created"));
  CHECK(contains(kubectl.good({"apply", "-f", "-"}, manifest), "unchanged"));
  CHECK(contains(kubectl.good({"get", "deploy"}), "0/2"));
  CHECK(contains(kubectl.good({"get", "deploy", "-o", "wide"}), "registry.local/vllm:v1"));
  CHECK(contains(kubectl.good({"get", "deploy", "web", "-o", "yaml"}), "image: registry.local"));
  CHECK(kubectl.good({"get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"}) == "2");
  CHECK(contains(kubectl.good({"get", "deploy", "--show-labels"}), "app=web"));
  CHECK(contains(kubectl.good({"get", "deploy", "--sort-by=.metadata.name"}), "web"));

  std::string changed = manifest;
  changed.replace(changed.find("replicas: 2"), 11, "replicas: 3");
  const auto difference = kubectl.run({"diff", "-f", "-"}, changed);
  CHECK(difference.exit_code == 1);
  CHECK(contains(difference.out, "+  replicas: 3"));
  CHECK(contains(kubectl.good({"apply", "--dry-run=server", "-f", "-"}, changed), "dry run"));
  CHECK(contains(kubectl.good({"apply", "-f", "-"}, changed), "configured"));
  CHECK(contains(kubectl.good({"scale", "deploy/web", "--replicas=5"}), "scaled"));
  CHECK(kubectl.good({"get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"}) == "5");
  kubectl.good({"patch", "deploy", "web", "-p", R"({"spec":{"replicas":4}})"});
  kubectl.good({"patch", "deploy", "web", "--type=merge", "-p", R"({"spec":{"replicas":6}})"});
  kubectl.good({"patch", "deploy", "web", "--type=json", "-p",
                R"([{"op":"replace","path":"/spec/replicas","value":7}])"});
  CHECK(kubectl.good({"get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"}) == "7");
  CHECK(contains(kubectl.good({"label", "deploy", "web", "tier=gold"}), "labeled"));
  CHECK(contains(kubectl.good({"annotate", "deploy", "web", "note=x"}), "annotated"));
  CHECK(contains(kubectl.good({"set", "image", "deploy/web", "main=registry.local/vllm:v2"}),
                 "image updated"));
  CHECK(contains(kubectl.good({"rollout", "pause", "deploy/web"}), "paused"));
  CHECK(contains(kubectl.good({"rollout", "resume", "deploy/web"}), "resumed"));
  CHECK(contains(kubectl.good({"rollout", "restart", "deploy/web"}), "restarted"));
  CHECK(contains(kubectl.good({"describe", "deploy", "web"}), "RollingUpdateStrategy"));
  CHECK(contains(kubectl.good({"get", "all"}), "deployment.apps/web"));
  CHECK(contains(kubectl.good({"delete", "deploy", "web"}), "deleted"));
  CHECK(contains(kubectl.bad({"get", "deploy", "web"}), "deployments.apps \"web\" not found"));
}

TEST_CASE("kubectl: creates what it sends as protobuf", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  CHECK(contains(kubectl.good({"create", "deployment", "two", "--image=x:1", "--replicas=2"}),
                 "created"));
  CHECK(kubectl.good({"get", "deploy", "two", "-o", "jsonpath={.spec.replicas}"}) == "2");
  kubectl.good({"create", "configmap", "c", "--from-literal=a=b"});
  CHECK(kubectl.good({"get", "cm", "c", "-o", "jsonpath={.data.a}"}) == "b");
  kubectl.good({"create", "secret", "generic", "s", "--from-literal=token=abc"});
  CHECK(kubectl.good({"get", "secret", "s", "-o", "jsonpath={.data.token}"}) == "YWJj");
  kubectl.good({"create", "namespace", "team"});
  CHECK(contains(kubectl.good({"get", "ns"}), "team"));
  kubectl.good({"create", "service", "clusterip", "web", "--tcp=80:8000"});
  CHECK(contains(kubectl.good({"get", "svc"}), "80/TCP"));
  kubectl.good({"run", "one", "--image=x:1", "--restart=Never"});
  CHECK(contains(kubectl.good({"expose", "pod", "one", "--port=80"}), "exposed"));
}

TEST_CASE("kubectl: says what is wrong in the API server's words", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  CHECK(contains(kubectl.bad({"get", "pod", "none"}),
                 "Error from server (NotFound): pods \"none\" not found"));
  CHECK(contains(kubectl.bad({"get", "nonsense"}),
                 "the server doesn't have a resource type \"nonsense\""));
  std::string unknown = kPod;
  unknown += "  nope: 1\n";
  CHECK(contains(kubectl.bad({"apply", "-f", "-"}, unknown), "unknown field"));
  CHECK(contains(kubectl.bad({"exec", "none", "--", "true"}), "not found"));
  CHECK(contains(kubectl.good({"get", "pods", "--ignore-not-found", "none"}), ""));
}

TEST_CASE("kubectl: pods, their events and logs", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "-f", "-"}, kPod);
  run.create("events", "default",
             R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"p.1","namespace":"default"},
                 "involvedObject":{"kind":"Pod","name":"p","namespace":"default"},
                 "reason":"FailedScheduling","message":"0/0 nodes are available","type":"Warning",
                 "source":{"component":"default-scheduler"},"count":1,
                 "firstTimestamp":"2026-01-05T08:00:00Z","lastTimestamp":"2026-01-05T08:00:00Z"})");
  CHECK(contains(kubectl.good({"get", "pods"}), "Pending"));
  CHECK(contains(kubectl.good({"get", "events"}), "FailedScheduling"));
  if (kubectl.at_least(28)) CHECK(contains(kubectl.good({"events"}), "FailedScheduling"));
  const std::string described = kubectl.good({"describe", "pod", "p"});
  CHECK(contains(described, "Status:"));
  CHECK(contains(kubectl.good({"get", "pods", "-A"}), "default"));
  run.add_log_line("loading model");
  CHECK(kubectl.good({"logs", "p"}) == "loading model\n");
  CHECK(contains(kubectl.bad({"exec", "p", "--", "true"}), "not simulated"));
  CHECK(contains(kubectl.good({"delete", "pod", "p", "--grace-period=0", "--force"}), "deleted"));
}

TEST_CASE("kubectl: watches and waits", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "configmap", "a"});
  const auto watch = kubectl.start({"get", "cm", "-w"});
  CHECK(watch->wait_for_output("a ", std::chrono::seconds(20)));
  kubectl.good({"create", "configmap", "later"});
  CHECK(watch->wait_for_output("later", std::chrono::seconds(20)));
  if (kubectl.at_least(23)) {
    const auto waits =
        kubectl.start({"wait", "--for=jsonpath={.data.done}=yes", "cm/a", "--timeout=20s"});
    kubectl.good({"patch", "cm", "a", "--type=merge", "-p", R"({"data":{"done":"yes"}})"});
    const auto result = waits->finish();
    CHECK(result.exit_code == 0);
    CHECK(contains(result.out, "condition met"));
  }
  const auto gone = kubectl.start({"wait", "--for=delete", "cm/later", "--timeout=20s"});
  kubectl.good({"delete", "cm", "later"});
  const auto ended = gone->finish();  // an older kubectl fails when it was gone before it looked
  CHECK((ended.exit_code == 0 || contains(ended.err, "not found")));
  watch->kill();
  CHECK(watch->finish().exit_code != 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (kubectl.server().watches() > 0 && std::chrono::steady_clock::now() < end) {
  }
  CHECK(kubectl.server().watches() == 0);
}

TEST_CASE("kubectl: edits with an editor", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "configmap", "a", "--from-literal=k=before"});
  kubectl.set_environment("KUBE_EDITOR", "sed -i s/before/after/");
  CHECK(contains(kubectl.good({"edit", "cm", "a"}), "edited"));
  CHECK(kubectl.good({"get", "cm", "a", "-o", "jsonpath={.data.k}"}) == "after");
}

}  // namespace
}  // namespace inferlab::sim
