#pragma once

#include <string>
#include <utility>
#include <vector>

namespace inferlab::test {

/// A case of a text file: lines of "WORD REST", ended by an empty line. "#" begins a comment. A
/// line that begins with two spaces goes on with the line before.
struct TextCase {
  int line;
  std::vector<std::pair<std::string, std::string>> parts;
};
/// Of a file in tests/engine/structured.
std::vector<TextCase> read_cases(const std::string& name);

}  // namespace inferlab::test
