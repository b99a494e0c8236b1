#include "engine/model/stable_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "engine/base/check.h"

namespace inferlab {
namespace {

// ln 2 and pi/2 as a head with trailing zero bits, so that its products with small integers are
// exact, and the rest.
constexpr double kLn2Head = 0x1.62e42fee00000p-1;
constexpr double kLn2Tail = 0x1.a39ef35793c76p-33;
constexpr double kHalfPiHead = 0x1.921fb54400000p+0;
constexpr double kHalfPiMiddle = 0x1.0b4611a600000p-34;
constexpr double kHalfPiTail = 0x1.3198a2e037073p-69;

/// 2^n for -1022 <= n <= 1023.
double power_of_two(std::int64_t n) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

}  // namespace

float stable_exp(float x) {
  if (std::isnan(x)) return x;
  if (x > 88.72F) return std::numeric_limits<float>::infinity();
  if (x < -87.33F) return 0.0F;
  // Computed in double: one rounding at the end, and no care needed for the range reduction.
  const double n = std::floor(static_cast<double>(x) * 0x1.71547652b82fep+0 + 0.5);
  const double r = static_cast<double>(x) - n * 0x1.62e42fefa39efp-1;
  // Taylor up to r^7 for |r| <= ln(2)/2: the next term is below 6e-9 relative.
  double sum = 1.0 / 5040.0;
  sum = sum * r + 1.0 / 720.0;
  sum = sum * r + 1.0 / 120.0;
  sum = sum * r + 1.0 / 24.0;
  sum = sum * r + 1.0 / 6.0;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  sum = sum * r + 1.0;
  return static_cast<float>(sum * power_of_two(static_cast<std::int64_t>(n)));
}

double stable_exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.0) return std::numeric_limits<double>::infinity();
  if (x < -708.0) return 0.0;
  const double n = std::floor(x * 0x1.71547652b82fep+0 + 0.5);
  const double r = (x - n * kLn2Head) - n * kLn2Tail;
  double sum = 1.0;
  for (int k = 16; k >= 1; --k) sum = 1.0 + sum * r / k;
  return sum * power_of_two(static_cast<std::int64_t>(n));
}

double stable_log(double x) {
  INFERLAB_CHECK(std::isfinite(x) && x > 0.0);
  int exponent = 0;
  double m = std::frexp(x, &exponent);  // exact
  if (m < 0x1.6a09e667f3bcdp-1) {       // below sqrt(1/2)
    m *= 2.0;
    --exponent;
  }
  // log m = 2 artanh(s), |s| <= 0.172.
  const double s = (m - 1.0) / (m + 1.0);
  const double s2 = s * s;
  double sum = 0.0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * s2 + 1.0 / k;
  return exponent * kLn2Head + (exponent * kLn2Tail + 2.0 * s * sum);
}

double stable_erf(double x) {
  if (std::isnan(x)) return x;
  if (x > 6.0) return 1.0;  // erfc(6) is below 2.2e-17
  if (x < -6.0) return -1.0;
  // 2 / sqrt(pi) e^-x^2 * the sum of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)): all terms have one
  // sign. Source: NIST Digital Library of Mathematical Functions, 7.6.2.
  const double x2 = x * x;
  double term = x;
  double sum = x;
  for (int n = 1; n < 200 && std::abs(term) > 1e-18 * std::abs(sum); ++n) {
    term *= 2.0 * x2 / (2 * n + 1);
    sum += term;
  }
  return 0x1.20dd750429b6dp+0 * stable_exp(-x2) * sum;
}

SinCos stable_sincos(double x) {
  INFERLAB_CHECK(std::abs(x) <= 0x1p30);
  const double n = std::floor(x * 0x1.45f306dc9c883p-1 + 0.5);
  const double r = ((x - n * kHalfPiHead) - n * kHalfPiMiddle) - n * kHalfPiTail;
  const double r2 = r * r;
  double sin = 1.0;
  double cos = 1.0;
  for (int k = 18; k >= 2; k -= 2) {
    sin = 1.0 - sin * r2 / (k * (k + 1));
    cos = 1.0 - cos * r2 / ((k - 1) * k);
  }
  sin *= r;
  switch (static_cast<std::int64_t>(n) & 3) {
    case 0:
      return {.sin = sin, .cos = cos};
    case 1:
      return {.sin = cos, .cos = -sin};
    case 2:
      return {.sin = -sin, .cos = -cos};
    default:
      return {.sin = -cos, .cos = sin};
  }
}

}  // namespace inferlab
