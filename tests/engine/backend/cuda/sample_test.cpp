// Sampling on the device against Sampler and against the distribution itself.

#include "engine/backend/cuda/sample.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/backend/cuda/dequantize.h"
#include "engine/model/sampler.h"
#include "tests/engine/backend/cuda/device_test.h"

namespace inferlab::cuda::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<std::int32_t> draw(const std::vector<float>& logits,
                               const std::vector<RowSampling>& params) {
  const auto device_logits = to_device(logits);
  const auto device_params = to_device(params);
  const auto tokens = device_room<std::int32_t>(std::ssize(params));
  REQUIRE(sample(device_logits.data(), std::ssize(params), std::ssize(logits) / std::ssize(params),
                 device_params.data(), tokens.data(), nullptr)
              .has_value());
  return to_host(tokens);
}

TEST_CASE("cuda::sample: greedy rows are argmax(), also of NaN, infinities and ties") {
  if (!device_answers()) return;
  Rng rng(30, "cuda", "greedy");
  const std::vector<std::vector<float>> rows = {
      {1, 2, 2, 0},          {kNan, kNan, kNan, kNan},     {kNan, -kInfinity, -kInfinity, kNan},
      {-0.0F, 0.0F, -1, -2}, {kInfinity, 3, kInfinity, 1}, {-5, -4, -4.5F, -4},
  };
  for (const std::vector<float>& row : rows) {
    CHECK(draw(row, {RowSampling{}})[0] == argmax(row));
    // No distribution to draw from where the best is not finite.
    if (!std::isfinite(row[static_cast<std::size_t>(argmax(row))])) {
      CHECK(draw(row, {RowSampling{.temperature = 1.0F, .unit = 0.7}})[0] == argmax(row));
    }
  }
  const std::size_t vocab = 5000;
  std::vector<float> many = random_floats(rng, 3 * static_cast<std::int64_t>(vocab), 8.0);
  for (std::size_t i = 0; i < many.size(); i += 7) many[i] = 8.5F;
  const auto tokens = draw(many, std::vector<RowSampling>(3));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(tokens[i] == argmax(std::span(many).subspan(i * vocab, vocab)));
  }
}

/// The tokens that may be drawn, likeliest first, and their weights.
struct Allowed {
  std::vector<std::int32_t> ids;
  double total = 0;
};
Allowed allowed(const std::vector<float>& logits, const RowSampling& params) {
  Allowed out;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!std::isnan(logits[i])) out.ids.push_back(static_cast<std::int32_t>(i));
  }
  const auto logit = [&](std::int32_t id) {
    return static_cast<double>(logits[static_cast<std::size_t>(id)]);
  };
  std::stable_sort(out.ids.begin(), out.ids.end(),
                   [&](std::int32_t a, std::int32_t b) { return logit(a) > logit(b); });
  if (params.top_k > 0 && params.top_k < std::ssize(out.ids)) {
    out.ids.resize(static_cast<std::size_t>(params.top_k));
  }
  const double top = logit(out.ids[0]);
  const auto weight = [&](std::int32_t id) {
    return std::exp((logit(id) - top) / static_cast<double>(params.temperature));
  };
  for (const std::int32_t id : out.ids) out.total += weight(id);
  if (params.top_p < 1.0F) {
    const double limit = static_cast<double>(params.top_p) * out.total;
    double kept = 0;
    std::size_t count = 0;
    while (count < out.ids.size() && kept < limit) kept += weight(out.ids[count++]);
    out.ids.resize(count);
    out.total = kept;
  }
  return out;
}

TEST_CASE("cuda::sample: the inverse of the distribution that temperature, top_k and top_p leave") {
  if (!device_answers()) return;
  Rng rng(31, "cuda", "sample");
  const std::vector<RowSampling> cases = {
      {.temperature = 1.0F},
      {.temperature = 0.3F},
      {.temperature = 2.0F, .top_k = 1},
      {.temperature = 1.0F, .top_k = 7},
      {.temperature = 1.5F, .top_k = 900},
      {.temperature = 1.0F, .top_p = 0.9F},
      {.temperature = 0.7F, .top_p = 0.2F},
      {.temperature = 1.0F, .top_k = 50, .top_p = 0.5F},
      {.temperature = 1.0F, .top_k = 3, .top_p = 0.999F},
  };
  for (const std::size_t vocab : {std::size_t{320}, std::size_t{3001}}) {
    std::vector<float> logits = random_floats(rng, static_cast<std::int64_t>(vocab), 6.0);
    logits[5] = kNan;
    logits[6] = -kInfinity;
    // Ties, at the cut of top_k = 7 among others.
    for (std::size_t i = 10; i < 40; i += 3) logits[i] = 6.25F;
    for (RowSampling params : cases) {
      for (int round = 0; round < (kEmulated ? 3 : 20); ++round) {
        params.unit = rng.unit();
        CAPTURE(vocab, params.temperature, params.top_k, params.top_p, params.unit);
        const std::int32_t token = draw(logits, {params})[0];
        const Allowed wanted = allowed(logits, params);
        REQUIRE(std::find(wanted.ids.begin(), wanted.ids.end(), token) != wanted.ids.end());
        // Tokens in the order of their ids: the drawn one's part of the sum has the unit in it.
        const double top = static_cast<double>(logits[static_cast<std::size_t>(wanted.ids[0])]);
        double before = 0;
        double after = 0;
        for (const std::int32_t id : wanted.ids) {
          const double weight =
              std::exp((static_cast<double>(logits[static_cast<std::size_t>(id)]) - top) /
                       static_cast<double>(params.temperature));
          if (id < token) before += weight;
          if (id <= token) after += weight;
        }
        CHECK(before / wanted.total <= params.unit + 1e-5);
        CHECK(after / wanted.total >= params.unit - 1e-5);
      }
    }
  }
}

TEST_CASE("cuda::dequantize: every element rounded to BF16 once") {
  if (!device_answers()) return;
  Rng rng(32, "cuda", "dequantize");
  for (const TensorType type : kTypes) {
    if (!is_packed(type)) continue;
    const std::int64_t columns = tensor_block(type).elements > 32 ? 768 : 224;
    const TestMatrix matrix(rng, type, 21, columns);
    const auto out = device_room<std::uint16_t>(21 * columns);
    REQUIRE(dequantize(matrix.matrix, out.data(), nullptr).has_value());
    const std::vector<std::uint16_t> bits = to_host(out);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      REQUIRE(bits[i] == bf16_from_float(matrix.wanted[i]));
    }
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
