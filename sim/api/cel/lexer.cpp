#include "sim/api/cel/lexer.h"

#include <algorithm>
#include <array>

namespace inferlab::sim::cel {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// How far an escape sequence was read, which begins with a backslash at the front of `text`: all of
// it, or up to the character that is no part of one.
struct EscapeTry {
  bool whole = false;
  std::size_t length = 0;
};

EscapeTry read_escape(std::string_view text) {
  if (text.size() < 2) return {.length = 1};
  const auto digits = [&](std::size_t from, std::size_t end, auto is_one) {
    for (std::size_t i = from; i < end; ++i) {
      if (i >= text.size() || !is_one(text[i])) return EscapeTry{.length = i};
    }
    return EscapeTry{.whole = true, .length = end};
  };
  const char c = text[1];
  if (std::string_view("abfnrtv\"'\\?`").find(c) != std::string_view::npos) {
    return {.whole = true, .length = 2};
  }
  if (c == 'x' || c == 'X') return digits(2, 4, is_hex);
  if (c == 'u') return digits(2, 6, is_hex);
  if (c == 'U') return digits(2, 10, is_hex);
  if (c < '0' || c > '3') return {.length = 1};
  return digits(2, 4, [](char digit) { return digit >= '0' && digit <= '7'; });
}

// What a try at a string came to: its length, or how far it got before it was none.
struct StringTry {
  std::size_t length = 0;
  std::size_t failed_at = 0;
};

StringTry read_string(std::string_view text, bool raw) {
  const char quote = text.front();
  const bool triple = text.size() >= 3 && text[1] == quote && text[2] == quote;
  const std::string_view closing = text.substr(0, triple ? 3 : 1);
  std::size_t at = closing.size();
  while (at < text.size()) {
    if (text.substr(at, closing.size()) == closing) return {.length = at + closing.size()};
    if (!triple && (text[at] == '\n' || text[at] == '\r')) break;
    if (text[at] == '\\' && !raw) {
      const EscapeTry escape = read_escape(text.substr(at));
      at += escape.length;
      if (!escape.whole) return {.failed_at = at};
    } else {
      ++at;
    }
  }
  // An empty string in single quotes followed by a quote is tried as three quotes first.
  if (triple) return {.length = 2};
  return {.failed_at = at};
}

class Lexer {
 public:
  Lexer(std::string_view text, Issues& issues) : text_(text), issues_(issues) {}

  std::vector<Token> run() {
    while (skip_space(), at_ < text_.size()) step();
    emit(TokenKind::kEnd, 0);
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void advance(std::size_t bytes) {
    for (; bytes > 0 && at_ < text_.size(); --bytes, ++at_) {
      if ((static_cast<unsigned char>(text_[at_]) & 0xC0U) != 0x80U) ++offset_;
    }
  }
  void emit(TokenKind kind, std::size_t bytes) {
    tokens_.push_back({.kind = kind, .text = text_.substr(at_, bytes), .offset = offset_});
    advance(bytes);
  }
  // No token begins here: the bytes up to and with the one that shows it are left out.
  void fail(std::size_t bytes) {
    while (at_ + bytes < text_.size() &&
           (static_cast<unsigned char>(text_[at_ + bytes]) & 0xC0U) == 0x80U) {
      ++bytes;
    }
    std::string shown;
    for (const char c : text_.substr(at_, bytes)) {
      if (c == '\n') {
        shown += "\\n";
      } else if (c == '\r') {
        shown += "\\r";
      } else if (c == '\t') {
        shown += "\\t";
      } else {
        shown += c;
      }
    }
    issues_.add(offset_, "Syntax error: token recognition error at: '" + shown + "'");
    advance(bytes);
  }

  void skip_space() {
    for (;;) {
      const char c = peek();
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f') {
        advance(1);
      } else if (c == '/' && peek(1) == '/') {
        advance(std::min(text_.find('\n', at_), text_.size()) - at_);
      } else {
        return;
      }
    }
  }

