#include "sim/node/shell_words.h"

#include <utility>

namespace inferlab::sim {
namespace {

bool is_operator(char c) {
  return c == ';' || c == '&' || c == '|' || c == '>' || c == '<';
}

}  // namespace

std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  bool is_quoted = false;
  char quote = 0;
  const auto end_word = [&] {
    if (in_word) words.push_back(std::exchange(word, {}));
    in_word = is_quoted = false;
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = is_quoted = true;
    } else if (c == '\\' && i + 1 < line.size()) {
      if (line[++i] != '\n') {
        word += line[i];
        in_word = is_quoted = true;
      }
    } else if (c == '\n') {
      end_word();
      words.emplace_back(";");
    } else if (c == ' ' || c == '\t') {
      end_word();
    } else if (is_operator(c)) {
      // "2>" redirects file descriptor 2, "&1" after it names one.
      const bool is_descriptor = c == '>' && !is_quoted && (word == "1" || word == "2");
      std::string text = is_descriptor ? std::exchange(word, {}) : std::string();
      if (is_descriptor) in_word = false;
      end_word();
      text += c;
      while (i + 1 < line.size() && (line[i + 1] == c || (c == '>' && line[i + 1] == '&'))) {
        text += line[++i];
      }
      words.push_back(std::move(text));
    } else {
      word += c;
      in_word = true;
    }
  }
  end_word();
  return words;
}

const std::string* shell_line(const std::vector<std::string>& command) {
  if (command.size() < 3) return nullptr;
  const std::string_view shell = base_name(command[0]);
  const bool is_shell = shell == "sh" || shell == "bash" || shell == "ash" || shell == "dash";
  const bool takes_line = command[1].starts_with('-') && command[1].ends_with('c');
  return is_shell && takes_line ? &command[2] : nullptr;
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace inferlab::sim
