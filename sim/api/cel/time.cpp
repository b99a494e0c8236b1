#include "sim/api/cel/time.h"

#include <fmt/format.h>

#include <chrono>

#include "engine/base/time.h"

namespace inferlab::sim::cel {

namespace {

constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// Reads exactly `count` digits at `at` and moves behind them; -1 when they are not there.
int digits(std::string_view text, std::size_t& at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i, ++at) {
    const char c = text[at];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool take(std::string_view text, std::size_t& at, char wanted) {
  if (at >= text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

std::optional<std::int64_t> read_days(std::string_view text, std::size_t& at) {
  const int year = digits(text, at, 4);
  if (year < 1 || !take(text, at, '-')) return std::nullopt;
  const int month = digits(text, at, 2);
  if (month < 1 || !take(text, at, '-')) return std::nullopt;
  const int day = digits(text, at, 2);
  if (day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

}  // namespace

bool in_timestamp_range(std::int64_t seconds) {
  return seconds >= kFirstSecond && seconds <= kLastSecond;
}

std::optional<Timestamp> parse_date(std::string_view text) {
  std::size_t at = 0;
  const std::optional<std::int64_t> days = read_days(text, at);
  if (!days || at != text.size()) return std::nullopt;
  return Timestamp{.seconds = *days * 86400};
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  std::size_t at = 0;
  const std::optional<std::int64_t> days = read_days(text, at);
  if (!days || !take(text, at, 'T')) return std::nullopt;
  const int hour = digits(text, at, 2);
  if (hour < 0 || hour > 23 || !take(text, at, ':')) return std::nullopt;
  const int minute = digits(text, at, 2);
  if (minute < 0 || minute > 59 || !take(text, at, ':')) return std::nullopt;
  const int second = digits(text, at, 2);
  if (second < 0 || second > 59) return std::nullopt;
  std::int64_t nanos = 0;
  if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
    ++at;
    std::int64_t unit = kNanosPerSecond / 10;
    const std::size_t first = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      nanos += (text[at] - '0') * unit;
    }
    if (at == first) return std::nullopt;
  }
  std::int64_t offset = 0;
  if (!take(text, at, 'Z')) {
    const bool west = at < text.size() && text[at] == '-';
    if (!west && (at >= text.size() || text[at] != '+')) return std::nullopt;
    ++at;
    const int hours = digits(text, at, 2);
    if (hours < 0 || hours > 24 || !take(text, at, ':')) return std::nullopt;
    const int minutes = digits(text, at, 2);
    if (minutes < 0 || minutes > 59) return std::nullopt;
    offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
  }
  if (at != text.size()) return std::nullopt;
  return Timestamp{.seconds = *days * 86400 + hour * 3600 + minute * 60 + second - offset,
                   .nanos = static_cast<std::int32_t>(nanos)};
}

std::string format_timestamp(Timestamp time) {
  const CivilTime civil = civil_time(time, 0);
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month,
                                civil.day, civil.hour, civil.minute, civil.second);
  if (time.nanos != 0) {
    std::string fraction = fmt::format(".{:09}", time.nanos);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += fraction;
  }
  return out + "Z";
}

std::optional<Span> parse_span(std::string_view text) {
  const std::optional<Duration> duration = parse_duration(text);
  if (!duration) return std::nullopt;
  return Span{duration->count()};
}

std::string format_span(Span span) {
  const bool negative = span.nanos < 0;
  // Negating the least number as a signed one would run over.
  const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(span.nanos)
                                           : static_cast<std::uint64_t>(span.nanos);
  std::string out = fmt::format("{}{}", negative ? "-" : "", magnitude / kNanosPerSecond);
  if (magnitude % kNanosPerSecond != 0) {
    std::string fraction = fmt::format(".{:09}", magnitude % kNanosPerSecond);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += fraction;
  }
  return out + "s";
}

std::optional<Timestamp> add(Timestamp time, Span span) {
  std::int64_t seconds = time.seconds + span.nanos / kNanosPerSecond;
  std::int64_t nanos = time.nanos + span.nanos % kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  } else if (nanos >= kNanosPerSecond) {
    nanos -= kNanosPerSecond;
    ++seconds;
  }
  if (!in_timestamp_range(seconds)) return std::nullopt;
  return Timestamp{.seconds = seconds, .nanos = static_cast<std::int32_t>(nanos)};
}

std::optional<Timestamp> subtract(Timestamp time, Span span) {
  if (span.nanos == INT64_MIN) return std::nullopt;
  return add(time, Span{-span.nanos});
}

std::optional<Span> subtract(Timestamp a, Timestamp b) {
  std::int64_t nanos = 0;
  if (__builtin_mul_overflow(a.seconds - b.seconds, kNanosPerSecond, &nanos) ||
      __builtin_add_overflow(nanos, std::int64_t{a.nanos} - b.nanos, &nanos)) {
    return std::nullopt;
  }
  return Span{nanos};
}

CivilTime civil_time(Timestamp time, std::int64_t offset_seconds) {
  const std::chrono::sys_seconds moment{std::chrono::seconds(time.seconds + offset_seconds)};
  const auto days = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{days};
  const std::chrono::sys_days new_year{date.year() / std::chrono::January / 1};
  const std::int64_t second_of_day = (moment - days).count();
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .day_of_week = static_cast<int>(std::chrono::weekday{days}.c_encoding()),
          .day_of_year = static_cast<int>((days - new_year).count()),
          .hour = static_cast<int>(second_of_day / 3600),
          .minute = static_cast<int>(second_of_day / 60 % 60),
          .second = static_cast<int>(second_of_day % 60),
          .millisecond = time.nanos / 1'000'000};
}

std::optional<std::int64_t> zone_offset(std::string_view zone) {
  if (zone.empty() || zone == "UTC") return 0;
  const std::size_t colon = zone.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const bool west = zone.front() == '-';
  const bool sign = west || zone.front() == '+';
  std::size_t at = sign ? 1 : 0;
  if (colon <= at || colon - at > 2) return std::nullopt;
  const int hours = digits(zone, at, colon - at);
  ++at;
  const int minutes = digits(zone, at, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59 || at != zone.size()) {
    return std::nullopt;
  }
  return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

}  // namespace inferlab::sim::cel
