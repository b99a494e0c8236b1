#include "sim/controllers/job_indexes.h"

#include <catch2/catch.hpp>
#include <set>

#include "engine/base/rng.h"

namespace inferlab::sim {

TEST_CASE("job indexes: neighbours join; two of them are a pair, more are a range") {
  IndexSet indexes;
  for (const std::int64_t index : {5, 0, 2, 1, 7, 8}) indexes.add(index);
  CHECK(indexes.str() == "0-2,5,7,8");
  CHECK(indexes.size() == 6);
  CHECK(indexes.missing(3, 10) == std::vector<std::int64_t>{3, 4, 6});
  CHECK(indexes.missing(9, 10) == std::vector<std::int64_t>{3, 4, 6, 9});
}

TEST_CASE("job indexes: what is broken or out of range is left out") {
  CHECK(IndexSet::parse("0-2,x,4-,5-3,-1,7-20,30", 10).str() == "0-2,7-9");
  CHECK(IndexSet::parse("", 10).empty());
}

TEST_CASE("job indexes: they are a set, whatever comes in whatever order") {
  Rng rng(7);
  for (int round = 0; round < 200; ++round) {
    IndexSet indexes;
    std::set<std::int64_t> model;
    for (int i = 0; i < 30; ++i) {
      const auto index = static_cast<std::int64_t>(rng.below(40));
      indexes.add(index);
      model.insert(index);
    }
    INFO(indexes.str());
    for (std::int64_t i = 0; i < 40; ++i) CHECK(indexes.contains(i) == model.contains(i));
    CHECK(indexes.size() == static_cast<std::int64_t>(model.size()));
    CHECK(IndexSet::parse(indexes.str(), 40).str() == indexes.str());
    CHECK(indexes.common_with(IndexSet::parse("0-9", 40)) ==
          std::distance(model.begin(), model.lower_bound(10)));
  }
}

}  // namespace inferlab::sim
