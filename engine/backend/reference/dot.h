#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace inferlab::reference {

/// The one order in which this backend adds products up: 16 partial sums, element i into sum i %
/// 16, then a fixed tree. The vectors are the compiler's portable ones; a wider machine may run
/// them with fewer instructions, but the bits stay the same.
class LaneSums {
 public:
  static constexpr std::int64_t kLanes = 16;

  /// Adds a[i] * b[i] for the next 16 elements.
  void add(const float* a, const float* b) {
    // Written out: at -O2 the compiler keeps an array of sums in memory.
    sum0_ += load(a) * load(b);
    sum1_ += load(a + 4) * load(b + 4);
    sum2_ += load(a + 8) * load(b + 8);
    sum3_ += load(a + 12) * load(b + 12);
  }
  /// Adds a[i] * b[i] for the last `count` < 16 elements.
  void add_tail(const float* a, const float* b, std::int64_t count) {
    std::array<float, kLanes> padded_a{};
    std::array<float, kLanes> padded_b{};
    std::memcpy(padded_a.data(), a, static_cast<std::size_t>(count) * sizeof(float));
    std::memcpy(padded_b.data(), b, static_cast<std::size_t>(count) * sizeof(float));
    add(padded_a.data(), padded_b.data());
  }
  [[nodiscard]] float total() const {
    const Vector sum = (sum0_ + sum2_) + (sum1_ + sum3_);
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
  }

 private:
  using Vector [[gnu::vector_size(16)]] = float;

  static Vector load(const float* from) {
    Vector vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
  }

  Vector sum0_{};
  Vector sum1_{};
  Vector sum2_{};
  Vector sum3_{};
};

/// Sum of a[i] * b[i] in the order of LaneSums.
inline float dot(const float* a, const float* b, std::int64_t count) {
  LaneSums sums;
  std::int64_t i = 0;
  for (; i + LaneSums::kLanes <= count; i += LaneSums::kLanes) sums.add(a + i, b + i);
  if (i < count) sums.add_tail(a + i, b + i, count - i);
  return sums.total();
}

}  // namespace inferlab::reference
