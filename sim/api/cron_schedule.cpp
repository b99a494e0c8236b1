#include "sim/api/cron_schedule.h"

#include <charconv>
#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace inferlab::sim {
namespace {

struct Bounds {
  int least, most;
  std::span<const std::string_view> names;
};
constexpr std::string_view kMonthNames[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kDayNames[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr Bounds kMinutes{0, 59, {}}, kHours{0, 23, {}}, kDays{1, 31, {}},
    kMonths{1, 12, kMonthNames}, kWeekdays{0, 6, kDayNames};

struct Field {
  std::uint64_t bits = 0;
  bool star = false;
};

Error fault(std::string text) {
  return Error{ErrorKind::kInvalid, std::move(text)};
}

std::vector<std::string_view> split(std::string_view text, char separator, bool keep_empty) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t at = text.find(separator);
    const std::string_view part = text.substr(0, at);
    if (keep_empty || !part.empty()) out.push_back(part);
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

Result<int> parse_number(std::string_view text) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string name(text);
  if (read.ec == std::errc::result_out_of_range) {
    return fault("failed to parse int from " + name + ": strconv.Atoi: parsing \"" + name +
                 "\": value out of range");
  }
  if (text.empty() || read.ptr != text.data() + text.size()) {
    return fault("failed to parse int from " + name + ": strconv.Atoi: parsing \"" + name +
                 "\": invalid syntax");
  }
  if (value < 0) {
    return fault("negative number (" + std::to_string(value) + ") not allowed: " + name);
  }
  return value;
}

Result<int> parse_number_or_name(std::string_view text, const Bounds& bounds) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (std::size_t i = 0; i < bounds.names.size(); ++i) {
    if (bounds.names[i] == lower) return static_cast<int>(i) + bounds.least;
  }
  return parse_number(text);
}

// "5", "1-5", "*/10", "mon-fri".
Result<Field> parse_range(std::string_view text, const Bounds& bounds) {
  const std::string shown(text);
  const auto range_and_step = split(text, '/', true);
  const auto ends = split(range_and_step[0], '-', true);
  int start = bounds.least;
  int end = bounds.most;
  Field out;
  if (ends[0] == "*" || ends[0] == "?") {
    out.star = true;
  } else {
    INFERLAB_TRY(start, parse_number_or_name(ends[0], bounds));
    end = start;
    if (ends.size() == 2) {
      INFERLAB_TRY(end, parse_number_or_name(ends[1], bounds));
    } else if (ends.size() > 2) {
      return fault("too many hyphens: " + shown);
    }
  }
  int step = 1;
  if (range_and_step.size() == 2) {
    INFERLAB_TRY(step, parse_number(range_and_step[1]));
    if (ends.size() == 1) end = bounds.most;
    if (step > 1) out.star = false;
  } else if (range_and_step.size() > 2) {
    return fault("too many slashes: " + shown);
  }
  if (start < bounds.least) {
    return fault("beginning of range (" + std::to_string(start) + ") below minimum (" +
                 std::to_string(bounds.least) + "): " + shown);
  }
  if (end > bounds.most) {
    return fault("end of range (" + std::to_string(end) + ") above maximum (" +
                 std::to_string(bounds.most) + "): " + shown);
  }
  if (start > end) {
    return fault("beginning of range (" + std::to_string(start) + ") beyond end of range (" +
                 std::to_string(end) + "): " + shown);
  }
  if (step == 0) return fault("step of range should be a positive number: " + shown);
  for (int i = start; i <= end; i += step) {
    out.bits |= std::uint64_t{1} << static_cast<unsigned>(i);
    if (step > bounds.most) break;  // no overflow
  }
  return out;
}

Result<Field> parse_field(std::string_view text, const Bounds& bounds) {
  Field out;
  for (const std::string_view part : split(text, ',', false)) {
    INFERLAB_TRY(const Field range, parse_range(part, bounds));
    out.bits |= range.bits;
    out.star = out.star || range.star;
  }
  return out;
}

std::string_view descriptor(std::string_view text) {
  if (text == "@yearly" || text == "@annually") return "0 0 1 1 *";
  if (text == "@monthly") return "0 0 1 * *";
  if (text == "@weekly") return "0 0 * * 0";
  if (text == "@daily" || text == "@midnight") return "0 0 * * *";
  if (text == "@hourly") return "0 * * * *";
  return {};
}

bool has(std::uint64_t bits, unsigned value) {
  return (bits >> value & 1) != 0;
}

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view text) {
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
    const std::size_t space = text.find(' ');
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  if (text.empty()) return fault("empty spec string");
  CronSchedule out;
  if (text.starts_with('@')) {
    constexpr std::string_view kEvery = "@every ";
    if (text.starts_with(kEvery)) {
      const auto every = parse_duration(text.substr(kEvery.size()));
      if (!every) {
        return fault("failed to parse duration " + std::string(text) +
                     ": time: invalid duration \"" + std::string(text.substr(kEvery.size())) +
                     "\"");
      }
      const auto whole = std::chrono::duration_cast<std::chrono::seconds>(*every);
      out.every_ = whole < 1s ? Duration(1s) : Duration(whole);
      return out;
    }
    const std::string_view meant = descriptor(text);
    if (meant.empty()) return fault("unrecognized descriptor: " + std::string(text));
    text = meant;
  }
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = text.find_first_not_of(" \t\r\n", at);
    if (start == std::string_view::npos) break;
    const std::size_t end = text.find_first_of(" \t\r\n", start);
    fields.push_back(text.substr(start, end - start));
    at = end;
    if (end == std::string_view::npos) break;
  }
  if (fields.size() != 5) {
    std::string all;
    for (const std::string_view field : fields) all.append(all.empty() ? "" : " ").append(field);
    return fault("expected exactly 5 fields, found " + std::to_string(fields.size()) + ": [" + all +
                 "]");
  }
  INFERLAB_TRY(const Field minutes, parse_field(fields[0], kMinutes));
  INFERLAB_TRY(const Field hours, parse_field(fields[1], kHours));
  INFERLAB_TRY(const Field days, parse_field(fields[2], kDays));
  INFERLAB_TRY(const Field months, parse_field(fields[3], kMonths));
  INFERLAB_TRY(const Field weekdays, parse_field(fields[4], kWeekdays));
  out.minutes_ = minutes.bits;
  out.hours_ = hours.bits;
  out.days_ = days.bits;
  out.months_ = months.bits;
  out.weekdays_ = weekdays.bits;
  out.any_day_ = days.star;
  out.any_weekday_ = weekdays.star;
  return out;
}

