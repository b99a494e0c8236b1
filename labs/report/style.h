#pragma once

#include <string>
#include <string_view>

namespace inferlab::labs {

/// Colours of a terminal. Colour never says what a symbol or a word does not say too.
class Style {
 public:
  explicit Style(bool coloured) : coloured_(coloured) {}
  /// For the standard output: coloured on a terminal, unless NO_COLOR is set and not empty or TERM
  /// is "dumb". Source: no-color.org.
  static Style for_stdout();

  [[nodiscard]] bool coloured() const { return coloured_; }
  [[nodiscard]] std::string good(std::string_view text) const { return paint("32", text); }
  [[nodiscard]] std::string bad(std::string_view text) const { return paint("31", text); }
  [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string faint(std::string_view text) const { return paint("2", text); }

 private:
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const;
  bool coloured_;
};

}  // namespace inferlab::labs
