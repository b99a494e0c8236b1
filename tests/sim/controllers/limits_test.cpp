// What a manifest may ask for without end is taken in steps, and time limits are kept.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <optional>

#include "sim/controllers/deployment_math.h"
#include "sim/controllers/pod_ranking.h"
#include "sim/controllers/rate_limiter.h"
#include "sim/controllers/work_queue.h"
#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

using sim::ObjectKey;
using sim::ObjectPtr;
using sim::Value;

Time at(Duration since_start) {
  return Time{} + since_start;
}

/// Pods "a", "b" … of these last members of status, in the order in which they would be deleted;
/// plainly, as a Job does it, without a time.
std::string ranked(const std::vector<std::string>& statuses, std::optional<Time> now) {
  sim::Store store;
  std::vector<ObjectPtr> pods;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    const ObjectKey key{"pods", "default", name};
    const Value metadata = Value::object(
        {{"name", name}, {"uid", name}, {"creationTimestamp", format_rfc3339(Time{})}});
    const Value conditions = Value::array(
        {Value::object({{"type", "Ready"},
                        {"status", "True"},
                        {"lastTransitionTime", statuses[i].substr(0, statuses[i].find(' '))}})});
    const std::int64_t restarts = std::stoll(statuses[i].substr(statuses[i].find(' ') + 1));
    store.put(key,
              Value::object({{"metadata", metadata},
                             {"spec", Value::object({{"nodeName", "n"}})},
                             {"status", Value::object({{"phase", "Running"},
                                                       {"conditions", conditions},
                                                       {"containerStatuses",
                                                        Value::array({Value::object(
                                                            {{"restartCount", restarts}})})}})}}),
              Time{});
    pods.push_back(store.get(key));
  }
  if (now) {
    sim::rank_for_deletion(pods, {}, *now);
  } else {
    sim::rank_plainly_for_deletion(pods);
  }
  std::string out;
  for (const ObjectPtr& pod : pods) out += pod->key.name;
  return out;
}

TEST_CASE("RateLimiter: a burst of 30, then 20 a second") {
  sim::RateLimiter limiter;
  int taken = 0;
  while (limiter.take(at(1s))) ++taken;
  CHECK(taken == 30);
  CHECK(limiter.wait_for(at(1s), 1) == 50ms);
  CHECK(limiter.wait_for(at(1s), 20) == 1s);
  taken = 0;
  while (limiter.take(at(2s))) ++taken;
  CHECK(taken == 20);
  taken = 0;
  while (limiter.take(at(1h))) ++taken;
  CHECK(taken == 30);
}

TEST_CASE("ReplicaSet: makes Pods no faster than its client may call") {
  ControllersWorld world;
  world.create_deployment(std::numeric_limits<std::int32_t>::max(), "");
  world.run_for(500ms);
  CHECK(world.pods().size() == 30);
  world.run_for(10s);
  const std::size_t count = world.pods().size();
  CHECK(count >= 210);
  CHECK(count <= 245);
}

TEST_CASE("ReplicaSet: 100 Pods come all the same, and go") {
  ControllersWorld world;
  world.create_deployment(100, "");
  world.run_for(5s);
  CHECK(world.pods().size() == 100);
  world.patch("deployments.apps", "web", R"({"spec":{"replicas":0}})");
  world.run_for(8s);
  CHECK(world.pods().empty());
}

TEST_CASE("WorkQueue: a change does not put off a look that was asked for at a time") {
  sim::Simulation simulation(1);
  std::string trace;
  sim::WorkQueue queue(simulation, "test", [&](const ObjectKey&) {
    trace += fmt::format("{} ", to_seconds(simulation.now().time_since_epoch()));
  });
  const ObjectKey key{"pods", "default", "a"};
  queue.add_after(key, 10s);
  simulation.run_until(at(8s));
  queue.add(key);
  queue.add(key);
  simulation.run_until(at(9s));
  queue.add_after(key, 10s);  // the earlier time stands
  simulation.run_until(at(30s));
  CHECK(trace == "8.001 10 ");
}

TEST_CASE("ReplicaSet: minReadySeconds are over when they are over, whatever happens meanwhile") {
  ControllersWorld world;
  world.create_deployment(2, R"("minReadySeconds":10,)");
  world.settle();
  world.make_some_ready(1);
  world.run_for(9s);
  world.make_some_ready(1);  // a change of another Pod
  world.run_for(1500ms);
  CHECK(world.sets() == "1:v1 2/2/1");
  world.run_for(10s);
  CHECK(world.sets() == "1:v1 2/2/2");
}

TEST_CASE("scaled_value: a percentage past all bounds is the most there can be") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  CHECK(sim::scaled_value("9223372036854775807%", 4, true) == kMost);
  CHECK(sim::scaled_value("99999999999999999999%", 4, true) == 0);  // no number at all
  CHECK(sim::scaled_value(std::numeric_limits<std::int64_t>::max(), 4, true) == kMost);
  CHECK(sim::scaled_value("25%", kMost, false) == kMost / 4);
}

TEST_CASE("rank_for_deletion: ready times of one magnitude leave it to the uid, not to restarts") {
  const std::string early = "2026-01-05T08:00:01Z 0";
  const std::string late = "2026-01-05T08:00:02Z 5";
  CHECK(ranked({early, late}, at(1000s)) == "ab");
  CHECK(ranked({late, early}, at(1000s)) == "ab");
  // At the same second it is the restarts.
  CHECK(ranked({early, "2026-01-05T08:00:01Z 5"}, at(1000s)) == "ba");
  // Of another magnitude the one that has been ready for less time goes.
  CHECK(ranked({early, "2026-01-05T08:16:30Z 0"}, at(1000s)) == "ba");
}

TEST_CASE("rank_plainly_for_deletion: the latest to be ready goes first, however little later") {
  const std::string early = "2026-01-05T08:00:01Z 5";
  CHECK(ranked({early, "2026-01-05T08:00:02Z 0"}, std::nullopt) == "ba");
  CHECK(ranked({"2026-01-05T08:00:01Z 0", early}, std::nullopt) == "ba");
}

}  // namespace
}  // namespace inferlab
