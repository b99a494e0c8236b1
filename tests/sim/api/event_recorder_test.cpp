#include "sim/api/event_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

struct World {
  Simulation simulation{1};
  Store store;
  Api api{simulation, store};
  ObjectPtr about;

  World() {
    const auto make = [this](const char* resource, const char* ns, const char* json) {
      return api.create(resource, ns, parse_json(json).value(), "test").object;
    };
    make("namespaces", "", R"({"metadata":{"name":"default"}})");
    about = make("configmaps", "default", R"({"metadata":{"name":"c"}})");
    REQUIRE(about != nullptr);
  }
  void wait(Duration duration) { simulation.run_until(simulation.now() + duration); }
  // "message xCOUNT" of each, sorted.
  [[nodiscard]] std::vector<std::string> events() const {
    std::vector<std::string> out;
    for (const ObjectPtr& event : store.list("events", "default")) {
      const Value& document = event->document;
      out.push_back(
          fmt::format("{} x{}", document["message"].as_string(), document["count"].as_int()));
    }
    std::sort(out.begin(), out.end());
    return out;
  }
};

}  // namespace

TEST_CASE("EventRecorder: from the tenth message on Events of one reason are combined") {
  World world;
  EventRecorder recorder(world.api, "c");
  for (int i = 1; i <= 12; ++i) recorder.normal(*world.about, "Scaled", fmt::format("to {:02}", i));
  std::vector<std::string> expected;
  for (int i = 1; i <= 9; ++i) expected.push_back(fmt::format("to {:02} x1", i));
  // The latest message stands for all of them.
  expected.insert(expected.begin(), "(combined from similar events): to 12 x3");
  CHECK(world.events() == expected);

  // Another reason has messages of its own, and so has the time after ten quiet minutes.
  recorder.normal(*world.about, "Other", "to 13");
  world.wait(10min + 1s);
  recorder.normal(*world.about, "Scaled", "to 14");
  expected.push_back("to 13 x1");
  expected.push_back("to 14 x1");
  CHECK(world.events() == expected);
}

TEST_CASE("EventRecorder: an object gets 25 Events in a row, then one every five minutes") {
  World world;
  EventRecorder recorder(world.api, "c");
  for (int i = 0; i < 30; ++i) recorder.warning(*world.about, "BackOff", "again");
  CHECK(world.events() == std::vector<std::string>{"again x25"});
  world.wait(5min);
  recorder.warning(*world.about, "BackOff", "again");
  // Those that were not written were counted.
  CHECK(world.events() == std::vector<std::string>{"again x31"});
  recorder.warning(*world.about, "BackOff", "again");
  CHECK(world.events() == std::vector<std::string>{"again x31"});
}

TEST_CASE("EventRecorder: kube-scheduler's Events are neither combined nor held back") {
  World world;
  EventRecorder recorder(world.api, "s", {}, EventRecorder::Repeats::kCounted);
  for (int i = 0; i < 30; ++i) recorder.warning(*world.about, "Failed", fmt::format("{:02}", i));
  const std::vector<std::string> events = world.events();
  REQUIRE(events.size() == 30);
  CHECK(events.front() == "00 x1");
}

}  // namespace inferlab::sim
