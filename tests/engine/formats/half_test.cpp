#include "engine/formats/half.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/base/rng.h"
#include "engine/formats/q8_0.h"

namespace inferlab {
namespace {

TEST_CASE("half: every value survives the way to float and back") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<Half>(bits);
    const float value = half_to_float(half);
    const bool nan = (bits & 0x7fffU) > 0x7c00U;
    if (nan != std::isnan(value)) FAIL("NaN at " << bits);
    if (!nan && float_to_half(value) != half) FAIL("changed " << bits);
  }
  CHECK(half_to_float(0x3c00) == 1.0F);
  CHECK(half_to_float(0x0001) == 0x1p-24F);
  CHECK(half_to_float(0xfbff) == -65504.0F);
  CHECK(half_to_float(0x7c00) == std::numeric_limits<float>::infinity());
}

TEST_CASE("half: floats round to the nearest, ties to even") {
  CHECK(float_to_half(1.0F + 0x1p-11F) == 0x3c00);             // tie, down to even
  CHECK(float_to_half(1.0F + 3 * 0x1p-11F) == 0x3c02);         // tie, up to even
  CHECK(float_to_half(1.0F + 0x1p-11F + 0x1p-20F) == 0x3c01);  // above the tie
  CHECK(float_to_half(65519.0F) == 0x7bff);
  CHECK(float_to_half(65520.0F) == 0x7c00);
  CHECK(float_to_half(0x1p-25F) == 0x0000);
  CHECK(float_to_half(0x1.8p-25F) == 0x0001);
  CHECK(float_to_half(-0.0F) == 0x8000);
  // The distance to the neighbours decides; checked against them for random floats.
  Rng rng(1, "half", "round");
  for (int i = 0; i < 20000; ++i) {
    const auto value = static_cast<float>((rng.unit() - 0.5) * 200.0);
    const Half half = float_to_half(value);
    const float error = std::abs(half_to_float(half) - value);
    for (const int step : {-1, 1}) {
      const float other = half_to_float(static_cast<Half>(half + step));
      if (std::isfinite(other)) REQUIRE(error <= std::abs(other - value));
    }
  }
}

TEST_CASE("Q8_0: the error of an element is at most half a step of its block") {
  Rng rng(2, "q8", "round");
  std::vector<float> values(32 * 64);
  for (float& value : values) value = static_cast<float>(rng.unit() * 4.0 - 2.0);
  std::vector<Q8Block> blocks(64);
  quantize_q8(values, blocks);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Q8Block& block = blocks[i / 32];
    const float scale = half_to_float(block.scale);
    // The scale itself is rounded to 11 bits.
    const float most = 0.5F * scale + 127.0F * scale * 0x1p-11F;
    REQUIRE(std::abs(scale * static_cast<float>(block.quants[i % 32]) - values[i]) <= most);
  }
  std::vector<float> odd(32, 0.0F);
  odd[3] = std::numeric_limits<float>::quiet_NaN();
  odd[4] = 127.0F;
  quantize_q8(odd, std::span(blocks).first(1));
  CHECK(blocks[0].quants[3] == 0);
  CHECK(blocks[0].quants[4] == 127);
}

}  // namespace
}  // namespace inferlab
