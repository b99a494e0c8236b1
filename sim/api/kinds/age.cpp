#include "sim/api/kinds/age.h"

namespace inferlab::sim {

std::string human_duration(Duration duration) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  const auto two = [](std::int64_t large, const char* unit, std::int64_t small,
                      const char* small_unit) {
    std::string out = std::to_string(large) + unit;
    if (small != 0) out += std::to_string(small) + small_unit;
    return out;
  };
  if (seconds < 60 * 2) return std::to_string(seconds) + "s";
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 60 * 3) return std::to_string(minutes) + "m";
  const std::int64_t hours = seconds / 3600;
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return std::to_string(hours) + "h";
  const std::int64_t days = hours / 24;
  if (hours < 24 * 8) return two(days, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return std::to_string(days) + "d";
  if (hours < 24 * 365 * 8) return two(days / 365, "y", days % 365, "d");
  return std::to_string(days / 365) + "y";
}

std::string age_since(std::string_view timestamp, Time now) {
  const auto then = parse_rfc3339(timestamp);
  return then ? human_duration(now - *then) : "<unknown>";
}

Value age_of(const Value& object, Time now) {
  return age_since(object["metadata"]["creationTimestamp"].as_string(), now);
}

}  // namespace inferlab::sim
