#include "engine/model/stable_math.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/base/rng.h"

namespace inferlab {
namespace {

TEST_CASE("stable_math: agrees with the C library") {
  Rng rng(1, "stable_math", "errors");
  double exp_error = 0.0;
  double exp_float_error = 0.0;
  double log_error = 0.0;
  double turn_error = 0.0;
  for (int i = 0; i < 20000; ++i) {
    const double x = (rng.unit() - 0.5) * 170.0;
    exp_error = std::max(exp_error, std::abs(stable_exp(x) / std::exp(x) - 1.0));
    const auto f = static_cast<float>(x);
    const double exact = std::exp(static_cast<double>(f));
    exp_float_error =
        std::max(exp_float_error, std::abs(static_cast<double>(stable_exp(f)) / exact - 1.0));
    const double positive = std::exp(x);
    log_error = std::max(log_error, std::abs(stable_log(positive) - std::log(positive)) /
                                        std::max(1.0, std::abs(std::log(positive))));
    const double angle = rng.unit() * 1e6;
    const SinCos turn = stable_sincos(angle);
    turn_error = std::max(
        {turn_error, std::abs(turn.sin - std::sin(angle)), std::abs(turn.cos - std::cos(angle))});
  }
  CHECK(exp_error < 1e-14);
  CHECK(exp_float_error < 2e-7);
  CHECK(log_error < 1e-15);
  CHECK(turn_error < 1e-15);
}

TEST_CASE("stable_math: the ends of the range") {
  CHECK(stable_exp(0.0F) == 1.0F);
  CHECK(stable_exp(-1000.0F) == 0.0F);
  CHECK(stable_exp(1000.0F) == std::numeric_limits<float>::infinity());
  CHECK(stable_exp(-std::numeric_limits<float>::infinity()) == 0.0F);
  CHECK(std::isnan(stable_exp(std::numeric_limits<float>::quiet_NaN())));
  CHECK(stable_exp(-1000.0) == 0.0);
  CHECK(stable_log(1.0) == 0.0);
  CHECK(stable_sincos(0.0).sin == 0.0);
  CHECK(stable_sincos(0.0).cos == 1.0);
}

}  // namespace
}  // namespace inferlab
