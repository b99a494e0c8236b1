// The first lab from the outside: the program, the real kubectl and curl, as a learner uses them.
#include <stdlib.h>  // NOLINT: mkdtemp() is POSIX

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "engine/base/time.h"
#include "tests/support/process.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;

namespace {

const std::string kScenario = std::string(INFERLAB_SOURCE_DIR) + "/scenarios/vllm-inference";

// A home of its own, so that nothing of the person who runs the tests is read or written.
class Home {
 public:
  Home() : path_(std::filesystem::temp_directory_path() / "inferlab-test-XXXXXX") {
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
  }
  ~Home() { std::filesystem::remove_all(path_); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  [[nodiscard]] ProcessOptions options() const {
    ProcessOptions options;
    options.environment = {{"HOME", path_}, {"NO_COLOR", "1"}};
    options.timeout = 120s;
    return options;
  }
  [[nodiscard]] ProcessResult run(std::vector<std::string> words) const {
    words.insert(words.begin(), INFERLAB_PROGRAM);
    return run_process(words, options());
  }
  [[nodiscard]] ProcessResult kubectl(std::vector<std::string> words,
                                      const std::string& session = "vllm-inference") const {
    words.insert(words.begin(), "kubectl");
    ProcessOptions with_config = options();
    with_config.environment["KUBECONFIG"] =
        path_ + "/.local/state/inferlab/sessions/" + session + "/kubeconfig";
    return run_process(words, with_config);
  }

 private:
  std::string path_;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The address after "Gateway" in what `lab start` prints.
std::string gateway_of(const std::string& printed) {
  const std::size_t begin = printed.find("http://", printed.find("Gateway"));
  return printed.substr(begin, printed.find_first_of(" \n", begin) - begin);
}

}  // namespace

TEST_CASE("program: a learner takes the first lab from Pending to streamed tokens with kubectl") {
  if (!find_program("kubectl") || !find_program("curl")) {
    std::cout << "SKIPPED: kubectl or curl is not installed\n";
    return;
  }
  const Home home;
  Process session({INFERLAB_PROGRAM, "lab", "start", "vllm-inference", "--speed", "100"},
                  home.options());
  REQUIRE(session.wait_for_output("Ctrl-C ends the session", 30s));

  CHECK(contains(home.kubectl({"get", "nodes"}).out, "inference-a100-0"));
  ProcessResult applied = home.kubectl({"apply", "-f", kScenario + "/starter"});
  INFO(applied.err);
  REQUIRE(applied.out == "deployment.apps/vllm-llama created\n");
  REQUIRE(home.kubectl({"wait", "pod", "-l", "app=vllm-llama", "--for=condition=PodScheduled=false",
                        "--timeout=30s"})
              .exit_code == 0);
  CHECK(contains(home.kubectl({"get", "pods"}).out, "Pending"));
  CHECK(contains(home.kubectl({"describe", "pod", "-l", "app=vllm-llama"}).out,
                 "0/6 nodes are available: 2 node(s) didn't match Pod's node affinity/selector"));

  applied = home.kubectl({"apply", "-f", kScenario + "/solution"});
  INFO(applied.err);
  CHECK(contains(applied.out, "deployment.apps/vllm-llama configured"));
  const ProcessResult rollout =
      home.kubectl({"rollout", "status", "deployment/vllm-llama", "--timeout=90s"});
  INFO(rollout.out + rollout.err);
  REQUIRE(contains(rollout.out, "successfully rolled out"));

  const ProcessResult answer = run_process(
      {"curl", "-sN", gateway_of(session.output()) + "/v1/chat/completions", "-H",
       "Content-Type: application/json", "-d",
       R"({"model": "meta-llama/Llama-3.1-8B-Instruct", "stream": true, "temperature": 0,
           "messages": [{"role": "user", "content": "What is a readiness probe?"}]})"},
      home.options());
  CHECK(contains(answer.out, R"("delta":{"role":"assistant")"));
  CHECK(contains(answer.out, "data: [DONE]"));
  CHECK(contains(home.kubectl({"logs", "deployment/vllm-llama"}).out,
                 "Application startup complete"));

