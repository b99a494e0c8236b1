#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim {

/// A shell command line taken apart at blanks, with quotes and backslashes undone. The operators
/// ; & && | || > >> < are words of their own when they are not quoted, a file descriptor in front
/// of a redirection ("2>") belongs to it. Variables and patterns are left as they are.
std::vector<std::string> shell_words(std::string_view line);

/// The line of `sh -c LINE` (bash, an absolute path, -ec … too); nullptr when it is no such call.
const std::string* shell_line(const std::vector<std::string>& command);
const std::string* shell_line(std::vector<std::string>&& command) = delete;

/// "/usr/bin/curl" to "curl".
std::string_view base_name(std::string_view path);

}  // namespace inferlab::sim
