#include "tests/support/debian_program.h"

#include <chrono>

#include "tests/support/file_lock.h"
#include "tests/support/node_packages.h"
#include "tests/support/process.h"

namespace fs = std::filesystem;

namespace inferlab::testing {
namespace {

bool run(std::vector<std::string> words, const fs::path& folder) {
  words.insert(words.begin(), {"env", "--chdir=" + folder.string()});
  return run_process(words, options_of_the_machine()).exit_code == 0;
}

std::optional<fs::path> downloaded(const std::string& package, const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(package + "_") && name.ends_with(".deb")) return entry.path();
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> debian_program(const std::string& package, const std::string& program,
                                          const fs::path& folder) {
  if (auto found = find_program(program)) return found;
  const fs::path unpacked = folder / "usr/bin" / program;
  fs::create_directories(folder);
  const FileLock lock(folder / ".lock");
  if (fs::exists(unpacked)) return unpacked;
  if (!find_program("apt-get") || !find_program("dpkg-deb")) return std::nullopt;
  if (!run({"apt-get", "-q", "download", package}, folder)) return std::nullopt;
  const std::optional<fs::path> file = downloaded(package, folder);
  if (!file || !run({"dpkg-deb", "-x", file->string(), "."}, folder)) return std::nullopt;
  fs::remove(*file);
  if (!fs::exists(unpacked)) return std::nullopt;
  return unpacked;
}

}  // namespace inferlab::testing
