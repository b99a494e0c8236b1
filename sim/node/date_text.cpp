#include "sim/node/date_text.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

namespace inferlab::sim {
namespace {

std::int64_t unix_seconds(Time time) {
  return kEpochOfRun + std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::string date_text(const std::vector<std::string>& words, Time now) {
  using std::chrono::sys_days;
  const std::int64_t seconds = unix_seconds(now);
  const sys_days day{std::chrono::days{seconds / 86400}};
  const std::chrono::year_month_day ymd{day};
  const int year = static_cast<int>(ymd.year());
  const unsigned month = static_cast<unsigned>(ymd.month());
  const unsigned mday = static_cast<unsigned>(ymd.day());
  const std::int64_t hour = seconds / 3600 % 24;
  const std::int64_t minute = seconds / 60 % 60;
  const std::int64_t second = seconds % 60;
  const std::string time = fmt::format("{:02}:{:02}:{:02}", hour, minute, second);
  std::string format;
  for (const std::string& word : words) {
    if (word.starts_with('+')) format = word;
  }
  if (format.empty()) {
    constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    return fmt::format("{} {} {:2} {} UTC {}",
                       kDays.substr(std::chrono::weekday{day}.c_encoding() * 3, 3),
                       kMonths.substr((month - 1) * 3, 3), mday, time, year);
  }
  std::string out;
  for (std::size_t i = 1; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    switch (format[++i]) {
      case 'Y':
        out += fmt::format("{}", year);
        break;
      case 'm':
        out += fmt::format("{:02}", month);
        break;
      case 'd':
        out += fmt::format("{:02}", mday);
        break;
      case 'H':
        out += fmt::format("{:02}", hour);
        break;
      case 'M':
        out += fmt::format("{:02}", minute);
        break;
      case 'S':
        out += fmt::format("{:02}", second);
        break;
      case 's':
        out += fmt::format("{}", seconds);
        break;
      case 'T':
        out += time;
        break;
      case 'F':
        out += fmt::format("{}-{:02}-{:02}", year, month, mday);
        break;
      default:
        out += format[i];
    }
  }
  return out;
}

}  // namespace inferlab::sim
