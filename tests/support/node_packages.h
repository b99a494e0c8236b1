#pragma once

#include <filesystem>
#include <string>

#include "tests/support/process.h"

namespace inferlab::testing {

/// Copies the files of `from` (package.json, package-lock.json and scripts) into `folder` and
/// installs what the lock file names there, unless that has been done. Gives why it cannot be used
/// on this machine, empty when it can: without Node.js and npm, or a registry to ask, a test says
/// that it was skipped. Any other failure of npm is one of the test's.
std::string install_node_packages(const std::filesystem::path& from,
                                  const std::filesystem::path& folder);

/// All that this process was given: how the registry is reached is the machine's affair.
ProcessOptions options_of_the_machine();

}  // namespace inferlab::testing
