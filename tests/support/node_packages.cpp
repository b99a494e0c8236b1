#include "tests/support/node_packages.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/file_lock.h"

namespace fs = std::filesystem;

namespace inferlab::testing {

ProcessOptions options_of_the_machine() {
  ProcessOptions options;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string pair = *entry;
    const std::size_t sign = pair.find('=');
    if (sign == std::string::npos) continue;
    options.environment[pair.substr(0, sign)] = pair.substr(sign + 1);
  }
  options.timeout = std::chrono::seconds(240);
  return options;
}

std::string install_node_packages(const fs::path& from, const fs::path& folder) {
  if (!find_program("node") || !find_program("npm")) {
    return "there is no Node.js on this machine (Debian: nodejs, npm)";
  }
  fs::create_directories(folder);
  const FileLock lock(folder / ".lock");
  bool changed = !fs::exists(folder / "node_modules/.package-lock.json");
  for (const auto& entry : fs::directory_iterator(from)) {
    if (!entry.is_regular_file()) continue;
    const fs::path to = folder / entry.path().filename();
    const bool is_list = entry.path().extension() == ".json";
    changed = changed ||
              (is_list && (!fs::exists(to) || fs::last_write_time(to) < entry.last_write_time()));
    fs::copy_file(entry.path(), to, fs::copy_options::overwrite_existing);
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
    if (npm.err.find(offline) != std::string::npos) {
      return std::string("npm cannot reach its registry: ") + offline;
    }
  }
  FAIL_CHECK("npm ci: " << npm.out << npm.err);
  return "npm ci failed";
}

}  // namespace inferlab::testing
