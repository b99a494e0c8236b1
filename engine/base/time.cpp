#include "engine/base/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace inferlab {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// Days from civil and back: Howard Hinnant's algorithms, proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2 ? 1 : 0;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m + (m > 2 ? -3U : 9U)) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

struct Civil {
  std::int64_t year;
  unsigned month, day;
};

Civil civil_from_days(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp + (mp < 10 ? 3U : -9U);
  return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2 ? 1 : 0), month,
          doy - (153 * mp + 2) / 5 + 1};
}

std::string format_seconds(std::int64_t unix_seconds) {
  std::int64_t days = unix_seconds / 86400;
  std::int64_t rest = unix_seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  const Civil civil = civil_from_days(days);
  if (civil.year < 0 || civil.year > 9999) {
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month, civil.day,
                       rest / 3600, rest / 60 % 60, rest % 60);
  }
  // By hand: every write has a time in it, and fmt takes a microsecond.
  std::string out = "0000-00-00T00:00:00";
  const auto put = [&out](std::size_t end, std::int64_t number) {
    for (; number != 0; number /= 10) out[--end] = static_cast<char>('0' + number % 10);
  };
  put(4, civil.year);
  put(7, civil.month);
  put(10, civil.day);
  put(13, rest / 3600);
  put(16, rest / 60 % 60);
  put(19, rest % 60);
  return out;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

// Reads exactly `count` digits at the front of `text` and takes them off.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays.at(static_cast<std::size_t>(month - 1));
}

}  // namespace

std::string format_duration(Duration duration) {
  std::int64_t nanos = duration.count();
  if (nanos == 0) return "0s";
  std::string out;
  // The magnitude as unsigned: the smallest int64 has no positive twin.
  auto rest = static_cast<std::uint64_t>(nanos);
  if (nanos < 0) {
    out = "-";
    rest = 0 - rest;
  }
  // `value` units of 1/`unit` with the fraction's trailing zeros cut, as Go prints it.
  const auto with_fraction = [](std::uint64_t value, std::uint64_t unit) {
    std::string text = fmt::format("{}", value / unit);
    if (value % unit != 0) {
      std::string fraction = fmt::format("{}", value % unit + unit).substr(1);
      fraction.erase(fraction.find_last_not_of('0') + 1);
      text += "." + fraction;
    }
    return text;
  };
  if (rest < 1'000) return out + fmt::format("{}ns", rest);
  if (rest < 1'000'000) return out + with_fraction(rest, 1'000) + "µs";
  if (rest < kNanosPerSecond) return out + with_fraction(rest, 1'000'000) + "ms";
  const std::uint64_t minutes = rest / 60'000'000'000;
  if (minutes >= 60) out += fmt::format("{}h", minutes / 60);
  if (minutes > 0) out += fmt::format("{}m", minutes % 60);
  return out + with_fraction(rest % 60'000'000'000, kNanosPerSecond) + "s";
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0" || text == "+0" || text == "-0") return Duration{0};
  const bool negative = take_char(text, '-');
  if (!negative) take_char(text, '+');
  if (text.empty()) return std::nullopt;
  struct Unit {
    std::string_view name;
    std::int64_t nanos;
  };
  constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                           {"us", 1'000},
                                           {"µs", 1'000},
                                           {"μs", 1'000},
                                           {"ms", 1'000'000},
                                           {"s", kNanosPerSecond},
                                           {"m", 60 * kNanosPerSecond},
                                           {"h", 3600 * kNanosPerSecond}}};
  std::int64_t total = 0;
  while (!text.empty()) {
    std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == std::string_view::npos) return std::nullopt;  // no unit
    std::int64_t whole = 0;
    if (digits > 0) {
      const auto [end, code] = std::from_chars(text.data(), text.data() + digits, whole);
      if (code != std::errc{}) return std::nullopt;
      text.remove_prefix(digits);
    }
    std::string_view fraction;
    if (take_char(text, '.')) {
      const std::size_t length = text.find_first_not_of("0123456789");
      if (length == std::string_view::npos) return std::nullopt;
      fraction = text.substr(0, length);
      text.remove_prefix(length);
    }
    if (digits == 0 && fraction.empty()) return std::nullopt;
    const std::size_t unit_end = text.find_first_of("0123456789.");
    const std::string_view name = text.substr(0, unit_end);
    std::int64_t unit = 0;
    for (const Unit& candidate : kUnits) {
      if (candidate.name == name) unit = candidate.nanos;
    }
    if (unit == 0) return std::nullopt;
    text.remove_prefix(name.size());
    std::int64_t part = 0;
    if (__builtin_mul_overflow(whole, unit, &part)) return std::nullopt;
    std::int64_t scale = unit;
    for (const char c : fraction) {  // digits below a nanosecond are dropped, as Go does
      scale /= 10;
      if (__builtin_add_overflow(part, (c - '0') * scale, &part)) return std::nullopt;
    }
    if (__builtin_add_overflow(total, part, &total)) return std::nullopt;
  }
  return Duration{negative ? -total : total};
}

std::string format_rfc3339(Time time) {
  const std::int64_t seconds = floor_div(time.time_since_epoch().count(), kNanosPerSecond);
  return format_seconds(kEpochOfRun + seconds) + "Z";
}

std::string format_rfc3339_micro(Time time) {
  const std::int64_t nanos = time.time_since_epoch().count();
  const std::int64_t seconds = floor_div(nanos, kNanosPerSecond);
  std::string out = format_seconds(kEpochOfRun + seconds) + ".000000Z";
  std::size_t end = out.size() - 1;
  for (std::int64_t micros = (nanos - seconds * kNanosPerSecond) / 1'000; micros != 0;
       micros /= 10) {
    out[--end] = static_cast<char>('0' + micros % 10);
  }
  return out;
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take_char(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || *month < 1 || *month > 12 || !take_char(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || *day < 1 || *day > days_in_month(*year, *month) || !take_char(text, 'T')) {
    return std::nullopt;
  }
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take_char(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  std::int64_t nanos = 0;
  if (take_char(text, '.')) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 9) return std::nullopt;
    std::int64_t scale = kNanosPerSecond;
    for (std::size_t i = 0; i < digits; ++i) {
      scale /= 10;
      nanos += (text[i] - '0') * scale;
    }
    text.remove_prefix(digits);
  }
  std::int64_t offset_seconds = 0;
  if (!take_char(text, 'Z')) {
    const bool minus = take_char(text, '-');
    if (!minus && !take_char(text, '+')) return std::nullopt;
    const auto offset_hour = take_digits(text, 2);
    if (!offset_hour || !take_char(text, ':')) return std::nullopt;
    const auto offset_minute = take_digits(text, 2);
    if (!offset_minute) return std::nullopt;
    offset_seconds = (*offset_hour * 60 + *offset_minute) * 60 * (minus ? -1 : 1);
  }
  if (!text.empty()) return std::nullopt;
  const std::int64_t unix_seconds =
      days_from_civil(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)) * 86400 +
      *hour * 3600 + *minute * 60 + *second - offset_seconds;
  // The run's clock reaches 292 years around its epoch.
  std::int64_t since = 0;
  if (__builtin_mul_overflow(unix_seconds - kEpochOfRun, kNanosPerSecond, &since) ||
      __builtin_add_overflow(since, nanos, &since)) {
    return std::nullopt;
  }
  return Time{Duration{since}};
}

}  // namespace inferlab
