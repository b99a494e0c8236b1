#include "engine/model/logprobs.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace inferlab {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<std::int32_t> ids_of(const TokenLogprobs& logprobs) {
  std::vector<std::int32_t> ids;
  for (const TokenLogprob& entry : logprobs.top) ids.push_back(entry.id);
  return ids;
}

}  // namespace

TEST_CASE("logprobs_of: the logarithm of the softmax, with rank and the likeliest") {
  // Probabilities 0.1, 0.5, 0.25, 0.15, moved by a constant that changes nothing.
  std::vector<float> logits;
  for (const double p : {0.1, 0.5, 0.25, 0.15}) {
    logits.push_back(static_cast<float>(std::log(p) + 40.0));
  }
  const TokenLogprobs logprobs = logprobs_of(logits, 3, 2);
  CHECK(logprobs.token.id == 3);
  CHECK(logprobs.token.rank == 3);
  CHECK(logprobs.token.logprob == Approx(std::log(0.15)).epsilon(1e-5));
  CHECK(ids_of(logprobs) == std::vector<std::int32_t>{1, 2});
  CHECK(logprobs.top[0].rank == 1);
  CHECK(logprobs.top[0].logprob == Approx(std::log(0.5)).epsilon(1e-5));
  CHECK(logprobs_of(logits, 0, 0).top.empty());
  CHECK(ids_of(logprobs_of(logits, 0, -1)) == std::vector<std::int32_t>{1, 2, 3, 0});
  CHECK(logprobs_of(logits, 0, 99).top.size() == 4);
}

TEST_CASE("logprobs_of: of equals the lowest id comes first, and all count for the rank") {
  const std::vector<float> logits = {1.0F, 2.0F, 2.0F, 1.0F};
  CHECK(ids_of(logprobs_of(logits, 1, 3)) == std::vector<std::int32_t>{1, 2, 0});
  CHECK(logprobs_of(logits, 2, 0).token.rank == 2);
  CHECK(logprobs_of(logits, 3, 0).token.rank == 4);
}

TEST_CASE("logprobs_of: odd logits") {
  const std::vector<float> some = {kNan, -kInfinity, 0.0F, 0.0F};
  CHECK(logprobs_of(some, 2, 0).token.logprob == Approx(std::log(0.5)));
  CHECK(logprobs_of(some, 0, 0).token.logprob == -kInfinity);
  CHECK(logprobs_of(some, 1, 0).token.rank == 4);
  const std::vector<float> certain = {1.0F, kInfinity};
  CHECK(logprobs_of(certain, 1, 0).token.logprob == 0.0F);
  CHECK(logprobs_of(certain, 0, 0).token.logprob == -kInfinity);
  const std::vector<float> none = {kNan, kNan};
  CHECK(logprobs_of(none, 0, 1).token.logprob == -kInfinity);
}

}  // namespace inferlab
