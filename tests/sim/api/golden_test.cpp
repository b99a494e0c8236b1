#include <catch2/catch.hpp>

#include "tests/sim/api/api_world.h"

TEST_CASE("API: answers are those of the golden cases", "[golden]") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("api", inferlab::sim::make_api_world)) {
    FAIL_CHECK(failure);
  }
}
