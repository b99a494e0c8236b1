#include "labs/report/command_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::labs {
namespace {

// What no shell reads anything into. A word that begins with '~', '=' (zsh) or '-' does not count.
bool is_plain(std::string_view text) {
  constexpr std::string_view kInside = "_-./@%+,:";
  constexpr std::string_view kFirst = "_./@+,:";
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (text.empty()) return false;
  if (!is_letter(text.front()) && kFirst.find(text.front()) == std::string_view::npos) return false;
  return std::ranges::all_of(
      text, [&](char c) { return is_letter(c) || kInside.find(c) != std::string_view::npos; });
}

// An option and its value. One that begins with '-' would be taken for another option.
std::string option_words(std::string_view option, std::string_view value) {
  return fmt::format(" {}{}{}", option, value.starts_with('-') ? "=" : " ", shell_word(value));
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  // bash and zsh know no escape between single quotes, fish knows \' and \\: both read '\'' alike,
  // and a backslash outside of the quotes.
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      out += fmt::format("'\\{}'", c);
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string learner_words(std::string_view learner) {
  return learner.empty() ? std::string() : option_words("--learner", learner);
}

std::string session_words(std::string_view lab_id, std::string_view learner) {
  if (learner.empty()) return {};
  return option_words("--session", fmt::format("{}@{}", lab_id, learner));
}

std::string hint_command(std::string_view lab_id, std::string_view hint, std::string_view learner) {
  return fmt::format("inferlab lab hint {} {}{}", lab_id, hint, learner_words(learner));
}

}  // namespace inferlab::labs
