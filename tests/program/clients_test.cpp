// Clients in other languages against the program: what they list, watch, patch and follow is in
// tests/clients. Their packages: scripts/packages.txt, and for Node.js the lock file there.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "tests/program/cluster_process.h"
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

// All that this process was given: how the registry is reached is the machine's affair.
ProcessOptions options_of_the_machine() {
  ProcessOptions options;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string pair = *entry;
    const std::size_t sign = pair.find('=');
    if (sign != std::string::npos)
      options.environment[pair.substr(0, sign)] = pair.substr(sign + 1);
  }
  options.timeout = 240s;
  return options;
}

// Debian's Python packages are those of Debian's own interpreter.
std::string python_with_client() {
  for (const char* python : {"/usr/bin/python3", "python3"}) {
    if (run_process({python, "-c", "import kubernetes"}).exit_code == 0) return python;
  }
  return {};
}

// The client's packages as the lock file says, in the build folder; a reason when there are none.
std::string install_node_packages(const fs::path& folder) {
  fs::create_directories(folder);
  bool changed = !fs::exists(folder / "node_modules/.package-lock.json");
  for (const char* name : {"package.json", "package-lock.json", "client_node.test.mjs"}) {
    const bool is_lock = std::string(name) != "client_node.test.mjs";
    changed = changed ||
              (is_lock && (!fs::exists(folder / name) || fs::last_write_time(folder / name) <
                                                             fs::last_write_time(kClients / name)));
    fs::copy_file(kClients / name, folder / name, fs::copy_options::overwrite_existing);
  }
  if (!changed) return {};
  const ProcessResult npm =
      run_process({"npm", "ci", "--prefix", folder.string(), "--ignore-scripts", "--no-audit",
                   "--no-fund", "--fetch-retries=1", "--fetch-timeout=30000"},
                  options_of_the_machine());
  if (npm.exit_code == 0) return {};
  // Only a registry that cannot be reached is no fault of ours.
  for (const char* offline : {"ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "ENETUNREACH",
                              "EHOSTUNREACH", "ECONNRESET", "ERR_SOCKET_TIMEOUT"}) {
    if (contains(npm.err, offline)) return offline;
  }
  FAIL_CHECK("npm ci: " << npm.out << npm.err);
  return "npm ci failed";
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
  if (!find_program("node") || !find_program("npm")) {
    return skip("there is no Node.js on this machine (Debian: nodejs, npm)");
  }
  const fs::path folder = fs::path(INFERLAB_PROGRAM).parent_path() / "clients";
  const std::string missing = install_node_packages(folder);
  if (!missing.empty()) return skip("npm cannot reach its registry: " + missing);
  ClusterProcess cluster({"--speed", "50"});
  const ProcessResult result = run_process(
      {"node", "--test", "--test-reporter=tap", (folder / "client_node.test.mjs").string()},
      cluster.options());
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "# pass 8\n"));
  CHECK(contains(result.out, "# skipped 0\n"));
}
