// The norm against the CPU function of the same name, in every form that it writes.

#include "engine/backend/cuda/rms_norm.h"

#include "engine/backend/reference/rms_norm.h"
#include "tests/engine/backend/cuda/device_test.h"

namespace inferlab::cuda::test {
namespace {

// Both sum up to 4096 squares in fp32, in different orders.
constexpr double kTolerance = 1e-6;

struct Result {
  std::vector<float> hidden;
  std::vector<std::uint8_t> values;
  std::vector<float> scales;
  std::vector<std::uint32_t> sums;
};

Result run(std::span<const float> hidden, std::span<const float> delta,
           const std::vector<float>& weight, const std::vector<std::int32_t>& rows, Form form) {
  const auto width = std::ssize(weight);
  const std::int64_t num_rows = rows.empty() ? std::ssize(hidden) / width : std::ssize(rows);
  const auto device_hidden = to_device(std::vector<float>(hidden.begin(), hidden.end()));
  const auto device_delta = to_device(std::vector<float>(delta.begin(), delta.end()));
  const auto device_weight = to_device(weight);
  const auto device_rows = to_device(rows);
  const std::int64_t stride = form_stride(form, width);
  const auto values = device_room<std::uint8_t>(num_rows * stride * form_element_bytes(form));
  const auto scales = device_room<float>(num_rows * stride / 32);
  const auto sums = device_room<std::uint32_t>(num_rows * stride / 32);
  const RmsNormArgs args = {
      .hidden = device_hidden.data(),
      .delta = delta.empty() ? nullptr : device_delta.data(),
      .weight = device_weight.data(),
      .eps = 1e-5F,
      .num_rows = num_rows,
      .width = width,
      .rows = rows.empty() ? nullptr : device_rows.data(),
      .form = form,
      .out = {
          .values = values.data(), .scales = scales.data(), .sums = sums.data(), .stride = stride}};
  REQUIRE(rms_norm(args, nullptr).has_value());
  return {to_host(device_hidden), to_host(values), to_host(scales), to_host(sums)};
}

/// The values of F32 rows, without what fills them up, which must be zeros.
std::vector<float> plain_values(const Result& result, std::int64_t num_rows, std::int64_t width) {
  std::vector<float> padded(result.values.size() / sizeof(float));
  std::memcpy(padded.data(), result.values.data(), result.values.size());
  const std::int64_t stride = std::ssize(padded) / num_rows;
  std::vector<float> values;
  for (std::int64_t r = 0; r < num_rows; ++r) {
    for (std::int64_t c = 0; c < stride; ++c) {
      const float value = padded[static_cast<std::size_t>(r * stride + c)];
      if (c < width) {
        values.push_back(value);
      } else {
        REQUIRE(value == 0.0F);
      }
    }
  }
  return values;
}

TEST_CASE("cuda::rms_norm: equals reference::rms_norm for any width, with what is added first") {
  if (!device_answers()) return;
  Rng rng(5, "cuda", "rms_norm");
  for (const std::int64_t width : {1, 31, 32, 33, 257, 1000, 4096}) {
    for (const bool add : {false, true}) {
      CAPTURE(width, add);
      const std::int64_t num_rows = 3;
      const std::vector<float> x = random_floats(rng, num_rows * width, 4.0);
      const std::vector<float> delta = random_floats(rng, add ? num_rows * width : 0, 1.0);
      std::vector<float> weight = random_floats(rng, width, 0.5);
      for (float& value : weight) value += 1.0F;
      std::vector<float> sum = x;
      for (std::size_t i = 0; i < delta.size(); ++i) sum[i] += delta[i];
      std::vector<float> expected(x.size());
      reference::rms_norm(sum.data(), weight.data(), 1e-5F, num_rows, width, expected.data());
      const Result result = run(x, delta, weight, {}, Form::kF32);
      const std::vector<float> values = plain_values(result, num_rows, width);
      CHECK(relative_error(values, expected) < kTolerance);
      CHECK(same_bits(result.hidden, sum));
      // Some rows alone, the last first: the residual stream stays as it was.
      const Result some = run(x, delta, weight, {2, 0}, Form::kF32);
      CHECK(same_bits(some.hidden, x));
      const std::vector<float> picked = plain_values(some, 2, width);
      const auto count = static_cast<std::size_t>(width);
      CHECK(same_bits(std::span(picked).first(count), std::span(values).subspan(2 * count, count)));
      CHECK(same_bits(std::span(picked).last(count), std::span(values).first(count)));
    }
  }
}

TEST_CASE("cuda::rms_norm: every form holds the F32 result, rounded") {
  if (!device_answers()) return;
  Rng rng(6, "cuda", "forms");
  for (const std::int64_t width : {48, 160, 512}) {
    const std::vector<float> x = random_floats(rng, 2 * width, 4.0);
    const std::vector<float> weight = random_floats(rng, width, 1.0);
    const std::vector<float> plain = plain_values(run(x, {}, weight, {}, Form::kF32), 2, width);
    for (const Form form : {Form::kBF16, Form::kF16, Form::kQ8}) {
      CAPTURE(width, static_cast<int>(form));
      const Result result = run(x, {}, weight, {}, form);
      const TestRows wanted(form, plain, 2);
      CHECK(result.values == wanted.values);
      if (form != Form::kQ8) continue;
      CHECK(same_bits(result.scales, wanted.scales));
      CHECK(result.sums == wanted.sums);
    }
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
