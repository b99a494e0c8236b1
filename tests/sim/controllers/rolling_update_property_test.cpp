// Over many seeds: however slowly and oddly Pods become Ready, a rolling update keeps its promise.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "engine/base/rng.h"
#include "sim/controllers/deployment_math.h"
#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

using sim::PodView;

struct Outcome {
  std::uint64_t trace = 0;
  std::uint64_t revision = 0;
  std::vector<std::string> violations;
  std::string sets;
};

Outcome play(std::uint64_t seed) {
  ControllersWorld world(seed);
  Rng rng(seed, "test", "rolling-update");
  const auto replicas = static_cast<int>(rng.between(std::int64_t{1}, std::int64_t{12}));
  const std::int64_t surge = rng.between(std::int64_t{0}, std::int64_t{100});
  const std::int64_t unavailable = rng.between(std::int64_t{surge == 0 ? 1 : 0}, std::int64_t{100});
  world.create_node("w1");
  world.create_deployment(
      replicas,
      fmt::format(
          R"("strategy":{{"type":"RollingUpdate","rollingUpdate":{{"maxSurge":"{}%","maxUnavailable":"{}%"}}}},)",
          surge, unavailable));
  Outcome out;
  int version = 1;
  bool was_up = false;
  for (int round = 0; round < 400; ++round) {
    world.run_for(rng.between(Duration(1ms), Duration(300ms)));
    for (const std::string& name :
         world.pods([](const PodView& pod) { return pod.node_name.empty(); })) {
      world.bind(name, "w1");
    }
    if (rng.below(3) != 0) world.make_some_ready(static_cast<int>(rng.below(3)));
    if (rng.below(3) == 0) world.finalize_pods();
    if (was_up && round % 100 == 50) world.set_image(fmt::format("v{}", ++version));

    const sim::ObjectPtr deployment = world.store.get({"deployments.apps", "default", "web"});
    const auto& view = deployment->view<sim::DeploymentView>();
    const auto available = static_cast<std::int64_t>(
        world.pods([](const PodView& pod) { return pod.ready && !pod.meta.deletion_timestamp; })
            .size());
    const auto active = static_cast<std::int64_t>(
        world.pods([](const PodView& pod) { return !pod.meta.deletion_timestamp; }).size());
    was_up = was_up || available == replicas;
    if (was_up && available < replicas - sim::max_unavailable(view)) {
      out.violations.push_back(
          fmt::format("round {}: {} of {} available", round, available, replicas));
    }
    if (active > replicas + sim::max_surge(view)) {
      out.violations.push_back(fmt::format("round {}: {} Pods for {}", round, active, replicas));
    }
  }
  for (int round = 0; round < 100; ++round) {
    world.settle();
    world.make_some_ready(100);
    world.finalize_pods();
  }
  out.trace = world.simulation.trace().digest();
  out.revision = world.store.revision();
  out.sets = world.counts();
  const std::string wanted =
      fmt::format("{0} updated {0} ready {0} available {0} unavailable 0", replicas);
  if (out.sets != wanted) out.violations.push_back("did not end: " + out.sets);
  return out;
}

}  // namespace

TEST_CASE("a rolling update keeps its Pods available and its surge bounded", "[seeds]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    const Outcome first = play(seed);
    CHECK(first.violations == std::vector<std::string>{});
    if (seed > 2) continue;
    const Outcome second = play(seed);
    CHECK(first.trace == second.trace);
    CHECK(first.revision == second.revision);
  }
}

}  // namespace inferlab
