#include "tests/program/node_packages.h"

#include "tests/support/node_packages.h"

namespace inferlab::testing {

std::filesystem::path client_folder() {
  return std::filesystem::path(INFERLAB_PROGRAM).parent_path() / "clients";
}

std::string install_node_packages(const std::filesystem::path& folder) {
  return install_node_packages(std::filesystem::path(INFERLAB_SOURCE_DIR) / "tests/clients",
                               folder);
}

}  // namespace inferlab::testing
