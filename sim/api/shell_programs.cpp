#include "sim/api/shell_programs.h"

#include <algorithm>

#include "sim/api/file_call.h"

namespace inferlab::sim {
namespace {

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && is_shell_name(word.substr(0, equals));
}

bool is_printf(const std::vector<std::string>& words) {
  if (words.size() < 2) return false;
  const std::string& format = words[1];
  if (format.find('$') != std::string::npos) return false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size() || std::string_view("sd%").find(format[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

/// Whether a call of a program is one that every simulated container carries out.
bool is_builtin(std::string_view program, const std::vector<std::string>& words, bool in_shell) {
  if (program == "true" || program == "false" || program == "echo") return true;
  if (program == "date") return is_date_call(words);
  if (program == "hostname") return words.size() == 1;
  if (program == "printf") return is_printf(words);
  if (program == "sleep") return words.size() > 1;
  if (program == "tail") {
    return words.size() == 3 && (words[1] == "-f" || words[1] == "-F") && words[2] == "/dev/null";
  }
  std::vector<std::string> call = words;
  call[0] = program;
  if (is_file_call(call)) return true;
  if (!in_shell) return false;
  if (program == "cd") return words.size() == 2;
  if (program == ":") return true;
  if (program == "exit") return words.size() <= 2;
  if (program == "set") {
    return words.size() >= 2 && words[1].starts_with('-') &&
           words[1].find_first_not_of("-euo") == std::string::npos &&
           (words.size() == 2 || (words.size() == 3 && words[2] == "pipefail"));
  }
  return false;
}

/// Whether a simple command is one of ours, and undoes a path.
bool is_known(std::vector<std::string>& words, bool in_shell) {
  if (words.empty()) return false;
  const bool is_plain = std::ranges::all_of(
      words, [](const std::string& word) { return parts_of_word(word).has_value(); });
  if (!is_plain) return false;
  if (in_shell && is_assignment(words[0])) return words.size() == 1;
  const std::string program(program_of(words[0]));
  const bool is_ours = is_builtin(program, words, in_shell);
  if (is_ours) words[0] = program;
  return is_ours;
}

}  // namespace

std::string_view program_of(std::string_view word) {
  for (const std::string_view folder : {"/bin/", "/usr/bin/"}) {
    if (word.starts_with(folder)) return word.substr(folder.size());
  }
  return word;
}

bool is_date_call(const std::vector<std::string>& words) {
  return std::all_of(words.begin() + 1, words.end(), [](std::string_view word) {
    if (word == "-u") return true;
    if (!word.starts_with('+')) return false;
    for (std::size_t i = 1; i < word.size(); ++i) {
      if (word[i] != '%') continue;
      if (++i == word.size() || std::string_view("YmdHMSsTF%").find(word[i]) == word.npos)
        return false;
    }
    return true;
  });
}

bool is_carried_out(std::vector<std::string>& words, bool in_shell,
                    const ShellScript::Programs& programs) {
  if (is_known(words, in_shell)) return true;
  return programs && !words.empty() && !(in_shell && is_assignment(words[0])) &&
         std::ranges::all_of(
             words, [](const std::string& word) { return parts_of_word(word).has_value(); }) &&
         programs(words);
}

}  // namespace inferlab::sim
