// A kind, a plugin and a controller are added by one file and one row each: this program is built
// of the project's own libraries, of the three files beside this one, and of the three lists with
// one row more (see CMakeLists.txt here). Nothing else was touched.
#include <catch2/catch.hpp>

#include "sim/api/json.h"
#include "sim/cluster/cluster.h"
#include "sim/scheduler/kube_scheduler.h"

namespace inferlab::sim {
namespace {

constexpr const char* kReservations = "gpureservations.test.inferlab.io";

Value json(const char* text) {
  return parse_json(text).value();
}

struct Fixture {
  Fixture() {
    cluster.run_until(Time(1s));
    create("nodes", "", R"({"metadata":{"name":"n1"},"status":{
        "allocatable":{"cpu":"8","memory":"16Gi","pods":"10"},
        "conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"2040-01-01T00:00:00Z"}]}})");
  }
  ApiResponse create(const char* resource, const char* ns, const char* body) {
    ApiResponse response = cluster.api().create(resource, ns, json(body), "test");
    cluster.run_until(cluster.simulation().now() + 5s);
    return response;
  }
  Cluster cluster{ClusterSpec{}, 1};
};

TEST_CASE("extension: the kind is served, checked, and in the API's documents") {
  Fixture test;
  const Kind* kind =
      test.cluster.api().kinds().by_path("test.inferlab.io", "v1", "gpureservations");
  REQUIRE(kind != nullptr);
  CHECK(kind->columns.size() == 2);
  const ApiResponse refused =
      test.create(kReservations, "default", R"({"metadata":{"name":"a"},"spec":{"gpus":-1}})");
  CHECK(refused.code == 422);
  CHECK(refused.message() ==
        "GpuReservation.test.inferlab.io \"a\" is invalid: spec.gpus: Invalid value: -1: must be "
        "greater than or equal to 0");
  CHECK(test.create(kReservations, "default", R"({"metadata":{"name":"a"},"spec":{"gpus":2}})")
            .code == 201);
}

TEST_CASE("extension: the controller acts on it") {
  Fixture test;
  test.create(kReservations, "default",
              R"({"metadata":{"name":"a"},"spec":{"gpus":2,"node":"n1"}})");
  test.create(kReservations, "default",
              R"({"metadata":{"name":"b"},"spec":{"gpus":2,"node":"n2"}})");
  const auto held = [&](const char* name) {
    return test.cluster.store().get({kReservations, "default", name})->document["status"]["held"];
  };
  CHECK(held("a").as_bool());
  CHECK_FALSE(held("b").as_bool(true));
}

TEST_CASE("extension: the plugin has its say in scheduling") {
  Fixture test;
  test.create(kReservations, "default",
              R"({"metadata":{"name":"a"},"spec":{"gpus":2,"node":"n1"}})");
  test.create("pods", "default",
              R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i:1"}]}})");
  const auto explained = test.cluster.scheduler().explain("default", "p");
  REQUIRE(explained.has_value());
  CHECK(explained->message.find("1 node(s) were reserved") != std::string::npos);
  REQUIRE(explained->nodes.size() == 1);
  CHECK(explained->nodes[0].refusals.front().first == "ReservedNodes");
}

}  // namespace
}  // namespace inferlab::sim
