#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "engine/base/rng.h"
#include "sim/api/json.h"
#include "sim/cluster/cluster.h"

namespace inferlab::sim {
namespace {

constexpr std::int64_t kMi = std::int64_t{1} << 20;
constexpr std::int64_t kNodeMemory = 8192 * kMi;
constexpr std::int64_t kThreshold = 100 * kMi;

ClusterSpec one_node() {
  ClusterSpec spec;
  NodePoolSpec pool;
  pool.name = "n";
  pool.memory_bytes = kNodeMemory;
  spec.pools = {pool};
  ImageSpec image;
  image.repository = "r.io/app";
  image.tags = {"v1"};
  image.digest = "sha256:app";
  image.size_bytes = 1'000'000;
  spec.images = {image};
  return spec;
}

void create_pod(Cluster& cluster, int number, bool critical, std::int64_t request,
                std::int64_t used) {
  const auto body = parse_json(fmt::format(
      R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{}","annotations":{{
          "inferlab/memory-usage":"{}Mi"}}}},"spec":{{{}"nodeName":"n-0","containers":[{{
          "name":"main","image":"r.io/app:v1","resources":{{"requests":{{"memory":"{}Mi"}}}}}}]}}}})",
      number, used, critical ? R"("priorityClassName":"system-node-critical",)" : "", request));
  REQUIRE(body.has_value());
  (void)cluster.api().create("pods", "default", *body, "test");
}

void set_use(Cluster& cluster, const ObjectPtr& pod, std::int64_t used) {
  (void)cluster.api().merge_patch(
      pod->key, "",
      Value::object(
          {{"metadata",
            Value::object({{"annotations", Value::object({{"inferlab/memory-usage",
                                                           fmt::format("{}Mi", used)}})}})}}),
      "test");
}

std::int64_t used_by(const StoredObject& pod) {
  if (pod.document["status"]["phase"].as_string() != "Running") return 0;
  const Value& use = pod.document["metadata"]["annotations"]["inferlab/memory-usage"];
  const bool is_up =
      pod.document["status"]["containerStatuses"][std::size_t{0}]["state"].has("running");
  return is_up ? Quantity::parse(use.as_string())->units() : 0;
}

/// A minute in which Pods come and change what they use, then three in which they do not.
std::uint64_t run(std::uint64_t seed) {
  Rng rng(seed);
  Cluster cluster(one_node(), seed);
  int pods = 0;
  for (int step = 0; step < 30; ++step) {
    cluster.run_until(cluster.simulation().now() + 2s);
    const std::int64_t used = rng.between(0, 3000);
    if (pods < 8) {
      create_pod(cluster, pods++, rng.between(0, 5) == 0, rng.between(1, 900), used);
      continue;
    }
    const std::vector<ObjectPtr> all = cluster.store().list("pods");
    if (!all.empty()) {
      set_use(
          cluster,
          all[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(all.size()) - 1))],
          used);
    }
  }
  cluster.run_until(cluster.simulation().now() + 180s);
  std::int64_t sum = 512 * kMi;
  bool has_evictable = false;
  for (const ObjectPtr& pod : cluster.store().list("pods")) {
    const bool is_critical = !pod->document["spec"]["priorityClassName"].empty();
    const Value& status = pod->document["status"];
    if (status["reason"].as_string() == "Evicted") CHECK_FALSE(is_critical);
    if (status["phase"].as_string() == "Failed") CHECK(!status["reason"].empty());
    sum += used_by(*pod);
    has_evictable = has_evictable || (!is_critical && status["phase"].as_string() == "Running");
  }
  CHECK(sum <= kNodeMemory);  // the kernel sees to that at once
  // And the kubelet to the rest, as long as it may end a Pod.
  if (has_evictable) CHECK(kNodeMemory - sum >= kThreshold);
  return cluster.run_hash();
}

TEST_CASE("node: pressure ends when it can, critical Pods stay, and a run is a run", "[seeds]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    CHECK(run(seed) == run(seed));
  }
}

}  // namespace
}  // namespace inferlab::sim
