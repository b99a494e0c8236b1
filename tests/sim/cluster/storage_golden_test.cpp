#include <catch2/catch.hpp>

#include "tests/sim/cluster/storage_world.h"

TEST_CASE("storage: the golden cases") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("storage", inferlab::make_storage_world)) {
    FAIL_CHECK(failure);
  }
}
