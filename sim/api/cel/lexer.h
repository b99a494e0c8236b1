#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/cel/issues.h"

namespace inferlab::sim::cel {

enum class TokenKind : std::uint8_t {
  kEnd,
  kIdent,
  kInt,
  kUint,
  kFloat,
  kString,
  kBytes,
  kSymbol,   ///< an operator or bracket
  kKeyword,  ///< in, true, false, null
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;   ///< as written, with quotes and prefix; lives as long as the source
  std::size_t offset = 0;  ///< in code points
  [[nodiscard]] bool is(std::string_view symbol) const {
    return (kind == TokenKind::kSymbol || kind == TokenKind::kKeyword) && text == symbol;
  }
};

/// All tokens of a text and kEnd; what is no token is reported and left out.
/// Source: CEL language definition, "Syntax".
std::vector<Token> tokenize(std::string_view text, Issues& issues);

}  // namespace inferlab::sim::cel
