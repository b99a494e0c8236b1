#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/base/time.h"

namespace inferlab {

/// A stream of random numbers that is the same on every machine (the std:: distributions are not).
/// Each actor owns the stream named after it, so that one more actor changes no other's numbers.
///
/// Source: xoshiro256++ 1.0 and splitmix64 (Blackman, Vigna; public domain).
class Rng {
 public:
  explicit Rng(std::uint64_t seed);
  /// The stream of (seed, component, object), e.g. (7, "kubelet", "gpu-0").
  Rng(std::uint64_t seed, std::string_view component, std::string_view object);

  std::uint64_t next();
  /// Uniform in [0, bound), without bias. Checks: bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high]. Checks: low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// Uniform in [0, 1), 53 bits.
  double unit();
  /// Uniform in [low, high].
  Duration between(Duration low, Duration high);
  /// Exponential with this mean, rounded to whole nanoseconds.
  Duration exponential(Duration mean);

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace inferlab
