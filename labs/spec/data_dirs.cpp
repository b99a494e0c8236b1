#include "labs/spec/data_dirs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

std::string environment(const char* name) {
  // Nothing in this program changes the environment.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::vector<std::string> data_roots() {
  std::vector<std::string> roots;
  if (std::string given = environment("INFERLAB_DATA"); !given.empty()) {
    roots.push_back(std::move(given));
  }
#ifdef INFERLAB_SOURCE_ROOT
  roots.emplace_back(INFERLAB_SOURCE_ROOT);
#endif
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    const fs::path folder = program.parent_path();
    roots.push_back(folder.string());                                         // an unpacked archive
    roots.push_back(folder.parent_path().string());                           // ROOT/build/inferlab
    roots.push_back((folder.parent_path() / "share" / "inferlab").string());  // PREFIX/bin/inferlab
  }
  return roots;
}

Result<std::string> find_data(const std::string& relative) {
  const std::vector<std::string> roots = data_roots();
  for (const std::string& root : roots) {
    std::error_code failed;
    const fs::path path = fs::path(root) / relative;
    if (fs::exists(path, failed)) return path.lexically_normal().string();
  }
  return Error{ErrorKind::kNotFound,
               fmt::format("{}: not found under {}", relative, fmt::join(roots, ", ")),
               "set INFERLAB_DATA to the folder that holds scenarios/ and assets/"};
}

namespace {

Result<std::string> user_dir(const char* variable, const fs::path& under_home) {
  const std::string stated = environment(variable);
  // A relative path is invalid and to be ignored, says the specification.
  if (stated.starts_with('/')) return (fs::path(stated) / "inferlab").string();
  const std::string home = environment("HOME");
  if (!home.empty()) return (fs::path(home) / under_home / "inferlab").string();
  return Error{ErrorKind::kUnavailable, fmt::format("neither {} nor HOME is set", variable),
               fmt::format("set {} to a folder that can be written", variable)};
}

}  // namespace

Result<std::string> user_data_dir() {
  return user_dir("XDG_DATA_HOME", fs::path(".local") / "share");
}

Result<std::string> user_cache_dir() {
  return user_dir("XDG_CACHE_HOME", ".cache");
}

}  // namespace inferlab::labs
