#include "labs/cli/version.h"

#include <fmt/format.h>

#include "engine/backend/registry.h"

namespace inferlab::labs {
namespace {

constexpr const char* kVersion = "0.1.0";  // as project() in CMakeLists.txt says

}  // namespace

std::string version_line() {
  std::string names;
  for (const BackendRow& row : backends()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", row.name);
  }
  return fmt::format("inferlab {} (backends: {})", kVersion, names);
}

std::string version_number() {
  return kVersion;
}

}  // namespace inferlab::labs
