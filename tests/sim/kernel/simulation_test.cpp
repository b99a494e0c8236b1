#include "sim/kernel/simulation.h"

#include <catch2/catch.hpp>

using namespace inferlab;
using sim::Simulation;

TEST_CASE("Simulation: events run by time, then by insertion") {
  Simulation simulation(1);
  std::string order;
  simulation.after(2s, "b", [&] { order += 'b'; });
  simulation.after(1s, "a", [&] { order += 'a'; });
  simulation.after(2s, "c", [&] { order += 'c'; });
  simulation.run_until(Time{2s});
  CHECK(order == "abc");
  CHECK(simulation.now() == Time{2s});
}

TEST_CASE("Simulation: an event scheduled in the past runs now") {
  Simulation simulation(1);
  simulation.run_until(Time{5s});
  Time ran{};
  simulation.at(Time{1s}, "late", [&] { ran = simulation.now(); });
  simulation.step();
  CHECK(ran == Time{5s});
}

TEST_CASE("Simulation: a cancelled event does not run, and cannot be cancelled twice") {
  Simulation simulation(1);
  bool ran = false;
  const sim::EventId id = simulation.after(1s, "x", [&] { ran = true; });
  CHECK(simulation.cancel(id));
  CHECK_FALSE(simulation.cancel(id));
  // The slot is used again; the old name must not reach the new event.
  simulation.after(1s, "y", [] {});
  CHECK_FALSE(simulation.cancel(id));
  simulation.run_until(Time{2s});
  CHECK_FALSE(ran);
  CHECK(simulation.events_run() == 1);
}

TEST_CASE("Simulation: the clock begins where it is told") {
  Simulation simulation(1, Time{24h});
  CHECK(simulation.start() == Time{24h});
  CHECK(simulation.now() == Time{24h});
  Time ran{};
  simulation.after(1s, "x", [&] { ran = simulation.now(); });
  simulation.run_until(Time{25h});
  CHECK(ran == Time{24h + 1s});
}

TEST_CASE("Simulation: equal runs have equal hashes, other runs others") {
  const auto run = [](std::uint64_t seed, Duration delay) {
    Simulation simulation(seed);
    simulation.trace().add(simulation.rng("a", "b").next());
    simulation.after(delay, "x", [] {});
    simulation.run_until(Time{10s});
    return simulation.trace().digest();
  };
  CHECK(run(1, 1s) == run(1, 1s));
  CHECK(run(1, 1s) != run(1, 2s));
  CHECK(run(1, 1s) != run(2, 1s));
}
