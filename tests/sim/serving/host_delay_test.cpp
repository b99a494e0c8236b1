// What too few CPUs do to a server's steps and requests.
#include "sim/serving/host_delay.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

namespace inferlab::sim {
namespace {

constexpr Duration kStep = 8ms;
constexpr Duration kHost = 1ms;

/// Delays of so many steps, one after the other.
std::vector<Duration> steps(HostDelay& host, int count) {
  std::vector<Duration> out;
  Time at{};
  for (int i = 0; i < count; ++i) {
    out.push_back(host.of_step(at, kStep, kHost, 4));
    at += kStep + out.back();
  }
  std::sort(out.begin(), out.end());
  return out;
}

Duration at(const std::vector<Duration>& sorted, double quantile) {
  return sorted[static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1))];
}

TEST_CASE("HostDelay: with CPUs enough nothing takes longer") {
  Simulation simulation(7);
  HostDelay host(simulation, "pod/vllm");
  CHECK(steps(host, 100).back() == 0s);
  host.set_cpu({.cpus = 16, .idle = 16, .fair = 16});
  CHECK(steps(host, 100).back() == 0s);
  host.set_cpu({.cpus = 3, .idle = 3, .fair = 3, .quota = 3});
  CHECK(steps(host, 100).back() == 0s);
  CHECK(host.of_request(Time{}, 15ms, 8000, /*engine_runs=*/true) == 0s);
  CHECK(host.throttled().periods == 0);
}

TEST_CASE("HostDelay: busy neighbours leave the median and take the tail") {
  Simulation simulation(7);
  HostDelay host(simulation, "pod/vllm");
  host.set_cpu({.cpus = 16, .idle = 0, .fair = 4});
  const std::vector<Duration> delays = steps(host, 4000);
  CHECK(at(delays, 0.5) == 0s);
  CHECK(at(delays, 0.95) > 4ms);
  CHECK(at(delays, 0.99) > at(delays, 0.95));
}

TEST_CASE("HostDelay: who asked for too little gets slower as a whole") {
  Simulation simulation(7);
  HostDelay host(simulation, "pod/vllm");
  host.set_cpu({.cpus = 16, .idle = 0, .fair = 0.5});
  CHECK(at(steps(host, 1000), 0.25) > 3ms);
}

TEST_CASE("HostDelay: a limit under what is wanted stands still in every period") {
  Simulation simulation(7);
  HostDelay host(simulation, "pod/vllm");
  host.set_cpu({.cpus = 16, .idle = 16, .fair = 16, .quota = 1});
  const std::vector<Duration> delays = steps(host, 1000);
  CHECK(at(delays, 0.5) == 0s);
  CHECK(delays.back() > 40ms);
  CHECK(delays.back() < 60ms);
  // Each of these waits ended a period.
  const auto waits = std::count_if(delays.begin(), delays.end(), [](Duration d) { return d > 0s; });
  CHECK(host.throttled().periods == waits);
  CHECK(host.throttled().time > 40ms * waits);
}

TEST_CASE("HostDelay: two CPUs are enough for steps and short for requests beside them") {
  Simulation simulation(7);
  HostDelay host(simulation, "pod/vllm");
  host.set_cpu({.cpus = 2, .idle = 2, .fair = 2, .quota = 2});
  CHECK(host.of_request(Time{}, 15ms, 1000, /*engine_runs=*/false) == 0s);
  CHECK(host.of_request(Time{}, 15ms, 1000, /*engine_runs=*/true) > 7ms);
  // A long prompt has more to wait for.
  host.set_cpu({.cpus = 16, .idle = 16, .fair = 16, .quota = 1});
  CHECK(host.of_request(Time{}, 15ms, 100'000, false) == 0s);
  CHECK(host.of_request(Time{}, 15ms, 100'000, true) > 600ms);
}

TEST_CASE("HostDelay: CPUs far from the GPU make host work longer") {
  Simulation simulation(7);
  HostDelay host(simulation, "pod/vllm");
  host.set_cpu({.remote = 1});
  const std::vector<Duration> delays = steps(host, 10);
  CHECK(delays.front() == delays.back());
  CHECK(delays.front() > 300us);
  CHECK(delays.front() < 400us);
}

TEST_CASE("HostDelay: next to no share is slow and not for ever") {
  Simulation simulation(7);
  HostDelay host(simulation, "pod/vllm");
  host.set_cpu({.cpus = 16, .idle = 0, .fair = 0.0001, .quota = 0.001});
  CHECK(steps(host, 5).back() < 60s);
  CHECK(host.of_request(Time{}, 15ms, 1000, true) < 3600s);
}

}  // namespace
}  // namespace inferlab::sim
