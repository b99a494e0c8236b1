#include <catch2/catch.hpp>

#include "tests/sim/cluster/gitops_world.h"

TEST_CASE("gitops: the golden cases") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("gitops", inferlab::make_gitops_world)) {
    FAIL_CHECK(failure);
  }
}
