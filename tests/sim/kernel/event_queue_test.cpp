#include "sim/kernel/event_queue.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "sim/kernel/simulation.h"

using namespace inferlab;
using sim::EventId;
using sim::EventQueue;

TEST_CASE("EventQueue: gives events as a sorted set would, whatever is thrown away meanwhile") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    EventQueue queue;
    std::set<std::pair<Time, EventId>> model;
    std::map<EventId, Time> alive;
    const auto is_alive = [&](EventId id) { return alive.contains(id); };
    EventId ids = 0;
    Time now{};
    for (int step = 0; step < 2000; ++step) {
      const std::uint64_t what = rng.below(10);
      if (what < 5) {
        // Often the same moment, often soon, at times in years.
        const std::uint64_t far = rng.below(3) == 0 ? 0 : rng.next() >> rng.between(1, 63);
        const Time when = now + Duration{static_cast<std::int64_t>(far >> 2)};
        queue.push({when, ++ids});
        model.emplace(when, ids);
        alive.emplace(ids, when);
      } else if (what < 7 && !alive.empty()) {
        const auto gone =
            std::next(alive.begin(), static_cast<std::ptrdiff_t>(rng.below(alive.size())));
        model.erase({gone->second, gone->first});
        alive.erase(gone);
      } else {
        const std::optional<Time> next = queue.next_time(is_alive);
        REQUIRE(next.has_value() == !model.empty());
        if (next) REQUIRE(*next == model.begin()->first);
        if (what == 9) continue;  // only looked at
        // Often too early for it.
        const Time latest = what == 8 ? Time::max() : now + Duration{rng.between(0, 1'000'000)};
        const std::optional<EventQueue::Entry> taken = queue.take(latest, is_alive);
        REQUIRE(taken.has_value() == (next.has_value() && *next <= latest));
        if (!taken) {
          if (what != 8) now = latest;
          continue;
        }
        REQUIRE(std::pair(taken->when, taken->id) == *model.begin());
        model.erase(model.begin());
        alive.erase(taken->id);
        now = taken->when;
      }
    }
  }
}

TEST_CASE(
    "Simulation: what is scheduled after a look ahead, and before what was seen, comes first") {
  sim::Simulation simulation(1);
  std::string order;
  simulation.at(Time{10s}, "late", [&] { order += 'c'; });
  simulation.run_until(Time{5s});
  CHECK(simulation.next_event_time() == Time{10s});
  simulation.at(Time{7s}, "early", [&] { order += 'b'; });
  simulation.at(Time{1s}, "past", [&] { order += 'a'; });
  CHECK(simulation.next_event_time() == Time{5s});
  simulation.run_until(Time{20s});
  CHECK(order == "abc");
}
