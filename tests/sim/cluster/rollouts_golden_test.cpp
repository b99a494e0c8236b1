#include <catch2/catch.hpp>

#include "tests/sim/cluster/rollouts_world.h"

TEST_CASE("rollouts: the golden cases") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("rollouts", inferlab::make_rollouts_world)) {
    FAIL_CHECK(failure);
  }
}
