// The real kubectl: apply on both sides, diff, wait.
#include <catch2/catch.hpp>
#include <string>

#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

using testing::BareRun;
using testing::Kubectl;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string settings(const std::string& level) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  level: \"" +
         level + "\"\n";
}

TEST_CASE("kubectl apply --server-side: a conflict names the owner; force takes the field over",
          "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  const auto apply = [&](const std::string& level, std::vector<std::string> more) {
    std::vector<std::string> args = {"apply", "--server-side", "-f", "-"};
    args.insert(args.end(), more.begin(), more.end());
    return kubectl.run(args, settings(level));
  };
  CHECK(apply("1", {"--field-manager=ann"}).out == "configmap/settings serverside-applied\n");
  CHECK(apply("1", {"--field-manager=bob"}).exit_code == 0);  // the same value: both own it
  const auto refused = apply("2", {"--field-manager=bob"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.rfind(
            "error: Apply failed with 1 conflict: conflict with \"ann\": .data.level\n", 0) == 0);
  CHECK(contains(refused.err, "`--force-conflicts` flag"));
  CHECK(kubectl.good({"get", "cm", "settings", "-o", "jsonpath={.data.level}"}) == "1");
  CHECK(apply("2", {"--field-manager=bob", "--force-conflicts"}).out ==
        "configmap/settings serverside-applied\n");
  CHECK(kubectl.good({"get", "cm", "settings", "-o", "jsonpath={.data.level}"}) == "2");
  CHECK(contains(apply("3", {"--field-manager=ann"}).err, "conflict with \"bob\": .data.level\n"));
  if (kubectl.at_least(21)) {
    const std::string shown =
        kubectl.good({"get", "cm", "settings", "-o", "yaml", "--show-managed-fields"});
    CHECK(contains(shown, "    manager: bob\n    operation: Apply\n"));
    CHECK_FALSE(contains(shown, "manager: ann"));  // it owns nothing any more
  }
  // What was made by other means conflicts by its version; what is dropped goes away.
  kubectl.good({"create", "cm", "other", "--from-literal=a=1"});
  const auto other = kubectl.run({"apply", "--server-side", "-f", "-"},
                                 "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
                                 "data: {a: \"2\"}\n");
  CHECK(contains(other.err, "conflict with \"kubectl-create\" using v1: .data.a\n"));
  const auto emptied = kubectl.run({"apply", "--server-side", "--field-manager=bob", "-f", "-"},
                                   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n");
  CHECK(emptied.exit_code == 0);
  CHECK(kubectl.good({"get", "cm", "settings", "-o", "jsonpath={.data.level}"}).empty());
}

TEST_CASE("kubectl apply: what was taken out of the manifest goes, what others set stays",
          "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good(
      {"apply", "-f", "-"},
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: \"1\", b: \"2\"}\n");
  kubectl.good({"patch", "cm", "c", "--type=merge", "-p", R"({"data":{"z":"9"}})"});
  CHECK(kubectl.good({"apply", "-f", "-"},
                     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: \"1\"}\n") ==
        "configmap/c configured\n");
  CHECK(kubectl.good({"get", "cm", "c", "-o", "jsonpath={.data}"}) == R"({"a":"1","z":"9"})");
  kubectl.good({"create", "cm", "plain"});
  const auto warned = kubectl.run({"apply", "-f", "-"},
                                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n");
  CHECK(contains(warned.err,
                 "Warning: resource configmaps/plain is missing the "
                 "kubectl.kubernetes.io/last-applied-configuration annotation"));
  // Three objects, one refused: the others are made.
  const auto mixed = kubectl.run(
      {"apply", "-f", "-"},
      settings("1") + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: Bad_Name}\n---\n" +
          "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n");
  CHECK(mixed.exit_code == 1);
  CHECK(contains(mixed.out, "configmap/settings created\n"));
  CHECK(contains(mixed.out, "namespace/team created\n"));
  CHECK(contains(mixed.err,
                 "The ConfigMap \"Bad_Name\" is invalid: metadata.name: Invalid value: "
                 "\"Bad_Name\": a lowercase RFC 1123 subdomain must consist of"));
}

