// Each function of the reference against its definition, computed plainly in double.

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "engine/backend/reference/dot.h"
#include "engine/backend/reference/matmul.h"
#include "engine/backend/reference/rms_norm.h"
#include "engine/backend/reference/swiglu.h"
#include "engine/backend/rope.h"
#include "engine/base/rng.h"
#include "engine/formats/half.h"
#include "engine/formats/q8_0.h"

namespace inferlab::reference {
namespace {

std::vector<float> random_floats(Rng& rng, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(rng.unit() * 2.0 - 1.0);
  return values;
}

TEST_CASE("dot: sums what a plain loop sums, for any length") {
  Rng rng(1, "kernels", "dot");
  for (std::int64_t count = 0; count < 70; ++count) {
    const auto a = random_floats(rng, count);
    const auto b = random_floats(rng, count);
    double expected = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      expected += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    }
    REQUIRE(std::abs(static_cast<double>(dot(a.data(), b.data(), count)) - expected) < 1e-5);
  }
}

TEST_CASE("matmul: every type, the same bits for one row and for many") {
  Rng rng(2, "kernels", "matmul");
  constexpr std::int64_t kRows = 5;
  constexpr std::int64_t kColumns = 96;
  constexpr std::int64_t kTokens = 7;
  const auto w = random_floats(rng, kRows * kColumns);
  const auto x = random_floats(rng, kTokens * kColumns);
  std::vector<Half> halves;
  for (const float value : w) halves.push_back(float_to_half(value));
  std::vector<Q8Block> blocks(w.size() / 32);
  quantize_q8(w, blocks);
  const auto matrix = [&](TensorType type, std::span<const std::byte> data) {
    return Matrix{.type = type, .rows = kRows, .columns = kColumns, .data = data};
  };
  for (const Matrix& m : {matrix(TensorType::kF32, std::as_bytes(std::span(w))),
                          matrix(TensorType::kF16, std::as_bytes(std::span(halves))),
                          matrix(TensorType::kQ8_0, std::as_bytes(std::span(blocks)))}) {
    std::vector<float> many(kRows * kTokens);
    std::vector<float> scratch;
    matmul(m, x.data(), kTokens, many.data(), scratch);
    for (std::int64_t t = 0; t < kTokens; ++t) {
      std::vector<float> one(kRows);
      matmul(m, x.data() + t * kColumns, 1, one.data(), scratch);
      for (std::int64_t r = 0; r < kRows; ++r) {
        std::vector<float> row(kColumns);
        decode_row(m, r, row);
        double expected = 0.0;
        for (std::int64_t i = 0; i < kColumns; ++i) {
          expected += static_cast<double>(row[i]) * static_cast<double>(x[t * kColumns + i]);
        }
        REQUIRE(one[r] == many[t * kRows + r]);
        REQUIRE(std::abs(static_cast<double>(one[r]) - expected) < 1e-5);
        // Q8_0's step is the largest magnitude / 127.
        for (std::int64_t i = 0; i < kColumns; ++i) {
          REQUIRE(std::abs(row[i] - w[r * kColumns + i]) < 0.0045F);
        }
      }
    }
  }
}

TEST_CASE("rms_norm: rows of any width, also in place") {
  Rng rng(3, "kernels", "rms_norm");
  for (const std::int64_t width : {1, 7, 16, 100}) {
    const auto x = random_floats(rng, 3 * width);
    const auto weight = random_floats(rng, width);
    std::vector<float> out = x;
    rms_norm(out.data(), weight.data(), 1e-5F, 3, width, out.data());
    for (std::int64_t r = 0; r < 3; ++r) {
      double sum = 0.0;
      for (std::int64_t i = 0; i < width; ++i) {
        sum += static_cast<double>(x[r * width + i]) * static_cast<double>(x[r * width + i]);
      }
      const double scale = 1.0 / std::sqrt(sum / static_cast<double>(width) + 1e-5);
      for (std::int64_t i = 0; i < width; ++i) {
        const double expected =
            static_cast<double>(x[r * width + i]) * scale * static_cast<double>(weight[i]);
        REQUIRE(std::abs(static_cast<double>(out[r * width + i]) - expected) < 1e-5);
      }
    }
  }
}

LlamaConfig rope_config(std::int32_t rope_dim, float freq_base,
                        RopePairs pairs = RopePairs::kAdjacent) {
  LlamaConfig config{};
  config.rope_dim = rope_dim;
  config.rope_freq_base = freq_base;
  config.rope_pairs = pairs;
  return config;
}

TEST_CASE("Rope: turns adjacent pairs, and leaves what lies behind rope_dim") {
  Rope rope(rope_config(4, 100.0F));
  const std::vector<std::int32_t> positions = {0, 3};
  rope.set_positions(positions);
  std::vector<float> x = {1, 2, 3, 4, 5, 6, 1, 0, 0, 1, 5, 6};  // two rows of one head of six
  rope.apply(x.data(), 1, 6);
  CHECK(std::vector<float>(x.begin(), x.begin() + 6) == std::vector<float>{1, 2, 3, 4, 5, 6});
  const std::vector<float> turned = {std::cos(3.0F), std::sin(3.0F), -std::sin(0.3F),
                                     std::cos(0.3F), 5.0F,           6.0F};
  for (std::size_t i = 0; i < turned.size(); ++i) CHECK(std::abs(x[6 + i] - turned[i]) < 1e-6F);
}

TEST_CASE("Rope: halves turn the elements that are rope_dim / 2 apart") {
  Rope rope(rope_config(4, 100.0F, RopePairs::kHalves));
  const std::vector<std::int32_t> positions = {3};
  rope.set_positions(positions);
  std::vector<float> x = {1, 0, 0, 1, 5, 6};
  rope.apply(x.data(), 1, 6);
  const std::vector<float> turned = {
      std::cos(3.0F), -std::sin(0.3F), std::sin(3.0F), std::cos(0.3F), 5.0F, 6.0F};
  for (std::size_t i = 0; i < turned.size(); ++i) CHECK(std::abs(x[i] - turned[i]) < 1e-6F);
}

TEST_CASE("Rope: a scaling factor divides positions, and factors divide frequencies") {
  const std::vector<float> factors = {1.0F, 8.0F};
  LlamaConfig config = rope_config(4, 100.0F);
  config.rope_scaling.factor = 2.0F;
  Rope rope(config, factors);
  const std::vector<std::int32_t> positions = {6};
  rope.set_positions(positions);
  std::vector<float> x = {1, 0, 1, 0};
  rope.apply(x.data(), 1, 4);
  // Pair 0 turns by 6 / 2, pair 1 by 6 / 2 * 100^(-1/2) / 8.
  const std::vector<float> turned = {std::cos(3.0F), std::sin(3.0F), std::cos(0.0375F),
                                     std::sin(0.0375F)};
  for (std::size_t i = 0; i < turned.size(); ++i) CHECK(std::abs(x[i] - turned[i]) < 1e-6F);
}

TEST_CASE("Rope: YaRN turns fast pairs as before, slow ones by the factor less, and stretches") {
  LlamaConfig config = rope_config(128, 10000.0F);
  config.rope_scaling.factor = 4.0F;
  config.rope_scaling.attention_factor = 1.25F;
  config.rope_scaling.yarn = YarnScaling{.original_context_length = 4096};
  Rope rope(config);
  const std::vector<std::int32_t> positions = {1};
  rope.set_positions(positions);
  std::vector<float> x(128);
  for (std::size_t i = 0; i < x.size(); i += 2) x[i] = 1.0F;
  rope.apply(x.data(), 1, 128);
  // transformers' _compute_yarn_parameters, written out.
  const auto pair_that_turns = [](double turns) {
    return 128.0 * std::log(4096.0 / (turns * 2.0 * 3.14159265358979323846)) /
           (2.0 * std::log(10000.0));
  };
  const double first = std::floor(pair_that_turns(32.0));
  const double last = std::ceil(pair_that_turns(1.0));
  CHECK(first == 20.0);
  CHECK(last == 46.0);
  for (int i = 0; i < 64; ++i) {
    const double plain = std::pow(10000.0, -2.0 * i / 128.0);
    const double kept = 1.0 - std::min(1.0, std::max(0.0, (i - first) / (last - first)));
    const double frequency = plain / 4.0 * (1.0 - kept) + plain * kept;
    CAPTURE(i);
    CHECK(static_cast<double>(x[2 * i]) == Approx(1.25 * std::cos(frequency)).epsilon(1e-6));
    CHECK(static_cast<double>(x[2 * i + 1]) == Approx(1.25 * std::sin(frequency)).epsilon(1e-6));
  }
}

TEST_CASE("swiglu: silu of the gate times up") {
  Rng rng(4, "kernels", "swiglu");
  const auto gate = random_floats(rng, 33);
  const auto up = random_floats(rng, 33);
  std::vector<float> out = gate;
  swiglu(out.data(), up.data(), 33);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double g = static_cast<double>(gate[i]);
    const double expected = g / (1.0 + std::exp(-g)) * static_cast<double>(up[i]);
    REQUIRE(std::abs(static_cast<double>(out[i]) - expected) < 1e-6);
  }
  std::vector<float> far = {-1000.0F, 1000.0F};
  const std::vector<float> ones = {1.0F, 1.0F};
  swiglu(far.data(), ones.data(), 2);
  CHECK(far == std::vector<float>{0.0F, 1000.0F});
}

}  // namespace
}  // namespace inferlab::reference
