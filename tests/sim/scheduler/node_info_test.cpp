#include "sim/scheduler/node_info.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/api/json.h"
#include "sim/scheduler/plugins/allocation_score.h"

namespace inferlab::sim {
namespace {

const std::vector<ScoredResource> kResources = {{"cpu", 1}, {"memory", 1}};

PodInfoPtr pod(Store& store, const std::string& name, const std::string& spec) {
  const ObjectKey key{"pods", "default", name};
  const Value document =
      parse_json(
          fmt::format(
              R"({{"metadata":{{"name":"{0}","uid":"{0}","namespace":"default"}},"spec":{1}}})",
              name, spec))
          .value_or(Value());
  REQUIRE_FALSE(document.is_null());
  store.put(key, document, Time{});
  return std::make_shared<PodInfo>(store.get(key));
}

NodeInfo node(Store& store) {
  const ObjectKey key{"nodes", "", "n"};
  store.put(key,
            parse_json(R"({"metadata":{"name":"n"},"status":{"allocatable":
                {"cpu":"9E","memory":"9E","pods":"110"}}})")
                .value_or(Value()),
            Time{});
  return NodeInfo(store.get(key));
}

TEST_CASE("PodInfo: sidecars count beside the containers, other init containers before them") {
  Store store;
  const PodInfoPtr info = pod(store, "p", R"({
    "containers":[{"name":"a","resources":{"requests":{"cpu":"300m"}}}],
    "initContainers":[
      {"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"200m"}}},
      {"name":"i","resources":{"requests":{"cpu":"1"}}},
      {"name":"t","restartPolicy":"Always"}]})");
  CHECK(info->requests.milli_cpu == 1200);
  CHECK(info->nonzero_cpu == 1200);                   // s + i, more than a + s + t
  CHECK(info->nonzero_memory == 3 * kDefaultMemory);  // a + s + t, more than s + i
}

TEST_CASE("NodeInfo: amounts past all bounds neither run over nor leave anything behind") {
  Store store;
  NodeInfo info = node(store);
  const std::string most = R"({"containers":[
    {"name":"a","resources":{"requests":{"cpu":"9E","memory":"9E","x.io/y":"9E"}}},
    {"name":"b","resources":{"requests":{"cpu":"9E","memory":"9E","x.io/y":"9E"}}}],
    "overhead":{"cpu":"9E","memory":"9E"}})";
  std::vector<PodInfoPtr> pods;
  for (int i = 0; i < 200; ++i) pods.push_back(pod(store, fmt::format("p{}", i), most));
  for (const PodInfoPtr& one : pods) {
    const std::int64_t score = least_allocated_score(kResources, *one, info);
    CHECK((score >= 0 && score <= 100));
    const std::int64_t balance = balanced_allocation_score(kResources, *one, info);
    CHECK((balance >= 0 && balance <= 100));
    info.add_pod(one);
    REQUIRE(info.requested.memory > 0);
    REQUIRE(info.nonzero_cpu > 0);
  }
  for (const PodInfoPtr& one : pods) info.remove_pod(*one);
  CHECK(info.requested.milli_cpu == 0);
  CHECK(info.requested.memory == 0);
  CHECK(info.requested.scalar("x.io/y") == 0);
  CHECK(info.nonzero_memory == 0);
}

TEST_CASE("saturated_sum: stops at the ends") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  CHECK(saturated_sum(kMost, 1) == kMost);
  CHECK(saturated_sum(-kMost, -kMost) == std::numeric_limits<std::int64_t>::min());
  CHECK(saturated_sum(2, -3) == -1);
}

}  // namespace
}  // namespace inferlab::sim
