#include "sim/api/file_call.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "sim/api/shell_script.h"

namespace inferlab::sim {
namespace {

using Words = std::vector<std::string>;

struct Program {
  std::string_view name;
  std::string_view options;  // letters that are carried out
  std::size_t operands;      // at least
};

// Of BusyBox's options those that matter where files have names and no owners, modes or times.
constexpr std::array<Program, 11> kPrograms = {{{"cat", "", 1},
                                                {"cp", "Rafpr", 2},
                                                {"grep", "Fchlqrv", 2},
                                                {"ls", "1AaR", 0},
                                                {"mkdir", "p", 1},
                                                {"mv", "f", 2},
                                                {"pwd", "", 0},
                                                {"rm", "Rfr", 0},
                                                {"rmdir", "", 1},
                                                {"sed", "i", 2},
                                                {"touch", "c", 1}}};

bool is_test(const Words& words) {
  std::size_t first = 1;
  std::size_t end = words.size();
  if (words[0] == "[") {
    if (words.back() != "]") return false;
    --end;
  }
  while (first < end && words[first] == "!") ++first;
  const std::size_t count = end - first;
  if (count == 2) {
    constexpr std::string_view kTests[] = {"-d", "-e", "-f", "-n", "-r", "-s", "-w", "-x", "-z"};
    return std::find(std::begin(kTests), std::end(kTests), words[first]) != std::end(kTests);
  }
  if (count != 3) return count <= 1;
  return words[first + 1] == "=" || words[first + 1] == "!=";
}

bool is_find(const Words& words) {
  std::size_t at = 1;
  while (at < words.size() && !words[at].starts_with('-')) ++at;
  bool has_acted = false;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "-print" || word == "-delete") {
      has_acted = true;
      continue;
    }
    // It comes too late: find reads in order, and -delete took everything.
    if (has_acted) return false;
    const bool has_next = at + 1 < words.size();
    if (!has_next) return false;
    ++at;
    if (word == "-type") {
      if (words[at] != "f" && words[at] != "d") return false;
    } else if (word != "-name" && word != "-path") {
      return false;
    }
    // Sets of characters are not matched.
    if (words[at].find_first_of("[]\\") != std::string::npos) return false;
  }
  return true;
}

}  // namespace

bool is_plain_pattern(const std::string& pattern) {
  // '$' is the end of a line where a pattern ends; in its middle it is a character.
  return pattern.find_first_of(".[]*^\\/") == std::string::npos && !pattern.ends_with('$') &&
         !pattern.ends_with(kLiteralDollar);
}

FileCall file_call_of(const Words& words) {
  FileCall out;
  const bool is_expression = words[0] == "find" || words[0] == "test" || words[0] == "[";
  bool only_operands = is_expression;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const bool is_option = !only_operands && words[i].size() > 1 && words[i][0] == '-';
    if (is_option && words[i] == "--") {
      only_operands = true;
    } else if (is_option) {
      out.options += words[i].substr(1);
    } else {
      out.operands.push_back(words[i]);
    }
  }
  return out;
}

bool is_file_call(const Words& words) {
  if (words[0] == "test" || words[0] == "[") return is_test(words);
  if (words[0] == "find") return is_find(words);
  for (const Program& program : kPrograms) {
    if (program.name != words[0]) continue;
    const FileCall call = file_call_of(words);
    if (call.options.find_first_not_of(program.options) != std::string::npos) return false;
    if (call.operands.size() < program.operands) return false;
    if (program.name == "rm")
      return !call.operands.empty() || call.options.find('f') != std::string::npos;
    if (program.name == "grep") {
      return call.options.find('F') != std::string::npos || is_plain_pattern(call.operands[0]);
    }
    if (program.name != "sed") return true;
    const std::string& script = call.operands[0];
    return call.options == "i" && script.size() > 3 && script.starts_with('/') &&
           script.ends_with("/d") && is_plain_pattern(script.substr(1, script.size() - 3));
  }
  return false;
}

}  // namespace inferlab::sim
