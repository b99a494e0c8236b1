#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::labs {

/// Where the folders scenarios/ and assets/ may stand, best first: $INFERLAB_DATA, the folder that
/// was compiled in (the source tree), beside the program, and PREFIX/share/inferlab.
std::vector<std::string> data_roots();

/// The path of `relative` ("scenarios", "assets/model/inferlab-tiny.gguf") under the first root
/// that has it. kNotFound names the roots that were looked through.
Result<std::string> find_data(const std::string& relative);

/// XDG_DATA_HOME/inferlab, or ~/.local/share/inferlab; not made. kUnavailable: neither variable is
/// set. Source: XDG Base Directory Specification.
Result<std::string> user_data_dir();

/// XDG_CACHE_HOME/inferlab, or ~/.cache/inferlab; the same.
Result<std::string> user_cache_dir();

}  // namespace inferlab::labs
