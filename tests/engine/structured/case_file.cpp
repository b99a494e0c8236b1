#include "case_file.h"

#include <fstream>

#include "engine/base/check.h"

namespace inferlab::test {

std::vector<TextCase> read_cases(const std::string& name) {
  std::ifstream in(INFERLAB_SOURCE_DIR "/tests/engine/structured/" + name);
  INFERLAB_CHECK(in.good());
  std::vector<TextCase> cases;
  std::string line;
  bool open = false;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.starts_with('#')) continue;
    if (line.empty()) {
      open = false;
      continue;
    }
    if (!open) cases.push_back({number, {}});
    open = true;
    if (line.starts_with("  ")) {
      cases.back().parts.back().second += "\n" + line.substr(2);
      continue;
    }
    const std::size_t space = std::min(line.find(' '), line.size());
    cases.back().parts.emplace_back(line.substr(0, space),
                                    line.substr(std::min(space + 1, line.size())));
  }
  return cases;
}

}  // namespace inferlab::test
