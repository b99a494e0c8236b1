// CPUs of a node: how they are shared, and how hints of NUMA nodes are merged.
#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/rng.h"
#include "sim/api/quantity.h"
#include "sim/node/busy_workload.h"
#include "sim/node/cpu_manager.h"
#include "sim/node/cpu_sharing.h"
#include "sim/node/topology_manager.h"

namespace inferlab::sim {
namespace {

using Policy = KubeletSpec::TopologyPolicy;

TEST_CASE("fair_shares: who wants less has it, the others share by weight") {
  const std::vector<CpuClaim> claims{{1024, 16}, {2048, 16}, {1024, 1}};
  CHECK(fair_shares(16, claims) == std::vector<double>{5, 10, 1});
  CHECK(fair_shares(40, claims) == std::vector<double>{16, 16, 1});
  CHECK(fair_shares(0, claims) == std::vector<double>{0, 0, 0});
}

TEST_CASE("cpu_shares_of: as the kubelet turns requests into cpu.shares") {
  const auto of = [](const char* cpu) { return cpu_shares_of({{"cpu", *Quantity::parse(cpu)}}); };
  CHECK(cpu_shares_of({}) == 2);
  CHECK(of("1m") == 2);
  CHECK(of("500m") == 512);
  CHECK(of("4") == 4096);
  CHECK(of("1000") == 262144);
}

TEST_CASE("hints_of: preferred are those on as few NUMA nodes as could ever do") {
  using Hints = std::vector<TopologyHint>;
  CHECK(hints_of(2, {4, 4}, {1, 3}) == Hints{{0b10, true}, {0b11, false}});
  CHECK(hints_of(4, {4, 4}, {3, 3}) == Hints{{0b11, false}});
  CHECK(hints_of(5, {4, 4}, {3, 4}) == Hints{{0b11, true}});
  CHECK(hints_of(8, {4, 4}, {3, 4}).empty());
}

TEST_CASE("decide_topology: what each policy makes of resources that lie apart") {
  const ResourceHints cpu = std::vector<TopologyHint>{{0b01, true}, {0b11, false}};
  const ResourceHints gpu = std::vector<TopologyHint>{{0b10, true}, {0b11, false}};
  CHECK(decide_topology(Policy::kNone, 2, {cpu, gpu}).admit);
  // The node of the GPU and both of the CPUs, or the other way round: the lower one wins.
  CHECK(decide_topology(Policy::kBestEffort, 2, {cpu, gpu}).nodes == NumaMask{0b01});
  CHECK_FALSE(decide_topology(Policy::kRestricted, 2, {cpu, gpu}).admit);
  CHECK_FALSE(decide_topology(Policy::kSingleNumaNode, 2, {cpu, gpu}).admit);
}

TEST_CASE("decide_topology: two whole NUMA nodes are enough for restricted alone") {
  const ResourceHints both = std::vector<TopologyHint>{{0b11, true}};
  CHECK(decide_topology(Policy::kRestricted, 2, {both, both}).admit);
  CHECK(decide_topology(Policy::kRestricted, 2, {both, both}).nodes == NumaMask{0b11});
  CHECK_FALSE(decide_topology(Policy::kSingleNumaNode, 2, {both, both}).admit);
}

TEST_CASE("decide_topology: what does not care where it lies is always admitted") {
  for (const Policy policy : {Policy::kBestEffort, Policy::kRestricted, Policy::kSingleNumaNode}) {
    CHECK(decide_topology(policy, 2, {std::nullopt, std::nullopt}).admit);
    CHECK(decide_topology(policy, 1, {}).admit);
  }
}

/// The best of all permutations, as the kubelet looks for it: policies best-effort and restricted.
TopologyDecision by_permutations(Policy policy, int num_nodes,
                                 const std::vector<ResourceHints>& resources) {
  const NumaMask all = (NumaMask{1} << num_nodes) - 1;
  int need = 0;
  for (const ResourceHints& hints : resources) {
    int least = 0;
    for (const TopologyHint& hint : hints.value_or(std::vector<TopologyHint>{})) {
      const int size = std::popcount(*hint.nodes);
      least = least == 0 ? size : std::min(least, size);
    }
    need = std::max(need, least);
  }
  const auto narrower = [](NumaMask a, NumaMask b) {
    return std::pair(std::popcount(a), a) < std::pair(std::popcount(b), b);
  };
  struct Best {
    NumaMask nodes;
    bool preferred;
  };
  std::optional<Best> best;
  const auto better = [&](const Best& one) {
    if (!best) return true;
    if (one.preferred != best->preferred) return one.preferred;
    const int now = std::popcount(best->nodes), then = std::popcount(one.nodes);
    if (one.preferred || then == now) return narrower(one.nodes, best->nodes);
    if (now > need) return then < now;
    return now != need && then > now && then <= need;
  };
  std::vector<TopologyHint> chosen;
  const std::function<void()> visit = [&] {
    if (chosen.size() < resources.size()) {
      const ResourceHints& hints = resources[chosen.size()];
      std::vector<TopologyHint> choice{{.preferred = !hints}};
      if (hints && !hints->empty()) choice = *hints;
      for (const TopologyHint& hint : choice) {
        chosen.push_back(hint);
        visit();
        chosen.pop_back();
      }
      return;
    }
    Best one{all, true};
    std::optional<NumaMask> first;
    for (const TopologyHint& hint : chosen) {
      if (hint.nodes && !first) first = hint.nodes;
      one.preferred = one.preferred && hint.preferred && (!hint.nodes || hint.nodes == first);
      one.nodes &= hint.nodes.value_or(all);
    }
    if (one.nodes != 0 && better(one)) best = one;
  };
  visit();
  const Best found = best.value_or(Best{all, false});
  return {.admit = policy == Policy::kBestEffort || found.preferred, .nodes = found.nodes};
}

TEST_CASE("decide_topology: as if all permutations of hints were looked at") {
  Rng rng(11);
  for (int i = 0; i < 2000; ++i) {
    const int num_nodes = static_cast<int>(rng.between(1, 4));
    std::vector<ResourceHints> resources(rng.below(4));
    for (ResourceHints& hints : resources) {
      if (rng.below(5) == 0) continue;  // does not care
      hints.emplace();
      for (NumaMask mask = 1; mask < (NumaMask{1} << num_nodes); ++mask) {
        if (rng.below(2) == 0) hints->push_back({mask, rng.below(3) == 0});
      }
    }
    for (const Policy policy : {Policy::kBestEffort, Policy::kRestricted}) {
      const TopologyDecision wanted = by_permutations(policy, num_nodes, resources);
      const TopologyDecision decision = decide_topology(policy, num_nodes, resources);
      REQUIRE(decision.admit == wanted.admit);
      REQUIRE(decision.nodes == wanted.nodes);
    }
  }
}

TEST_CASE("decide_topology: eight NUMA nodes and many resources are no matter") {
  const ResourceHints any_two =
      hints_of(2, std::vector<std::int64_t>(8, 1), std::vector<std::int64_t>(8, 1));
  const std::vector<ResourceHints> resources(12, any_two);
  CHECK(decide_topology(Policy::kRestricted, 8, resources).admit);
  CHECK(decide_topology(Policy::kRestricted, 8, resources).nodes == NumaMask{0b11});
}

TEST_CASE("CpuManager: no CPU has two owners, and all come back") {
  Rng rng(5);
  NodePoolSpec pool;
  pool.cpu_milli = 24'000;
  pool.numa_nodes = 3;
  pool.kubelet.cpu_manager_policy = KubeletSpec::CpuManagerPolicy::kStatic;
  pool.kubelet.kube_reserved = {{"cpu", "1500m"}};
  CpuManager cpus(pool);
  CHECK(cpus.num_assignable() == 22);
  std::map<std::string, std::set<int>> owners;
  for (int i = 0; i < 400; ++i) {
    const std::string pod = "pod-" + std::to_string(rng.below(9));
    if (owners.erase(pod) > 0) {
      CHECK(cpus.release(pod));
      continue;
    }
    const int wanted = static_cast<int>(rng.between(1, 10));
    const int free = cpus.num_assignable();
    const auto taken = cpus.take(pod, wanted, static_cast<NumaMask>(rng.between(1, 7)));
    REQUIRE(taken.has_value() == (wanted <= free));
    if (!taken) continue;
    CHECK(static_cast<int>(taken->size()) == wanted);
    for (const auto& [other, own] : owners) {
      for (const int cpu : *taken) CHECK_FALSE(own.contains(cpu));
    }
    for (const int cpu : *taken) CHECK((cpu >= 2 && cpu < 24));
    owners[pod] = *taken;
    CHECK(cpus.num_shared() == cpus.num_assignable() + 2);
  }
  for (const auto& [pod, own] : owners) cpus.release(pod);
  CHECK(cpus.num_assignable() == 22);
}

TEST_CASE("parse_stress_args: threads and time as stress-ng reads them") {
  const auto plain = parse_stress_args({"stress-ng", "--cpu", "4", "-t", "90s"});
  REQUIRE(plain);
  CHECK(plain->cpus == 4);
  CHECK(plain->timeout == 90s);
  const auto joined = parse_stress_args({"--cpu=0", "--timeout=2h"});
  REQUIRE(joined);
  CHECK(joined->cpus == 0);
  CHECK(joined->timeout == 2h);
  CHECK(parse_stress_args({"--timeout", "36500d"}).has_value());
  CHECK_FALSE(parse_stress_args({"--timeout", "1000000d"}));  // more than a clock counts
  CHECK_FALSE(parse_stress_args({"--cpu", "many"}));
  CHECK_FALSE(parse_stress_args({"--cpu"}));
  CHECK_FALSE(parse_stress_args({"-t", "99999999999d"}));
}

}  // namespace
}  // namespace inferlab::sim
