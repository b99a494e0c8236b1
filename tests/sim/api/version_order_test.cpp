#include "sim/api/version_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

TEST_CASE("versions: the order in which a group prefers them") {
  // The example of the documentation, which is in order.
  const std::vector<std::string> wanted = {"v10",      "v2",      "v1",        "v11beta2",
                                           "v10beta3", "v3beta1", "v12alpha1", "v11alpha2",
                                           "foo1",     "foo10"};
  std::vector<std::string> sorted = wanted;
  std::reverse(sorted.begin(), sorted.end());
  std::sort(sorted.begin(), sorted.end(), inferlab::sim::version_comes_before);
  CHECK(sorted == wanted);
  CHECK_FALSE(inferlab::sim::version_comes_before("v1", "v1"));
  // None of that form.
  CHECK(inferlab::sim::version_comes_before("v1alpha1", "v1gamma1"));
  CHECK(inferlab::sim::version_comes_before("v1alpha1", "v01"));
  CHECK(inferlab::sim::version_comes_before("v1alpha1", "v"));
  CHECK(inferlab::sim::version_comes_before("v1alpha1", "v1beta1x"));
}
