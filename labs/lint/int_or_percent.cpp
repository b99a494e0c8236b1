#include "labs/lint/int_or_percent.h"

#include <charconv>
#include <string_view>

namespace inferlab::labs::lint {

std::int64_t resolved(const sim::Value& value, std::int64_t total, Rounding rounding) {
  if (value.is_int()) return value.as_int();
  const std::string_view text = value.as_string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0 || number > 1'000'000) return 0;
  if (end == text.data() + text.size()) return number;
  const std::int64_t hundredths = number * total;
  return rounding == Rounding::kUp ? (hundredths + 99) / 100 : hundredths / 100;
}

}  // namespace inferlab::labs::lint
