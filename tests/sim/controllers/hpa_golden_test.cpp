#include <catch2/catch.hpp>

#include "tests/sim/controllers/hpa_world.h"

TEST_CASE("HorizontalPodAutoscaler: the golden cases of its arithmetic") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("hpa", inferlab::make_hpa_world)) {
    FAIL_CHECK(failure);
  }
}
