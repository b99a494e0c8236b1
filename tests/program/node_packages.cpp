#include "tests/program/node_packages.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/process.h"

namespace inferlab::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const fs::path kClients = fs::path(INFERLAB_SOURCE_DIR) / "tests/clients";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
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

// Tests run side by side, and one of them installs.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : file_(::open((folder / ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    REQUIRE(file_ >= 0);
    REQUIRE(::flock(file_, LOCK_EX) == 0);
  }
  ~FolderLock() { ::close(file_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

}  // namespace

fs::path client_folder() {
  return fs::path(INFERLAB_PROGRAM).parent_path() / "clients";
}

std::string install_node_packages(const fs::path& folder) {
  fs::create_directories(folder);
  const FolderLock lock(folder);
  bool changed = !fs::exists(folder / "node_modules/.package-lock.json");
  for (const char* name :
       {"package.json", "package-lock.json", "client_node.test.mjs", "openai_test.mjs",
        "openai_embeddings_test.mjs", "openai_lora_test.mjs"}) {
    const bool is_lock = fs::path(name).extension() == ".json";
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

}  // namespace inferlab::testing
