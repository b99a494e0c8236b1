#include "sim/api/shell_lexer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sim/api/shell_script.h"

namespace inferlab::sim {
namespace {

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::optional<std::vector<ShellToken>> run() {
    while (at_ < text_.size()) {
      if (!step()) return std::nullopt;
    }
    end_word();
    return std::move(tokens_);
  }

 private:
  void end_word() {
    if (in_word_) tokens_.push_back(std::exchange(word_, {}));
    in_word_ = false;
  }
  void add(char c) {
    word_.text += c;
    in_word_ = true;
  }
  void add_operator(std::string text) {
    end_word();
    tokens_.push_back({std::move(text), true, false});
  }
  [[nodiscard]] char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

  bool step() {
    const char c = text_[at_];
    switch (c) {
      case '\0':
      case kLiteralDollar:
      case '`':
      case '*':
      case '(':
      case ')':
      case '{':
      case '}':
      case '<':
      case '|':
      case '&':
      case '>':
        return step_special(c);
      case ' ':
      case '\t':
      case '\r':
        end_word();
        break;
      case '\n':
      case ';':
        add_operator(";");
        break;
      case '#':
        if (!in_word_) {
          at_ = std::min(text_.find('\n', at_), text_.size());
          return true;
        }
        add(c);
        break;
      case '\'':
        return single_quoted();
      case '"':
        return double_quoted();
      case '\\':
        ++at_;
        if (at_ < text_.size() && text_[at_] != '\n') literal(text_[at_]);
        break;
      case '$':
        return reference();
      default:
        add(c);
    }
    ++at_;
    return true;
  }

  bool step_special(char c) {
    const bool is_double = next() == c && (c == '|' || c == '&');
    if (is_double) {
      add_operator(std::string(2, c));
      at_ += 2;
      return true;
    }
    if (c != '>') return false;
    const bool has_number =
        in_word_ && !word_.is_quoted && (word_.text == "1" || word_.text == "2");
    std::string text = has_number ? std::exchange(word_, {}).text : "1";
    if (has_number) in_word_ = false;
    ++at_;
    text += '>';
    if (at_ < text_.size() && text_[at_] == '>') text += text_[at_++];
    add_operator(text);
    if (at_ < text_.size() && text_[at_] == '&') {
      tokens_.back().text += "&";
      ++at_;
    }
    return true;
  }

  void literal(char c) {
    add(c == '$' ? kLiteralDollar : c);
    word_.is_quoted = true;
  }

  bool single_quoted() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return false;
    word_.is_quoted = in_word_ = true;
    for (const char c : text_.substr(at_ + 1, end - at_ - 1)) {
      if (c == kLiteralDollar || c == '\0') return false;
      literal(c);
    }
    at_ = end + 1;
    return true;
  }

  bool double_quoted() {
    word_.is_quoted = in_word_ = true;
    for (++at_; at_ < text_.size() && text_[at_] != '"';) {
      const char c = text_[at_];
      if (c == '`' || c == kLiteralDollar || c == '\0') return false;
      if (c == '$') {
        if (!reference()) return false;
        continue;
      }
      const bool is_escape = c == '\\' && (next() == '"' || next() == '\\' || next() == '$');
      if (is_escape) literal(text_[++at_]);
      if (!is_escape) add(c);
      ++at_;
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  // "$(date)" with what is in it, as it stands: parts_of_word() looks at it.
  bool reference() {
    std::size_t end = at_ + 1;
    if (next() == '(') {
      end = text_.find(')', at_);
      if (text_.substr(at_).starts_with("$((")) end = text_.find("))", at_);
      if (end == std::string_view::npos) return false;
      end += text_.substr(at_).starts_with("$((") ? 2 : 1;
    } else if (next() == '{') {
      end = text_.find('}', at_);
      if (end == std::string_view::npos) return false;
      ++end;
    }
    for (const char c : text_.substr(at_, end - at_)) {
      if (c == kLiteralDollar || c == '\0') return false;
      add(c);
    }
    at_ = end;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<ShellToken> tokens_;
  ShellToken word_;
  bool in_word_ = false;
};

}  // namespace

std::optional<std::vector<ShellToken>> shell_tokens(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace inferlab::sim
