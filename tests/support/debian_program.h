#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace inferlab::testing {

/// A program of a Debian package whose installation would start a daemon: the one on PATH, else
/// unpacked from the package into `folder`, which is done once. Nothing where it can be had in
/// neither way: a test then says that it was skipped. The package's dependencies are not unpacked.
std::optional<std::string> debian_program(const std::string& package, const std::string& program,
                                          const std::filesystem::path& folder);

}  // namespace inferlab::testing
