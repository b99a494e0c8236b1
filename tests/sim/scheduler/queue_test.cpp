// When Pods are tried, and in which order.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/sim/scheduler/scheduler_world.h"

namespace inferlab {
namespace {

using testing::GoldenCommand;

GoldenCommand named(const std::string& name, std::map<std::string, std::string> args) {
  GoldenCommand command;
  command.words = {name};
  command.args = std::move(args);
  return command;
}

void put_node(SchedulerWorld& world, const std::string& name, const std::string& gpus = "8") {
  world.put_node(
      named(name, {{"cpu", "96"}, {"memory", "1Ti"}, {"pods", "110"}, {"nvidia.com/gpu", gpus}}));
}

void put_pod(SchedulerWorld& world, const std::string& name, const std::string& gpus,
             const std::string& priority = "0") {
  world.put_pod(named(name, {{"nvidia.com/gpu", gpus}, {"priority", priority}}), "");
}

}  // namespace

TEST_CASE("scheduling queue: a higher priority goes first, then who came first") {
  SchedulerWorld world;
  put_node(world, "n1", "2");
  put_pod(world, "first", "1");
  put_pod(world, "second", "1");
  put_pod(world, "urgent", "1", "100");
  world.run_for(500ms);
  CHECK(world.outcome("urgent") == "urgent -> n1");
  CHECK(world.outcome("first") == "first -> n1");
  CHECK(world.outcome("second").find("Insufficient nvidia.com/gpu") != std::string::npos);
  CHECK(world.events_of("first") ==
        "Normal Scheduled x1: Successfully assigned default/first to n1\n");
}

TEST_CASE("scheduling queue: an unschedulable Pod waits for a change that can help") {
  SchedulerWorld world;
  put_node(world, "n1", "1");
  put_pod(world, "a", "1");
  world.run_for(500ms);
  put_pod(world, "b", "1");
  world.run_for(100s);
  INFO(world.events_of("b"));
  // One try, one event: nothing has happened that could help.
  CHECK(world.events_of("b").find("x1:") != std::string::npos);
  CHECK(world.scheduler.queue().sizes().unschedulable == 1);
  world.remove_pod("a");
  world.run_for(100ms);
  CHECK(world.outcome("b") == "b -> n1");
}

TEST_CASE("scheduling queue: without any change a Pod is tried again after five minutes") {
  SchedulerWorld world;
  put_node(world, "n1", "1");
  put_pod(world, "big", "2");
  world.run_for(299s);
  CHECK(world.events_of("big").find("x1:") != std::string::npos);
  world.run_for(3s);
  CHECK(world.events_of("big").find("x2:") != std::string::npos);
}

TEST_CASE("scheduling queue: the back-off grows from 1 s to 10 s") {
  SchedulerWorld world;
  put_node(world, "n1", "4");
  put_pod(world, "first", "4");
  world.run_for(100ms);
  put_pod(world, "big", "4");
  world.run_for(100ms);
  std::string gpus = "4";
  int changes = 0;
  // A node that grows again and again, never far enough, wakes the Pod each time; only the back-off
  // slows it down.
  const auto shake = [&](Duration duration) {
    const Time end = world.simulation.now() + duration;
    while (world.simulation.now() < end) {
      gpus = ++changes % 2 == 0 ? "4" : "5";
      auto node = world.store.get({"nodes", "", "n1"})->document;
      world.put("nodes", "", "n1",
                node.with_path({"status", "allocatable", "nvidia.com/gpu"}, gpus));
      world.run_for(100ms);
    }
  };
  // Tries at about 0, 1, 3, 7, 15, 25, 35 s.
  shake(Duration(36s));
  CHECK(world.events_of("big").find("x7:") != std::string::npos);
}

TEST_CASE("scheduling queue: of many nodes a share is looked at") {
  const sim::SchedulerProfile profile;
  CHECK(profile.nodes_to_find(5) == 5);
  CHECK(profile.nodes_to_find(99) == 99);
  CHECK(profile.nodes_to_find(200) == 100);
  CHECK(profile.nodes_to_find(1000) == 420);
  CHECK(profile.nodes_to_find(6000) == 300);
}

TEST_CASE("kube-scheduler: equal seeds break ties alike, and no node is overfilled") {
  const auto play = [](std::uint64_t seed) {
    SchedulerWorld world(seed);
    for (int i = 0; i < 6; ++i) put_node(world, fmt::format("n{}", i));
    for (int i = 0; i < 60; ++i) put_pod(world, fmt::format("p{:02}", i), "1");
    world.run_for(30s);
    std::string where;
    std::map<std::string, int> used;
    for (int i = 0; i < 60; ++i) {
      const std::string node = world.pod(fmt::format("p{:02}", i))["spec"]["nodeName"].str();
      where += node + " ";
      if (!node.empty()) ++used[node];
    }
    int bound = 0;
    for (const auto& [node, count] : used) {
      CHECK(count <= 8);
      bound += count;
    }
    CHECK(bound == 48);
    return where + world.simulation.trace().hex();
  };
  CHECK(play(3) == play(3));
  CHECK(play(3) != play(4));
}

}  // namespace inferlab
