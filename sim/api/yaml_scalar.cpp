#include "sim/api/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace inferlab::sim {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Go's strconv.ParseInt(text, 0, 64) after underscores are gone.
std::optional<Value> integer(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    switch (text[1]) {
      case 'x':
      case 'X':
        base = 16;
        break;
      case 'b':
      case 'B':
        base = 2;
        break;
      case 'o':
      case 'O':
        base = 8;
        break;
      default:
        base = -8;
        break;  // 0755
    }
    text.remove_prefix(base < 0 ? 1 : 2);
    base = std::abs(base);
  }
  if (text.empty() || text[0] == '-' || text[0] == '+') return std::nullopt;
  std::uint64_t size = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), size, base);
  if (read.ptr != text.data() + text.size() || read.ec == std::errc::invalid_argument)
    return std::nullopt;
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (read.ec == std::errc() && size <= kMax) {
    const auto value = static_cast<std::int64_t>(size);
    return Value(negative ? -value : value);
  }
  if (read.ec == std::errc() && negative && size == kMax + 1) {
    return Value(std::numeric_limits<std::int64_t>::min());
  }
  if (read.ec == std::errc()) return Value((negative ? -1.0 : 1.0) * static_cast<double>(size));
  return std::nullopt;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - start;
  };
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  const std::size_t whole = digits();
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    fraction = digits();
  }
  if (whole + fraction == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<Value> real(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  // JSON does not tell 3.0 from 3.
  if (value == std::floor(value) && std::fabs(value) < 9e15)
    return Value(static_cast<std::int64_t>(value));
  return Value(value);
}

}  // namespace

Value plain_yaml_scalar(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return {};
  if (is_one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) {
    return true;
  }
  if (is_one_of(text,
                {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
    return false;
  }
  if (is_digit(text[0]) || text[0] == '+' || text[0] == '-' || text[0] == '.') {
    std::string plain(text);
    std::erase(plain, '_');
    if (!plain.empty()) {
      if (text[0] != '.') {
        if (auto value = integer(plain)) return *value;
      }
      if (auto value = real(plain)) return *value;
    }
  }
  return Value(text);
}

}  // namespace inferlab::sim
