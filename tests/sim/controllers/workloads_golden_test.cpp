#include <catch2/catch.hpp>

#include "tests/sim/controllers/workloads_world.h"

TEST_CASE("workloads: the golden cases") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("workloads", inferlab::make_workloads_world)) {
    FAIL_CHECK(failure);
  }
}
