#pragma once

#include <string>

namespace inferlab::labs {

/// "inferlab 0.1.0 (backends: cpu, cuda)": those that were built.
std::string version_line();

/// "0.1.0"
std::string version_number();

}  // namespace inferlab::labs
