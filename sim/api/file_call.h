#pragma once

#include <string>
#include <vector>

namespace inferlab::sim {

/// Whether a call, its program without a folder in front of it, is one of the commands on files
/// that a simulated container carries out (ContainerFiles): mkdir, rmdir, touch, cp, mv, rm, ls,
/// cat, find, test and [, grep of plain text, and sed -i '/TEXT/d'. Not with options that it does
/// not know. What a variable stands for is not known before it runs:
/// then this is asked again.
bool is_file_call(const std::vector<std::string>& words);

/// The letters of a call's options, and its operands. Of `find`, `test`, `[` all are operands.
struct FileCall {
  std::string options;
  std::vector<std::string> operands;
};
FileCall file_call_of(const std::vector<std::string>& words);

/// A pattern without any of the characters that mean something else in a regular expression;
/// `$` does at its end.
bool is_plain_pattern(const std::string& pattern);

}  // namespace inferlab::sim
