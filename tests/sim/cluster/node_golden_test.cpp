#include <catch2/catch.hpp>

#include "tests/sim/cluster/node_world.h"

TEST_CASE("node: the golden cases") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("node", inferlab::make_node_world)) {
    FAIL_CHECK(failure);
  }
}
