#include "tests/program/cluster_process.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <utility>

namespace inferlab::testing {

using namespace std::chrono_literals;

ClusterProcess::ClusterProcess(std::vector<std::string> words) : token_("test-token") {
  words.insert(words.begin(), {INFERLAB_PROGRAM, "cluster", "up", "--token", token_});
  ProcessOptions options;
  options.environment = {{"HOME", home_.path()}, {"NO_COLOR", "1"}};
  options.timeout = 250s;
  process_ = std::make_unique<Process>(words, options);
  REQUIRE(process_->wait_for_output("Ctrl-C ends the cluster.", 60s));
  const std::string& said = process_->output();
  const std::string mark = "https://127.0.0.1:";
  REQUIRE(said.find(mark) != std::string::npos);
  port_ = std::atoi(said.c_str() + said.find(mark) + mark.size());
  REQUIRE(port_ > 0);
}

std::string ClusterProcess::folder() const {
  return home_.path() + "/.local/state/inferlab/sessions/cluster-up";
}

ProcessOptions ClusterProcess::options() const {
  ProcessOptions options;
  options.environment = {
      {"HOME", home_.path()}, {"KUBECONFIG", folder() + "/kubeconfig"}, {"TZ", "UTC"}};
  options.timeout = 120s;
  return options;
}

ProcessResult ClusterProcess::kubectl(std::vector<std::string> words,
                                      const std::string& input) const {
  words.insert(words.begin(), "kubectl");
  ProcessOptions with_input = options();
  with_input.input = input;
  return run_process(words, with_input);
}

std::string ClusterProcess::good(std::vector<std::string> words, const std::string& input) const {
  std::string command;
  for (const std::string& word : words) command += " " + word;
  const ProcessResult result = kubectl(std::move(words), input);
  INFO("kubectl" << command << "\n" << result.out << result.err);
  CHECK(result.exit_code == 0);
  return result.out;
}

std::unique_ptr<Process> ClusterProcess::start_kubectl(std::vector<std::string> words) const {
  words.insert(words.begin(), "kubectl");
  return std::make_unique<Process>(words, options());
}

}  // namespace inferlab::testing
