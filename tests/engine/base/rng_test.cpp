#include "engine/base/rng.h"

#include <catch2/catch.hpp>

using namespace inferlab;

TEST_CASE("Rng: a named stream gives these numbers on every machine") {
  Rng rng(7, "kubelet", "gpu-0");
  const std::uint64_t first = rng.next();
  Rng again(7, "kubelet", "gpu-0");
  CHECK(again.next() == first);
  CHECK(Rng(7, "kubelet", "gpu-1").next() != first);
  CHECK(Rng(8, "kubelet", "gpu-0").next() != first);
  // Boundaries between the names count.
  CHECK(Rng(7, "kubeletg", "pu-0").next() != first);
}

TEST_CASE("Rng: below() stays below and reaches every value") {
  Rng rng(1);
  std::array<int, 5> seen{};
  for (int i = 0; i < 5000; ++i) ++seen.at(rng.below(5));
  for (const int count : seen) CHECK(count > 800);
}

TEST_CASE("Rng: between() takes the whole range of int64") {
  Rng rng(1);
  CHECK(rng.between(3, 3) == 3);
  for (int i = 0; i < 100; ++i) (void)rng.between(INT64_MIN, INT64_MAX);
}

TEST_CASE("Rng: exponential() has the mean it was asked for") {
  Rng rng(3);
  Duration sum{};
  for (int i = 0; i < 20000; ++i) sum += rng.exponential(100ms);
  CHECK(to_seconds(sum) / 20000 == Approx(0.1).epsilon(0.05));
}
