#include "engine/formats/fp8.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/base/rng.h"

namespace inferlab {
namespace {

/// By the format's definition.
double value_of(int code) {
  const int exponent = code >> 3 & 15;
  const double mantissa = code & 7;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -9) : std::ldexp(8 + mantissa, exponent - 10);
  return (code & 0x80) != 0 ? -magnitude : magnitude;
}

bool is_nan_code(int code) {
  return (code & 0x7f) == 0x7f;
}

TEST_CASE("fp8: every code is the number that its bits say, and comes back") {
  for (int code = 0; code < 256; ++code) {
    CAPTURE(code);
    const float value = fp8_to_float(static_cast<Fp8>(code));
    if (is_nan_code(code)) {
      CHECK(std::isnan(value));
    } else {
      CHECK(static_cast<double>(value) == value_of(code));
    }
    CHECK(float_to_fp8(value) == code);
  }
}

TEST_CASE("fp8: the nearest code, of two as near the even one") {
  Rng rng(3, "formats", "fp8");
  for (int round = 0; round < 200'000; ++round) {
    // Of any size, and half of them between two neighbours exactly.
    const int low = static_cast<int>(rng.below(0x7e));
    const double part = round % 2 == 0 ? 0.5 : rng.unit();
    const double exact = value_of(low) + part * (value_of(low + 1) - value_of(low));
    const auto value = static_cast<float>(exact);
    const double below = static_cast<double>(value) - value_of(low);
    const double above = value_of(low + 1) - static_cast<double>(value);
    const int expected = below < above ? low : below > above ? low + 1 : low + low % 2;
    REQUIRE(float_to_fp8(value) == expected);
    REQUIRE(float_to_fp8(-value) == (expected | 0x80));
  }
}

TEST_CASE("fp8: what is too large is the largest, what is too small is zero") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float large : {448.0F, 449.0F, 470.0F, 1e30F, kInfinity}) {
    CHECK(float_to_fp8(large) == 0x7e);
    CHECK(float_to_fp8(-large) == 0xfe);
  }
  CHECK(float_to_fp8(0x1p-10F) == 0);  // half of the least, and zero is even
  CHECK(float_to_fp8(-1e-30F) == 0x80);
  CHECK((float_to_fp8(std::numeric_limits<float>::quiet_NaN()) & 0x7f) == 0x7f);
}

}  // namespace
}  // namespace inferlab
