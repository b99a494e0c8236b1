// How many events a second the event kernel runs while 10,000 wait: each schedules the next one of
// its chain, 1 ns to 16 ms ahead. The median of several rounds: a round is so short that whatever
// else the processor does shows.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "labs/bench/measurements.h"
#include "sim/kernel/simulation.h"

namespace inferlab::labs {
namespace {

constexpr int kPending = 10'000;
constexpr std::uint64_t kEvents = 2'000'000;  // of a round
constexpr std::size_t kRounds = 9;

class Chains {
 public:
  explicit Chains(sim::Simulation& simulation) : simulation_(simulation), delays_(1) {}
  void add() {
    const auto delay = static_cast<std::int64_t>(delays_.next() & 0xffffff);
    simulation_.after(Duration{delay + 1}, "bench/event", [this] { add(); });
  }

 private:
  sim::Simulation& simulation_;
  Rng delays_;
};

}  // namespace

Result<Figures> measure_event_kernel(const Doing& doing) {
  doing(fmt::format("running {} million events", kEvents * kRounds / 1'000'000));
  sim::Simulation simulation(1);
  Chains chains(simulation);
  for (int i = 0; i < kPending; ++i) chains.add();
  std::array<double, kRounds> took{};
  for (double& round : took) {
    const std::uint64_t end = simulation.events_run() + kEvents;
    const double begin = cpu_seconds();
    while (simulation.events_run() < end) simulation.step();
    round = cpu_seconds() - begin;
  }
  std::ranges::nth_element(took, took.begin() + kRounds / 2);
  return Figures{{"event kernel, 10,000 pending",
                  static_cast<double>(kEvents) / took[kRounds / 2] / 1e6, "M events/s", 10}};
}

}  // namespace inferlab::labs
