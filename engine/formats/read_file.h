#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace inferlab {

/// The bytes of a regular file, of which others may make another one meanwhile: nothing of it is
/// mapped. kNotFound, or kUnavailable with the system's reason; kInvalid for a folder, a pipe, a
/// device, for more than `max_bytes`, and for a file that shrank while it was read.
Result<std::vector<std::byte>> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace inferlab
