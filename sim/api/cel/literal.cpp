#include "sim/api/cel/literal.h"

#include <charconv>
#include <cmath>

#include "sim/api/utf8.h"

namespace inferlab::sim::cel {

namespace {

Error invalid(std::string what) {
  return {ErrorKind::kInvalid, std::move(what)};
}

template <typename Number>
bool read_integer(std::string_view text, Number& out) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const bool hex = text.substr(0, 2) == "0x";
  if (hex) text.remove_prefix(2);
  std::string digits = negative ? "-" : "";
  digits += text;
  const auto [end, code] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out, hex ? 16 : 10);
  return code == std::errc{} && end == digits.data() + digits.size();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

// The text of an escape sequence, whose form the lexer has checked, at the front of `rest`, which
// is cut behind it. False for a code point that does not exist or has no place in bytes.
bool unescape(std::string_view& rest, bool bytes, std::string& out) {
  const char c = rest[1];
  std::size_t length = 2;
  std::uint32_t value = 0;
  switch (c) {
    case 'a':
      out += '\a';
      break;
    case 'b':
      out += '\b';
      break;
    case 'f':
      out += '\f';
      break;
    case 'n':
      out += '\n';
      break;
    case 'r':
      out += '\r';
      break;
    case 't':
      out += '\t';
      break;
    case 'v':
      out += '\v';
      break;
    case 'x':
    case 'X':
    case 'u':
    case 'U':
      if (bytes && (c == 'u' || c == 'U')) return false;
      length = c == 'u' ? 6 : c == 'U' ? 10 : 4;
      for (const char digit : rest.substr(2, length - 2)) {
        value = value * 16 + static_cast<std::uint32_t>(hex_digit(digit));
      }
      if (value > 0x10FFFF) return false;
      if (bytes) {
        out += static_cast<char>(value);
      } else {
        append_utf8(out, value >= 0xD800 && value < 0xE000 ? 0xFFFD : value);
      }
      break;
    case '0':
    case '1':
    case '2':
    case '3':
      length = 4;
      for (const char digit : rest.substr(1, 3)) {
        value = value * 8 + static_cast<std::uint32_t>(digit - '0');
      }
      if (bytes) {
        out += static_cast<char>(value);
      } else {
        append_utf8(out, value);
      }
      break;
    default:
      out += c;  // a quote, a backslash, a question mark or a backtick stands for itself
      break;
  }
  rest.remove_prefix(length);
  return true;
}

Result<std::string> unquoted(std::string_view text, bool bytes) {
  bool raw = false;
  while (text.front() != '"' && text.front() != '\'') {
    raw = raw || text.front() == 'r' || text.front() == 'R';
    text.remove_prefix(1);
  }
  const bool triple = text.size() >= 6 && text[1] == text[0] && text[2] == text[0];
  const std::size_t quotes = triple ? 3 : 1;
  std::string_view rest = text.substr(quotes, text.size() - 2 * quotes);
  std::string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    if (rest.front() == '\\' && !raw) {
      if (!unescape(rest, bytes, out)) return invalid("unable to unescape string");
      continue;
    }
    if (rest.front() == '\r') {
      // A line ends with \n, however it was typed.
      if (rest.substr(0, 2) != "\r\n") out += '\n';
    } else {
      out += rest.front();
    }
    rest.remove_prefix(1);
  }
  return out;
}

}  // namespace

Result<Val> literal_value(const Token& token, bool negative) {
  const std::string signed_text = (negative ? "-" : "") + std::string(token.text);
  switch (token.kind) {
    case TokenKind::kInt: {
      std::int64_t value = 0;
      if (!read_integer(signed_text, value)) return invalid("invalid int literal");
      return Val::integer(value);
    }
    case TokenKind::kUint: {
      std::uint64_t value = 0;
      if (!read_integer(token.text.substr(0, token.text.size() - 1), value)) {
        return invalid("invalid uint literal");
      }
      return Val::uinteger(value);
    }
    case TokenKind::kFloat: {
      double value = 0;
      const auto [end, code] =
          std::from_chars(signed_text.data(), signed_text.data() + signed_text.size(), value);
      // What is nearer to zero than any double is zero.
      if (code == std::errc::result_out_of_range && signed_text.find("e-") == std::string::npos) {
        return invalid("invalid double literal");
      }
      return Val::number(code == std::errc{} ? value : 0.0);
    }
    case TokenKind::kString: {
      INFERLAB_TRY(std::string text, unquoted(token.text, false));
      return Val::string(std::move(text));
    }
    case TokenKind::kBytes: {
      INFERLAB_TRY(std::string text, unquoted(token.text, true));
      return Val::bytes(std::move(text));
    }
    default:
      if (token.is("null")) return Val();
      return Val::boolean(token.is("true"));
  }
}

}  // namespace inferlab::sim::cel
