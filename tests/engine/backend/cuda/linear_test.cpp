// The matrix kernels against sums in double precision and against the reference.

#include "engine/backend/cuda/linear.h"

#include "engine/backend/reference/matmul.h"
#include "tests/engine/backend/cuda/device_test.h"

namespace inferlab::cuda::test {
namespace {

// Against exact sums of the same factors: fp32 accumulation. Tensor cores may cut off bits where
// the processor rounds.
constexpr double kSumTolerance = kEmulated ? 2e-6 : 1e-5;

/// ||y - reference|| / ||reference||: what the form of x loses, for random x.
double reference_tolerance(Form form) {
  switch (form) {
    case Form::kF32:
      return 2e-6;
    case Form::kF16:
      return 5e-4;
    case Form::kBF16:
      return 4e-3;
    case Form::kQ8:
      return 1e-2;
  }
  return 0;
}

std::vector<float> multiply(const TestMatrix& w, const TestRows& x, std::int64_t num_rows) {
  const auto y = device_room<float>(num_rows * w.matrix.rows);
  const LinearArgs args = {
      .w = w.matrix, .x = x.rows(), .num_rows = num_rows, .y = y.data(), .y_stride = w.matrix.rows};
  REQUIRE(linear(args, nullptr).has_value());
  return to_host(y);
}

struct Shape {
  std::int64_t rows, columns;
};

TEST_CASE("cuda::linear: every type, and a row gives the same bits alone and among others") {
  if (!device_answers()) return;
  Rng rng(3, "cuda", "linear");
  for (const TensorType type : kTypes) {
    const bool super = tensor_block(type).elements > 32;
    std::vector<Shape> shapes = {{37, super ? 512 : 96}, {16, super ? 2560 : 1184}};
    if (!kEmulated) shapes.push_back({1024, 4096});
    for (const Shape& shape : shapes) {
      const TestMatrix w(rng, type, shape.rows, shape.columns);
      constexpr std::int64_t kMost = 70;
      const std::vector<float> plain = random_floats(rng, kMost * shape.columns, 3.0);
      const TestRows x(form_for(type), plain, kMost);
      const std::vector<float> all = multiply(w, x, kMost);
      CAPTURE(std::string(tensor_type_name(type)), shape.rows, shape.columns);
      std::vector<float> exact(all.size());
      for (std::int64_t t = 0; t < kMost; ++t) {
        for (std::int64_t r = 0; r < shape.rows; ++r) {
          double sum = 0;
          for (std::int64_t c = 0; c < shape.columns; ++c) {
            sum += static_cast<double>(w.wanted[static_cast<std::size_t>(r * shape.columns + c)]) *
                   static_cast<double>(x.wanted[static_cast<std::size_t>(t * shape.columns + c)]);
          }
          exact[static_cast<std::size_t>(t * shape.rows + r)] = static_cast<float>(sum);
        }
      }
      CHECK(relative_error(all, exact) < kSumTolerance);
      std::vector<float> expected(all.size());
      std::vector<float> scratch;
      const Matrix matrix = {
          .type = type, .rows = shape.rows, .columns = shape.columns, .data = w.bytes};
      reference::matmul(matrix, plain.data(), kMost, expected.data(), scratch);
      CHECK(relative_error(all, expected) < reference_tolerance(form_for(type)));
      for (const std::int64_t count : {1, 8, 9, 17, 33}) {
        const std::vector<float> some = multiply(w, x, count);
        CAPTURE(count);
        REQUIRE(same_bits(some, std::span(all).first(some.size())));
      }
    }
  }
}

}  // namespace
}  // namespace inferlab::cuda::test
