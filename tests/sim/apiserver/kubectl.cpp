#include "tests/sim/apiserver/kubectl.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "sim/api/json.h"

namespace inferlab::sim::testing {

using inferlab::testing::find_program;
using inferlab::testing::Process;
using inferlab::testing::ProcessResult;

bool Kubectl::available() {
  if (find_program("kubectl")) return true;
  std::cout << "SKIPPED: there is no kubectl on this machine (Debian: kubernetes-client)\n";
  return false;
}

Kubectl::Kubectl(RunDoor door) {
  ApiServerOptions options;
  options.token = "test-token";
  options.tls_folder = home_.path() + "/tls";
  options.max_connections = 64;
  auto server = ApiServer::start(std::move(door), options);
  REQUIRE(server.has_value());
  server_ = *std::move(server);
  const std::string kubeconfig = home_.path() + "/kubeconfig";
  REQUIRE(server_->write_kubeconfig(kubeconfig).has_value());
  options_.environment = {{"HOME", home_.path()}, {"KUBECONFIG", kubeconfig}, {"TZ", "UTC"}};
  options_.timeout = std::chrono::seconds(60);
  const auto version = parse_json(good({"version", "--client", "-o", "json"}));
  REQUIRE(version.has_value());
  minor_ = std::atoi((*version)["clientVersion"]["minor"].str().c_str());
}

ProcessResult Kubectl::run(std::vector<std::string> args, const std::string& input) {
  args.insert(args.begin(), "kubectl");
  inferlab::testing::ProcessOptions options = options_;
  options.input = input;
  return run_process(args, options);
}

std::string Kubectl::good(std::vector<std::string> args, const std::string& input) {
  std::string command;
  for (const std::string& arg : args) command += " " + arg;
  const ProcessResult result = run(std::move(args), input);
  INFO("kubectl" << command << "\n" << result.out << result.err);
  CHECK(result.exit_code == 0);
  return result.out;
}

std::string Kubectl::bad(std::vector<std::string> args, const std::string& input) {
  std::string command;
  for (const std::string& arg : args) command += " " + arg;
  const ProcessResult result = run(std::move(args), input);
  INFO("kubectl" << command << "\n" << result.out << result.err);
  CHECK(result.exit_code != 0);
  return result.err;
}

std::unique_ptr<Process> Kubectl::start(std::vector<std::string> args) {
  args.insert(args.begin(), "kubectl");
  return std::make_unique<Process>(args, options_);
}

}  // namespace inferlab::sim::testing