TEST_CASE("kubectl diff: nothing to say, a change, a new object, what is broken", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"apply", "-f", "-"}, settings("1"));
  const auto diff = [&](const std::string& manifest, std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"diff", "-f", "-"};
    args.insert(args.end(), more.begin(), more.end());
    return kubectl.run(args, manifest);
  };
  const auto same = diff(settings("1"));
  CHECK(same.exit_code == 0);
  CHECK(same.out.empty());
  const auto changed = diff(settings("2"));
  CHECK(changed.exit_code == 1);
  CHECK(contains(changed.out, "\n-  level: \"1\"\n+  level: \"2\"\n"));
  CHECK_FALSE(contains(changed.out, "resourceVersion: \"2\"\n+"));
  const auto server_side = diff(settings("2"), {"--server-side", "--force-conflicts"});
  CHECK(server_side.exit_code == 1);
  CHECK(contains(server_side.out, "+  level: \"2\"\n"));
  const auto fresh = diff("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fresh}\n");
  CHECK(fresh.exit_code == 1);
  CHECK(contains(fresh.out, "\n+  name: fresh\n"));
  CHECK(contains(kubectl.bad({"get", "cm", "fresh"}), "not found"));  // it only looked
  CHECK(diff("apiVersion: v1\nkind: Nope\nmetadata: {name: x}\n").exit_code > 1);
}

TEST_CASE("kubectl wait: a condition, a value, a deletion, a creation, and in vain", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  if (!kubectl.at_least(23)) return;  // cannot wait for a value
  const auto condition = [&](const char* status) {
    kubectl.good({"patch", "node", "worker", "--subresource=status", "--type=merge", "-p",
                  std::string(R"({"status":{"conditions":[{"type":"Ready","status":")") + status +
                      R"("}]}})"});
  };
  kubectl.good({"create", "-f", "-"}, "apiVersion: v1\nkind: Node\nmetadata: {name: worker}\n");
  condition("False");
  const auto ready =
      kubectl.start({"wait", "--for=condition=Ready", "node/worker", "--timeout=20s"});
  CHECK(kubectl.good({"wait", "--for=condition=Ready=false", "node/worker", "--timeout=20s"}) ==
        "node/worker condition met\n");
  condition("True");
  const auto met = ready->finish();
  CHECK(met.exit_code == 0);
  CHECK(met.out == "node/worker condition met\n");

  kubectl.good({"create", "cm", "c"});
  const auto value =
      kubectl.start({"wait", "--for=jsonpath={.data.phase}=done", "cm/c", "--timeout=20s"});
  const auto gone = kubectl.start({"wait", "--for=delete", "cm/c", "--timeout=20s"});
  kubectl.good({"patch", "cm", "c", "--type=merge", "-p", R"({"data":{"phase":"begun"}})"});
  kubectl.good({"patch", "cm", "c", "--type=merge", "-p", R"({"data":{"phase":"done"}})"});
  CHECK(value->finish().out == "configmap/c condition met\n");
  kubectl.good({"delete", "cm", "c"});
  const auto deleted = gone->finish();
  CHECK(deleted.exit_code == 0);
  CHECK(deleted.out == "configmap/c condition met\n");
  if (kubectl.at_least(31)) {
    const auto made = kubectl.start({"wait", "--for=create", "cm/later", "--timeout=20s"});
    kubectl.good({"create", "cm", "later"});
    CHECK(made->finish().out == "configmap/later condition met\n");
  }

  kubectl.good({"create", "cm", "still"});
  const auto vain =
      kubectl.run({"wait", "--for=jsonpath={.data.phase}=done", "cm/still", "--timeout=1s"});
  CHECK(vain.exit_code == 1);
  CHECK(vain.err == "error: timed out waiting for the condition on configmaps/still\n");
  CHECK(kubectl.bad({"wait", "--for=condition=Ready", "pod", "-l", "a=b", "--timeout=1s"}) ==
        "error: no matching resources found\n");
  CHECK(kubectl.bad({"wait", "--for=condition=Ready", "pod/none", "--timeout=1s"}) ==
        "Error from server (NotFound): pods \"none\" not found\n");
}

}  // namespace
}  // namespace inferlab::sim
