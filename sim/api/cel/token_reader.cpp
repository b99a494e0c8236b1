#include "sim/api/cel/token_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/api/cel/syntax_words.h"

namespace inferlab::sim::cel {

const Token& TokenReader::next() const {
  return tokens_[std::min(at_ + 1, tokens_.size() - 1)];
}

bool TokenReader::accept(std::string_view symbol) {
  if (failed_ || !current().is(symbol)) return false;
  ++at_;
  return true;
}

void TokenReader::syntax(const std::string& message) {
  if (!failed_) issues_.add(current().offset, "Syntax error: " + message);
  failed_ = true;
}

void TokenReader::too_deep(std::string message) {
  if (!failed_) issues_.add(std::move(message));
  failed_ = true;
}

void TokenReader::expect(std::string_view symbol, const std::string& expecting, bool may_follow) {
  if (failed_ || accept(symbol)) return;
  if (next().is(symbol)) {
    issues_.add(current().offset, fmt::format("Syntax error: extraneous input '{}' expecting {}",
                                              shown(current()), expecting));
    at_ += 2;
  } else if (may_follow) {
    issues_.add(current().offset,
                fmt::format("Syntax error: missing {} at '{}'", expecting, shown(current())));
  } else {
    syntax(fmt::format("mismatched input '{}' expecting {}", shown(current()), expecting));
  }
}

bool TokenReader::ready(char closer) {
  if (failed_) return false;
  if (starts_expression(current())) return true;
  if (starts_expression(next()) || (closer != 0 && next().is(std::string_view(&closer, 1)))) {
    issues_.add(current().offset, fmt::format("Syntax error: extraneous input '{}' expecting {}",
                                              shown(current()), expected_start(closer)));
    ++at_;
    return starts_expression(current());
  }
  syntax(
      fmt::format("mismatched input '{}' expecting {}", shown(current()), expected_start(closer)));
  return false;
}

bool TokenReader::follows_closer() const {
  const Token& token = current();
  if (closers_.empty()) {
    if (token.kind == TokenKind::kEnd) return true;
  } else if (token.is(std::string_view(&closers_.back(), 1)) || token.is(",")) {
    return true;
  }
  return is_infix(token);
}

}  // namespace inferlab::sim::cel
