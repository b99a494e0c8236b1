#pragma once

#include <filesystem>
#include <string>

namespace inferlab::testing {

/// Where the clients in JavaScript run: in the build folder.
std::filesystem::path client_folder();

/// The clients' packages as the lock file of tests/clients says, and the clients, in `folder`; a
/// reason when there are none.
std::string install_node_packages(const std::filesystem::path& folder);

}  // namespace inferlab::testing
