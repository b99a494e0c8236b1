// Over many seeds: however slowly Pods become Ready, an update of a DaemonSet keeps its promise.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "engine/base/rng.h"
#include "sim/controllers/daemonset_pods.h"
#include "tests/sim/controllers/sets_world.h"

namespace inferlab {
namespace {

using sim::ObjectPtr;
using sim::PodView;

constexpr std::string_view kSets = "daemonsets.apps";

struct Look {
  int served = 0;   // nodes with a Pod that is Ready and stays
  int surging = 0;  // nodes with two Pods that stay
  int crowded = 0;  // nodes with more
};

Look look_at(const SetsWorld& world) {
  std::map<std::string, int> staying;
  std::set<std::string> ready;
  for (const ObjectPtr& pod : world.list("pods")) {
    const PodView& view = pod->view<PodView>();
    if (view.meta.deletion_timestamp) continue;
    const std::string node = sim::target_node(*pod);
    ++staying[node];
    if (view.ready) ready.insert(node);
  }
  Look out{.served = static_cast<int>(ready.size())};
  for (const auto& [node, pods] : staying) {
    if (pods == 2) ++out.surging;
    if (pods > 2) ++out.crowded;
  }
  return out;
}

std::vector<std::string> violations_of(std::uint64_t seed) {
  SetsWorld world(seed);
  Rng rng(seed, "test", "daemon-set");
  const auto nodes = static_cast<int>(rng.between(std::int64_t{1}, std::int64_t{8}));
  for (int i = 1; i <= nodes; ++i) world.create_node(fmt::format("w{}", i));
  const bool surges = rng.below(2) == 0;
  const auto limit = static_cast<int>(rng.between(std::int64_t{1}, std::int64_t{3}));
  world.create_daemon_set(fmt::format(
      R"("updateStrategy":{{"type":"RollingUpdate","rollingUpdate":{{"maxSurge":{},"maxUnavailable":{}}}}},)",
      surges ? limit : 0, surges ? 0 : limit));
  world.bring_up();
  std::vector<std::string> violations;
  const int must_be_served = surges ? nodes : nodes - limit;
  for (int round = 0; round < 200; ++round) {
    if (round % 60 == 10) world.set_image_of(kSets, fmt::format("v{}", round));
    world.run_for(rng.between(Duration(1ms), Duration(300ms)));
    world.bind_all();
    if (rng.below(3) != 0) world.make_some_ready(static_cast<int>(rng.below(3)));
    if (rng.below(3) == 0) world.finalize_pods();
    const Look seen = look_at(world);
    if (seen.served < must_be_served || seen.crowded > 0 || seen.surging > (surges ? limit : 0)) {
      violations.push_back(fmt::format(
          "round {}: {} of {} nodes served, {} surging, {} crowded; limit {} of {}", round,
          seen.served, nodes, seen.surging, seen.crowded, limit, surges ? "surge" : "unavailable"));
    }
  }
  for (int round = 0; round < 30; ++round) {
    world.bring_up();
    world.finalize_pods();
  }
  const std::string wanted =
      fmt::format("{0} of {0} ready {0} available {0} updated {0} misplaced 0", nodes);
  if (world.daemon_counts() != wanted) {
    violations.push_back("did not end: " + world.daemon_counts());
  }
  return violations;
}

}  // namespace

TEST_CASE("an update of a DaemonSet leaves no more nodes without a Pod than it may", "[seeds]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    CHECK(violations_of(seed) == std::vector<std::string>{});
  }
}

}  // namespace inferlab
