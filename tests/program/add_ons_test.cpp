// A control plane that begins with add-ons, as somebody without a lab uses it: the program and the
// real kubectl.
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/support/process.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("program: a bare cluster begins with the add-ons that were asked for") {
  if (!find_program("kubectl")) {
    std::cout << "SKIPPED: kubectl is not installed\n";
    return;
  }
  const TemporaryFolder home;
  ProcessOptions options;
  options.environment = {{"HOME", home.path()}, {"NO_COLOR", "1"}, {"TMPDIR", home.path()}};
  options.timeout = 120s;
  // Its clock stands still: what an add-on brings is there at the first moment.
  Process cluster({INFERLAB_PROGRAM, "cluster", "up", "--bare", "--speed", "pause", "--addon",
                   "keda", "--addon", "coscheduling"},
                  options);
  REQUIRE(cluster.wait_for_output("Ctrl-C ends the cluster.", 60s));
  const std::string& said = cluster.output();
  const std::size_t begin = said.find("KUBECONFIG=") + 11;
  options.environment["KUBECONFIG"] = said.substr(begin, said.find('\n', begin) - begin);
  const auto kubectl = [&options](std::vector<std::string> words, const std::string& input = {}) {
    words.insert(words.begin(), "kubectl");
    ProcessOptions with_input = options;
    with_input.input = input;
    return run_process(words, with_input);
  };
  const std::string definitions = kubectl({"get", "crd", "-o", "name"}).out;
  CHECK(contains(definitions, "/scaledobjects.keda.sh\n"));
  CHECK(contains(definitions, "/podgroups.scheduling.x-k8s.io\n"));
  CHECK_FALSE(contains(definitions, "kserve"));
  const ProcessResult applied = kubectl({"apply", "-f", "-"}, R"(
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: web}
spec: {scaleTargetRef: {name: web}, triggers: [{type: cron, metadata: {desiredReplicas: "2"}}]}
)");
  CHECK(applied.exit_code == 0);
  CHECK(contains(applied.err, "Warning: kind ScaledObject: the add-on keda"));
  CHECK(contains(kubectl({"get", "so"}).out, "SCALETARGETNAME"));
  cluster.interrupt();
  CHECK(cluster.finish().exit_code == 0);
}

}  // namespace