std::optional<Time> CronSchedule::next(Time after) const {
  using std::chrono::days;
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(after.time_since_epoch());
  if (every_ > Duration::zero()) return Time(since) + every_;
  const auto unix_seconds = since + std::chrono::seconds(kEpochOfRun);
  // From the next whole minute on.
  const auto first = std::chrono::floor<std::chrono::minutes>(unix_seconds) + 1min;
  const auto first_day = std::chrono::floor<days>(first);
  constexpr int kDaysAhead = 5 * 366;
  for (int i = 0; i < kDaysAhead; ++i) {
    const std::chrono::sys_days day(first_day + days(i));
    const std::chrono::year_month_day date(day);
    if (!has(months_, static_cast<unsigned>(date.month()))) continue;
    const bool of_month = has(days_, static_cast<unsigned>(date.day()));
    const bool of_week = has(weekdays_, std::chrono::weekday(day).c_encoding());
    const bool fits = any_day_ || any_weekday_ ? of_month && of_week : of_month || of_week;
    if (!fits) continue;
    const int start = i == 0 ? static_cast<int>((first - first_day).count()) : 0;
    for (int minute = start; minute < 24 * 60; ++minute) {
      if (!has(hours_, static_cast<unsigned>(minute / 60)) ||
          !has(minutes_, static_cast<unsigned>(minute % 60))) {
        continue;
      }
      const auto found = first_day + days(i) + std::chrono::minutes(minute);
      return Time(std::chrono::seconds(found) - std::chrono::seconds(kEpochOfRun));
    }
  }
  return std::nullopt;
}

}  // namespace inferlab::sim
