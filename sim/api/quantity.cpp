#include "sim/api/quantity.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/base/check.h"

namespace inferlab::sim {
namespace {

__extension__ using Wide = __int128;

constexpr std::string_view kWrongFormat =
    "quantities must match the regular expression "
    "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view kWrongSuffix = "unable to parse quantity's suffix";
constexpr std::string_view kWrongNumber = "unable to parse numeric part of quantity";

// The largest amount is an int64 of units.
constexpr Wide kMaxMilli = Wide{std::numeric_limits<std::int64_t>::max()} * 1000;

struct Suffix {
  std::string_view text;
  int base;
  int exponent;
};
constexpr std::array<Suffix, 16> kSuffixes = {{{"n", 10, -9},
                                               {"u", 10, -6},
                                               {"m", 10, -3},
                                               {"", 10, 0},
                                               {"k", 10, 3},
                                               {"M", 10, 6},
                                               {"G", 10, 9},
                                               {"T", 10, 12},
                                               {"P", 10, 15},
                                               {"E", 10, 18},
                                               {"Ki", 2, 10},
                                               {"Mi", 2, 20},
                                               {"Gi", 2, 30},
                                               {"Ti", 2, 40},
                                               {"Pi", 2, 50},
                                               {"Ei", 2, 60}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The parts of "+1.50Ki": sign, digits without leading zeros, digits after the point, suffix.
struct Parts {
  bool negative = false;
  std::string_view whole = "0", fraction, suffix;
  bool ok = true;
};

Parts split(std::string_view text) {
  Parts parts;
  std::size_t at = 0;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    parts.negative = text[0] == '-';
    at = 1;
  }
  while (at < text.size() && text[at] == '0') ++at;
  std::size_t start = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at > start) parts.whole = text.substr(start, at - start);
  if (at < text.size() && text[at] == '.') {
    start = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    parts.fraction = text.substr(start, at - start);
  }
  start = at;
  constexpr std::string_view kSuffixLetters = "eEinumkKMGTP";
  while (at < text.size() && kSuffixLetters.find(text[at]) != std::string_view::npos) ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  while (at < text.size() && is_digit(text[at])) ++at;
  parts.suffix = text.substr(start, at - start);
  parts.ok = at == text.size() && !text.empty();
  return parts;
}

// The digits of "1e-3" after the e; nullopt when it is none.
std::optional<int> decimal_exponent(std::string_view suffix) {
  if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) return std::nullopt;
  std::size_t at = 1;
  const bool negative = suffix[at] == '-';
  if (suffix[at] == '-' || suffix[at] == '+') ++at;
  if (at == suffix.size()) return std::nullopt;
  int value = 0;
  for (; at < suffix.size(); ++at) {
    if (!is_digit(suffix[at])) return std::nullopt;
    value = std::min(value * 10 + (suffix[at] - '0'), 100'000);
  }
  return negative ? -value : value;
}

// value * base^exponent, capped, rounded away from zero.
Wide scaled(Wide value, int base, int exponent) {
  for (; exponent > 0 && value != 0; --exponent) {
    if (value > kMaxMilli / base) return kMaxMilli;
    value *= base;
  }
  bool remainder = false;
  for (; exponent < 0 && value != 0; ++exponent) {
    remainder = remainder || value % base != 0;
    value /= base;
  }
  return value + (remainder ? 1 : 0);
}

std::string digits_of(Wide value) {
  if (value == 0) return "0";
  std::string out;
  const bool negative = value < 0;
  for (Wide rest = negative ? -value : value; rest != 0; rest /= 10) {
    out.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  if (negative) out.push_back('-');
  std::reverse(out.begin(), out.end());
  return out;
}

std::string_view suffix_text(int base, int exponent) {
  for (const Suffix& suffix : kSuffixes) {
    if (suffix.base == base && suffix.exponent == exponent) return suffix.text;
  }
  return "";
}

}  // namespace

struct Quantity::Parsed {
  Quantity quantity;
  std::string_view error;
  bool short_already = false;  // the API server keeps the text as it came
};

Quantity::Parsed Quantity::read(std::string_view text) {
  Parsed out;
  const Parts parts = split(text);
  if (!parts.ok) {
    out.error = kWrongFormat;
    return out;
  }
  int base = 10;
  int exponent = 0;
  const auto* known = std::find_if(kSuffixes.begin(), kSuffixes.end(),
                                   [&](const Suffix& s) { return s.text == parts.suffix; });
  if (known != kSuffixes.end()) {
    base = known->base;
    exponent = known->exponent;
    out.quantity.format_ = base == 2 ? Format::kBinarySi : Format::kDecimalSi;
  } else if (const auto stated = decimal_exponent(parts.suffix)) {
    exponent = *stated;
    out.quantity.format_ = Format::kDecimalExponent;
  } else {
    out.error = kWrongSuffix;
    return out;
  }
  const std::string all = std::string(parts.whole) + std::string(parts.fraction);
  int scale = -static_cast<int>(std::min<std::size_t>(parts.fraction.size(), 1'000'000));

  // What stays as it was written. Source: apimachinery's ParseQuantity reuses a string that "is in
  // canonical form" by this test, which is looser than the canonical form itself.
  if (base == 2) {
    // Of a binary amount, one of few digits that is not a multiple of eight.
    const int digits = static_cast<int>(all.size());
    out.short_already = parts.fraction.empty() && 15 - digits - exponent * 3 / 10 - 1 >= 0 &&
                        (all.back() - '0' + 10 * (digits > 1 ? all[all.size() - 2] - '0' : 0) +
                         100 * (digits > 2 ? all[all.size() - 3] - '0' : 0)) %
                                8 !=
                            0;
  } else {
    const int total = scale + exponent;
    out.short_already =
        all.size() <= 18 && total % 3 == 0 && total >= -3 && all[0] != '0' && !all.ends_with("000");
  }

  // As many digits as leave room for the suffix; of the rest only that they are there matters.
  const Wide enough =
      base == 2 ? Wide{10'000'000'000'000'000}
                : Wide{1'000'000'000'000'000'000} * Wide{1'000'000'000};  // 22 are exact in milli
  Wide value = 0;
  bool more = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (value < enough) {
      value = value * 10 + (all[i] - '0');
    } else {
      more = more || all[i] != '0';
      ++scale;
    }
  }
  Wide milli = 0;
  if (base == 2) {
    // 2^exponent first: dividing first would round 0.5Ki. 10^17 * 1000 * 2^60 still fits.
    milli = scaled(value * 1000 * (Wide{1} << exponent), 10, std::max(scale, -200'000));
  } else {
    milli = scaled(value, 10, std::clamp(scale + exponent + 3, -200'000, 200'000));
  }
  if (more && milli < kMaxMilli) milli += 1;
  milli = std::min(milli, kMaxMilli);
  out.quantity.milli_ = parts.negative ? -milli : milli;
  return out;
}

Quantity Quantity::from_units(std::int64_t units) {
  Quantity out;
  out.milli_ = Wide{units} * 1000;
  return out;
}

Quantity Quantity::from_milli(std::int64_t milli) {
  Quantity out;
  out.milli_ = milli;
  return out;
}

std::optional<Quantity> Quantity::parse(std::string_view text) {
  const Parsed parsed = read(text);
  if (!parsed.error.empty()) return std::nullopt;
  return parsed.quantity;
}

std::string_view Quantity::why_not(std::string_view text) {
  return read(text).error;
}

std::string Quantity::normalized(std::string_view text) {
  const Parsed parsed = read(text);
  INFERLAB_CHECK(parsed.error.empty());
  return parsed.short_already ? std::string(text) : parsed.quantity.str();
}

std::int64_t Quantity::milli() const {
  constexpr Wide kMax = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(milli_, -kMax, kMax));
}

std::int64_t Quantity::units() const {
  const Wide whole = milli_ / 1000;
  const Wide rest = milli_ % 1000;
  const Wide rounded = whole + (rest > 0 ? 1 : rest < 0 ? -1 : 0);
  constexpr Wide kMax = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp(rounded, -kMax, kMax));
}

std::string Quantity::str() const {
  if (milli_ == 0) return "0";
  const Wide size = milli_ < 0 ? -milli_ : milli_;
  // What is no whole number of bytes is shown in thousandths, exactly: 5.1Gi is 5476083302400m.
  if (format_ == Format::kBinarySi && size >= Wide{1024} * 1000 && is_whole()) {
    Wide units = milli_ / 1000;
    int exponent = 0;
    while (units % 1024 == 0 && exponent < 60) {
      units /= 1024;
      exponent += 10;
    }
    return digits_of(units) + std::string(exponent == 0 ? "" : suffix_text(2, exponent));
  }
  Wide value = milli_;
  int exponent = -3;
  while (value % 1000 == 0 && exponent < 18) {
    value /= 1000;
    exponent += 3;
  }
  if (format_ == Format::kDecimalExponent) {
    return digits_of(value) + (exponent == 0 ? std::string() : "e" + std::to_string(exponent));
  }
  return digits_of(value) + std::string(suffix_text(10, exponent));
}

Quantity& Quantity::operator+=(const Quantity& other) {
  // As in Kubernetes, zero takes the format of what is added to it.
  if (milli_ == 0) format_ = other.format_;
  milli_ = std::clamp(milli_ + other.milli_, -kMaxMilli, kMaxMilli);
  return *this;
}

Quantity& Quantity::operator-=(const Quantity& other) {
  if (milli_ == 0) format_ = other.format_;
  milli_ = std::clamp(milli_ - other.milli_, -kMaxMilli, kMaxMilli);
  return *this;
}

}  // namespace inferlab::sim
