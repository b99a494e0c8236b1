// The real kubectl: what goes on until somebody ends it, and who may do what.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/cluster_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

using testing::BareRun;
using testing::ClusterRun;
using testing::Kubectl;
using namespace std::chrono_literals;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kPod = R"(
apiVersion: v1
kind: Pod
metadata: {name: p, labels: {app: p}}
spec: {containers: [{name: main, image: "a:1"}]}
)";

// As a kubelet would write it.
void container_is(Kubectl& kubectl, const std::string& phase, const std::string& state) {
  kubectl.good({"get", "pod", "p"});
  kubectl.good({"patch", "pod", "p", "--subresource=status", "--type=merge", "-p",
                R"({"status":{"phase":")" + phase +
                    R"(","containerStatuses":[{"name":"main","image":"a:1","imageID":"",)"
                    R"("ready":false,"restartCount":0,"state":)" +
                    state + "}]}}"});
}

TEST_CASE("kubectl logs -f: shows each line as it comes and ends with the container", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  if (!kubectl.at_least(24)) return;  // cannot write a status
  kubectl.good({"create", "-f", "-"}, kPod);
  container_is(kubectl, "Running", R"({"running":{"startedAt":"2026-01-05T08:00:00Z"}})");
  run.add_log_line("loading weights");
  const auto follow = kubectl.start({"logs", "-f", "p"});
  CHECK(follow->wait_for_output("loading weights\n", 20s));
  run.add_log_line("ready");
  CHECK(follow->wait_for_output("ready\n", 20s));
  const auto selected =
      kubectl.start({"logs", "-f", "-l", "app=p", "--prefix", "--tail=1", "--timestamps"});
  CHECK(selected->wait_for_output("[pod/p/main] ", 20s));
  CHECK(selected->wait_for_output("Z ready\n", 20s));
  CHECK_FALSE(contains(selected->output(), "loading"));
  container_is(kubectl, "Succeeded", R"({"terminated":{"exitCode":0,"reason":"Completed"}})");
  const auto ended = follow->finish();
  CHECK(ended.exit_code == 0);
  CHECK(ended.out == "loading weights\nready\n");
  CHECK(selected->finish().exit_code == 0);
  CHECK(kubectl.good({"logs", "p", "--tail=1"}) == "ready\n");
  CHECK(kubectl.good({"logs", "p", "--since=1h"}) == "loading weights\nready\n");
  CHECK(contains(kubectl.bad({"logs", "p", "-c", "side"}),
                 "error: container side is not valid for pod p"));
}

TEST_CASE("kubectl get -w: rows come as objects change; the columns come once", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "deployment", "web", "--image=a:1", "--replicas=2"});
  const auto rows = kubectl.start({"get", "deploy", "-w"});
  CHECK(rows->wait_for_output("web ", 20s));
  const auto kinds = kubectl.start({"get", "deploy", "-w", "--output-watch-events"});
  CHECK(kinds->wait_for_output("ADDED", 20s));
  const auto names = kubectl.start({"get", "deploy", "--watch-only", "-o", "name"});
  kubectl.good({"scale", "deploy", "web", "--replicas=5"});
  CHECK(rows->wait_for_output("0/5", 20s));
  CHECK(kinds->wait_for_output("MODIFIED", 20s));
  kubectl.good({"delete", "deploy", "web"});
  CHECK(kinds->wait_for_output("DELETED", 20s));
  kubectl.good({"create", "deployment", "next", "--image=a:1"});
  CHECK(names->wait_for_output("deployment.apps/next\n", 20s));
  CHECK(rows->wait_for_output("next ", 20s));
  const std::string& shown = rows->output();
  CHECK(shown.find("NAME") == 0);
  CHECK(shown.find("NAME", 1) == std::string::npos);
}

TEST_CASE("kubectl events: of one object, of a type, and as they come", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  if (!kubectl.at_least(28)) return;  // has no such command
  kubectl.good({"run", "good", "--image=registry.local/web:v1"});
  kubectl.good({"wait", "--for=condition=Ready", "pod/good", "--timeout=60s"});
  const std::string all = kubectl.good({"events", "--for", "pod/good"});
  CHECK(contains(all, "LAST SEEN"));
  for (const char* reason : {"Scheduled", "Pulling", "Pulled", "Created", "Started"}) {
    INFO(all);
    CHECK(contains(all, std::string("   Normal   ") + reason + " "));
  }
  CHECK(contains(all, "Successfully assigned default/good to cpu-"));
  CHECK(contains(all, "Created container: good"));
  CHECK(contains(kubectl.run({"events", "--for", "pod/none"}).err,
                 "No events found in default namespace."));
  const auto warnings = kubectl.start({"events", "--types=Warning", "-w"});
  kubectl.good({"run", "bad", "--image=registry.local/web:v9"});
  CHECK(warnings->wait_for_output("Pod/bad", 30s));
  CHECK(warnings->wait_for_output("Error: ErrImagePull", 30s));
  CHECK_FALSE(contains(warnings->output(), "Normal"));
}

TEST_CASE("kubectl auth: may I, what may I, who am I", "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "role", "reader", "--verb=get,list,watch", "--resource=pods,pods/log"});
  kubectl.good({"create", "rolebinding", "readers", "--role=reader", "--user=ann"});
  const auto can = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"auth", "can-i"});
    const auto result = kubectl.run(words);
    CHECK(result.exit_code == (result.out == "yes\n" ? 0 : 1));
    return result.out;
  };
  CHECK(can({"list", "pods", "--as=ann"}) == "yes\n");
  CHECK(can({"get", "pods/log", "--as=ann"}) == "yes\n");
  CHECK(can({"get", "pods", "--subresource=log", "--as=ann"}) == "yes\n");
  CHECK(can({"delete", "pods", "--as=ann"}) == "no\n");
  CHECK(can({"list", "pods", "--as=ann", "-n", "kube-system"}) == "no\n");
  CHECK(can({"list", "pods", "--as=ann", "-A"}) == "no\n");
  CHECK(can({"get", "/healthz", "--as=ann"}) == "yes\n");
  CHECK(can({"get", "/logs", "--as=ann"}) == "no\n");
  CHECK(can({"*", "*"}) == "yes\n");
  CHECK(can({"list", "deployments.apps", "--as=system:serviceaccount:default:default"}) == "no\n");
  const std::string rules = kubectl.good({"auth", "can-i", "--list", "--as=ann"});
  CHECK(contains(rules,
                 "Resources                                       Non-Resource URLs   Resource "
                 "Names   Verbs\n"));
  CHECK(contains(rules,
                 "pods/log                                        []                  []   "
                 "            [get list watch]\n"));
  CHECK(contains(rules,
                 "selfsubjectreviews.authentication.k8s.io        []                  []   "
                 "            [create]\n"));
  if (!kubectl.at_least(28)) return;
  CHECK(kubectl.good({"auth", "whoami"}) ==
        "ATTRIBUTE   VALUE\nUsername    admin\nGroups      [system:masters "
        "system:authenticated]\n");
  CHECK(kubectl.good({"auth", "whoami", "--as=ann", "--as-group=team"}) ==
        "ATTRIBUTE   VALUE\nUsername    ann\nGroups      [team system:authenticated]\n");
}

}  // namespace
}  // namespace inferlab::sim
