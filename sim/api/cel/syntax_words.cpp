#include "sim/api/cel/syntax_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::sim::cel {

namespace {

constexpr std::string_view kReserved[] = {
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

constexpr std::string_view kInfix[] = {"==", "!=", "in", "<", "<=", ">=", ">", "&&", "||",
                                       "[",  ".",  "-",  "?", "+",  "*",  "/", "%"};

}  // namespace

std::string shown(const Token& token) {
  return token.kind == TokenKind::kEnd ? "<EOF>" : std::string(token.text);
}

bool starts_expression(const Token& token) {
  if (token.kind == TokenKind::kEnd) return false;
  if (token.kind == TokenKind::kKeyword) return token.text != "in";
  if (token.kind != TokenKind::kSymbol) return true;
  return std::string_view("[{(.-!").find(token.text) != std::string_view::npos;
}

std::string expected_start(char closer) {
  const bool literal = closer == ']' || closer == '}';
  return fmt::format(
      "{{'[', {}'{{', {}'(', {}'.', {}'-', '!', {}'true', 'false', 'null', NUM_FLOAT, NUM_INT, "
      "NUM_UINT, STRING, BYTES, IDENTIFIER}}",
      closer == ']' ? "']', " : "", closer == '}' ? "'}', " : "", closer == ')' ? "')', " : "",
      literal ? "',', " : "", literal ? "'?', " : "");
}

bool is_infix(const Token& token) {
  return std::any_of(std::begin(kInfix), std::end(kInfix),
                     [&](std::string_view symbol) { return token.is(symbol); });
}

bool is_reserved(const Token& token) {
  return std::find(std::begin(kReserved), std::end(kReserved), token.text) != std::end(kReserved);
}

}  // namespace inferlab::sim::cel
