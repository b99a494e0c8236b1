// Each CUDA kernel against the CPU function of the same name.

#include "engine/backend/cuda/rms_norm.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "engine/backend/cuda/device_buffer.h"
#include "engine/backend/cuda/devices.h"
#include "engine/backend/reference/rms_norm.h"
#include "engine/base/rng.h"

namespace inferlab {
namespace {

// Both sum up to 4096 squares in fp32, in different orders; the CPU result itself is off by about
// 1e-6 relative at that width.
constexpr float kTolerance = 4e-6F;  // relative to the largest magnitude, which is about 2

TEST_CASE("cuda::rms_norm: equals reference::rms_norm for any width") {
  const auto devices = cuda::devices();
  if (!devices.has_value() || devices->empty()) {
    // ctest counts a test that says so as skipped.
    WARN("SKIPPED: " << (devices.has_value() ? "no CUDA device" : devices.error().message));
    return;
  }
  Rng rng(5, "cuda", "rms_norm");
  for (const std::int64_t width : {1, 31, 32, 33, 256, 257, 1000, 4096}) {
    for (const std::int64_t num_rows : {1, 3, 70}) {
      CAPTURE(width, num_rows);
      std::vector<float> x(static_cast<std::size_t>(num_rows * width));
      std::vector<float> weight(static_cast<std::size_t>(width));
      for (float& value : x) value = static_cast<float>(rng.unit() * 8.0 - 4.0);
      for (float& value : weight) value = static_cast<float>(rng.unit() + 0.5);
      std::vector<float> expected(x.size());
      reference::rms_norm(x.data(), weight.data(), 1e-5F, num_rows, width, expected.data());

      const auto device_x = cuda::DeviceBuffer::from(x);
      const auto device_weight = cuda::DeviceBuffer::from(weight);
      REQUIRE(device_x.has_value());
      REQUIRE(device_weight.has_value());
      // In place, the harder case.
      REQUIRE(cuda::rms_norm(device_x->data(), device_weight->data(), 1e-5F, num_rows, width,
                             device_x->data())
                  .has_value());
      std::vector<float> actual(x.size());
      REQUIRE(device_x->copy_to(actual).has_value());
      float worst = 0.0F;
      for (std::size_t i = 0; i < x.size(); ++i) {
        worst = std::max(worst, std::abs(actual[i] - expected[i]));
      }
      CHECK(worst <= kTolerance);
    }
  }
}

}  // namespace
}  // namespace inferlab
