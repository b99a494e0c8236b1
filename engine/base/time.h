#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferlab {

/// The clock of a run: virtual in the simulator, steady in the engine. It has no now(): time is an
/// argument, so nothing can ask the wall clock by accident.
struct RunClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<RunClock, duration>;
};

using Duration = RunClock::duration;
/// Nanoseconds since the start of the run (of the lab, of the server).
using Time = RunClock::time_point;

using namespace std::chrono_literals;  // NOLINT: 800ms reads the same everywhere in the tree

/// `seconds` as a Duration, held within about 100 years: a number of seconds that somebody wrote
/// (a manifest's, a request's) does not run over.
constexpr Duration seconds_capped(std::int64_t seconds) {
  constexpr std::int64_t kMost = std::int64_t{100} * 365 * 24 * 3600;
  const std::int64_t capped = seconds > kMost ? kMost : seconds < -kMost ? -kMost : seconds;
  return std::chrono::seconds(capped);
}

/// "1h2m3.5s", as Go's time.Duration prints; "0s" for zero.
std::string format_duration(Duration duration);

/// Reads Go's duration syntax ("800ms", "1h30m", "1.5s"); nullopt for anything else.
std::optional<Duration> parse_duration(std::string_view text);

/// Seconds since 1970-01-01T00:00:00Z at which a run's time zero lies. One fixed moment for all
/// runs, so that timestamps replay: 2026-01-05T08:00:00Z, a Monday morning.
inline constexpr std::int64_t kEpochOfRun = 1767600000;

/// "2026-01-05T08:00:00Z": Kubernetes' metav1.Time (whole seconds, rounded down).
std::string format_rfc3339(Time time);

/// "2026-01-05T08:00:00.000000Z": Kubernetes' metav1.MicroTime.
std::string format_rfc3339_micro(Time time);

/// Reads RFC 3339 with "Z" or an offset, and optional fractions of a second; nullopt for anything
/// else.
std::optional<Time> parse_rfc3339(std::string_view text);

/// Seconds as a double, for metrics and for people only: no decision is taken on it.
inline double to_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace inferlab
