// Clients in other languages against the program: what they list, watch, patch and follow is in
// tests/clients. Their packages: scripts/packages.txt, and for Node.js the lock file there.
#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>
#include <string>

#include "tests/program/cluster_process.h"
#include "tests/program/node_packages.h"
#include "tests/support/process.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const fs::path kClients = fs::path(INFERLAB_SOURCE_DIR) / "tests/clients";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void skip(const std::string& why) {
  std::cout << "SKIPPED: " << why << "\n";
}

// Debian's Python packages are those of Debian's own interpreter.
std::string python_with_client() {
  for (const char* python : {"/usr/bin/python3", "python3"}) {
    if (run_process({python, "-c", "import kubernetes"}).exit_code == 0) return python;
  }
  return {};
}

}  // namespace

TEST_CASE("client: Debian's python3-kubernetes works with a cluster", "[clients]") {
  const std::string python = python_with_client();
  if (python.empty()) return skip("there is no python3-kubernetes on this machine");
  ClusterProcess cluster({"--speed", "50"});
  const ProcessResult result = run_process(
      {python, "-B", (kClients / "kubernetes_client_test.py").string()}, cluster.options());
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "\nOK\n"));
  CHECK(contains(result.err, "Ran 10 tests"));
}

TEST_CASE("client: @kubernetes/client-node works with a cluster", "[clients]") {
  const fs::path folder = client_folder();
  const std::string missing = install_node_packages(folder);
  if (!missing.empty()) return skip(missing);
  ClusterProcess cluster({"--speed", "50"});
  const ProcessResult result = run_process(
      {"node", "--test", "--test-reporter=tap", (folder / "client_node.test.mjs").string()},
      cluster.options());
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "# pass 8\n"));
  CHECK(contains(result.out, "# skipped 0\n"));
}