  void number() {
    std::size_t length = 0;
    TokenKind kind = TokenKind::kInt;
    if (peek() == '0' && peek(1) == 'x' && is_hex(peek(2))) {
      length = 2;
      while (is_hex(peek(length))) ++length;
    } else {
      while (is_digit(peek(length))) ++length;
      if (peek(length) == '.' && is_digit(peek(length + 1))) {
        kind = TokenKind::kFloat;
        ++length;
        while (is_digit(peek(length))) ++length;
      }
      if (peek(length) == 'e' || peek(length) == 'E') {
        const std::size_t sign = peek(length + 1) == '+' || peek(length + 1) == '-' ? 1 : 0;
        if (is_digit(peek(length + 1 + sign))) {
          kind = TokenKind::kFloat;
          length += 1 + sign;
          while (is_digit(peek(length))) ++length;
        }
      }
    }
    if (kind == TokenKind::kInt && (peek(length) == 'u' || peek(length) == 'U')) {
      emit(TokenKind::kUint, length + 1);
      return;
    }
    emit(kind, length);
  }

  // True when a string with or without a prefix (r, b, br, rb in any case) stands here.
  bool string() {
    std::size_t prefix = 0;
    bool raw = false, bytes = false;
    for (; prefix < 2; ++prefix) {
      const char c = peek(prefix);
      if ((c == 'r' || c == 'R') && !raw) {
        raw = true;
      } else if ((c == 'b' || c == 'B') && !bytes && !raw) {
        bytes = true;
      } else {
        break;
      }
    }
    const char quote = peek(prefix);
    if (quote != '"' && quote != '\'') return false;
    const StringTry tried = read_string(text_.substr(at_ + prefix), raw);
    if (tried.length > 0) {
      emit(bytes ? TokenKind::kBytes : TokenKind::kString, prefix + tried.length);
    } else {
      fail(std::min(prefix + tried.failed_at + 1, text_.size() - at_));
    }
    return true;
  }

  void step() {
    static constexpr std::array<std::string_view, 6> kTwo = {"==", "!=", "<=", ">=", "&&", "||"};
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number_or_fraction();
    if (string()) return;
    if (is_letter(c)) {
      std::size_t length = 0;
      while (is_letter(peek(length)) || is_digit(peek(length))) ++length;
      const std::string_view word = text_.substr(at_, length);
      const bool keyword = word == "in" || word == "true" || word == "false" || word == "null";
      return emit(keyword ? TokenKind::kKeyword : TokenKind::kIdent, length);
    }
    for (const std::string_view symbol : kTwo) {
      if (text_.substr(at_, 2) == symbol) return emit(TokenKind::kSymbol, 2);
    }
    if (std::string_view("<>[]{}().,-!?:+*/%").find(c) != std::string_view::npos) {
      return emit(TokenKind::kSymbol, 1);
    }
    // The first character of &&, || and == takes the next one down with it.
    const bool half = c == '&' || c == '|' || c == '=';
    fail(half && at_ + 1 < text_.size() ? 2 : 1);
  }

  void number_or_fraction() {
    if (peek() != '.') return number();
    std::size_t length = 1;
    while (is_digit(peek(length))) ++length;
    if (peek(length) == 'e' || peek(length) == 'E') {
      const std::size_t sign = peek(length + 1) == '+' || peek(length + 1) == '-' ? 1 : 0;
      if (is_digit(peek(length + 1 + sign))) {
        length += 1 + sign;
        while (is_digit(peek(length))) ++length;
      }
    }
    emit(TokenKind::kFloat, length);
  }

  std::string_view text_;
  Issues& issues_;
  std::size_t at_ = 0;      // bytes
  std::size_t offset_ = 0;  // code points
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text, Issues& issues) {
  return Lexer(text, issues).run();
}

}  // namespace inferlab::sim::cel