  CHECK(home.run({"cluster", "down"}).exit_code == 0);
  CHECK(session.finish().exit_code == 0);
  const ProcessResult check = home.run({"lab", "check", "vllm-inference"});
  INFO(check.out);
  CHECK(check.exit_code == 0);
  CHECK(contains(check.out, "100 of 100 points"));
}

TEST_CASE("program: a session that was killed is taken up where it was") {
  if (!find_program("kubectl")) {
    std::cout << "SKIPPED: kubectl is not installed\n";
    return;
  }
  const Home home;
  {
    Process session({INFERLAB_PROGRAM, "lab", "start", "vllm-inference"}, home.options());
    REQUIRE(session.wait_for_output("Ctrl-C ends the session", 30s));
    REQUIRE(home.kubectl({"create", "configmap", "kept", "--from-literal=a=b"}).exit_code == 0);
    session.kill();
    (void)session.finish();
  }
  Process session({INFERLAB_PROGRAM, "lab", "start", "vllm-inference"}, home.options());
  REQUIRE(session.wait_for_output("Ctrl-C ends the session", 30s));
  CHECK(contains(session.output(), "1 entries of the journal replayed"));
  CHECK(contains(home.kubectl({"get", "configmap", "kept", "-o", "jsonpath={.data.a}"}).out, "b"));
  session.interrupt();
  CHECK(session.finish().exit_code == 0);
}

TEST_CASE("program: a bare control plane has no nodes but those that clients make") {
  if (!find_program("kubectl")) {
    std::cout << "SKIPPED: kubectl is not installed\n";
    return;
  }
  const Home home;
  Process cluster(
      {INFERLAB_PROGRAM, "cluster", "up", "--bare", "--token", "t-1", "--format", "json"},
      home.options());
  REQUIRE(cluster.wait_for_output("tokenFile", 30s));
  const auto kubectl = [&home](const std::vector<std::string>& words) {
    return home.kubectl(words, "cluster-up");
  };
  CHECK(contains(kubectl({"get", "nodes"}).err, "No resources found"));
  CHECK(contains(kubectl({"get", "serviceaccounts"}).out, "default"));
  // It runs with the wall clock: ages that kubectl counts by its own clock are right.
  const auto made = inferlab::parse_rfc3339(
      kubectl({"get", "ns", "default", "-o", "jsonpath={.metadata.creationTimestamp}"}).out);
  REQUIRE(made.has_value());
  const auto wall = std::chrono::system_clock::now().time_since_epoch() -
                    std::chrono::seconds(inferlab::kEpochOfRun);
  CHECK(wall - made->time_since_epoch() < 5min);
  CHECK(wall - made->time_since_epoch() >= -1s);
  CHECK(home.run({"cluster", "speed", "5", "--format", "json"}).out ==
        "{\n  \"speed\": \"5\"\n}\n");
  const ProcessResult unknown = home.run({"cluster", "inject", "earthquake", "x"});
  CHECK(unknown.exit_code == 2);
  CHECK(
      contains(unknown.err, "(hint: one of node-down, node-up, kubelet-restart, container-crash"));
  CHECK(contains(home.run({"cluster", "down", "--format", "json"}).out, "\"ended\": true"));
  CHECK(cluster.finish().exit_code == 0);
}

TEST_CASE("program: exit statuses are 0 passed, 1 failed, 2 bad input") {
  const Home home;
  const auto grade = [&home](const std::string& folder) {
    return home.run({"grade", "--lab", "vllm-inference", "--submission", kScenario + "/" + folder});
  };
  CHECK(grade("solution").exit_code == 0);
  CHECK(grade("starter").exit_code == 1);
  const ProcessResult missing = grade("nowhere");
  CHECK(missing.exit_code == 2);
  CHECK(missing.err.rfind("inferlab: ", 0) == 0);
  CHECK(home.run({"lab", "show", "no-such-lab"}).exit_code == 2);
  CHECK(home.run({"frobnicate"}).exit_code == 2);
}

TEST_CASE("program: a report is the same to the byte five times") {
  const Home home;
  const std::vector<std::string> words = {
      "grade",    "--lab", "vllm-inference", "--submission", kScenario + "/solution",
      "--format", "json"};
  const std::string first = home.run(words).out;
  CHECK(contains(first, "inferlab.report/v1"));
  for (int i = 0; i < 4; ++i) CHECK(home.run(words).out == first);
}

TEST_CASE("program: the window draws itself into a picture without a display") {
  const Home home;
  ProcessOptions options = home.options();
  allow_leaks_of_the_driver(options);
  const std::string path = options.environment.at("HOME") + "/window.png";
  const ProcessResult drawn = run_process(
      {INFERLAB_PROGRAM, "ui", "--screenshot", path, "--lab", "vllm-inference", "--at", "120s"},
      options);
  INFO(drawn.err);
  REQUIRE(drawn.exit_code == 0);
  CHECK(std::filesystem::file_size(path) > 50'000);
}
