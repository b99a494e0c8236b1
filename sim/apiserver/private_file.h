#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace inferlab::sim {

// Files that hold secrets: keys and kubeconfigs. Errors name the path and the system's reason.

/// The folder and those above it; the last one gets mode 0700 when it is made here.
Result<void> make_private_folder(const std::string& path);

/// Replaces the file in one step: readers see the old text or the new one, never a part. Mode 0600.
Result<void> write_private_file(const std::string& path, std::string_view text);

/// At most 1 MiB.
Result<std::string> read_small_file(const std::string& path);

}  // namespace inferlab::sim
