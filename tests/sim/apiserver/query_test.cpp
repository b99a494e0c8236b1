#include "sim/apiserver/query.h"

#include <catch2/catch.hpp>

namespace inferlab::sim {
namespace {

TEST_CASE("query: what follows the first equals sign is the value") {
  const Query query =
      query_of("/api/v1/pods?fieldSelector=metadata.name=a&labelSelector=app==web,x!=y&watch");
  CHECK(query.find("fieldSelector")->second == "metadata.name=a");
  CHECK(query.find("labelSelector")->second == "app==web,x!=y");
  CHECK(query.find("watch")->second.empty());
  CHECK(query.size() == 3);
}

TEST_CASE("query: escapes are undone, and what is broken is passed over") {
  const Query query =
      query_of("/x?labelSelector=a+in+%281%2C2%29&&=v&bad=%2&worse=%zz&semi=a;b&a=1&a=2");
  CHECK(query.find("labelSelector")->second == "a in (1,2)");
  CHECK(query.find("")->second == "v");
  CHECK(query.count("a") == 2);
  CHECK(query.find("a")->second == "1");
  for (const char* name : {"bad", "worse", "semi"}) CHECK_FALSE(query.contains(name));
  CHECK(query_of("/x").empty());
  CHECK(query_of("/x?").empty());
}

}  // namespace
}  // namespace inferlab::sim
