#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "sim/node/eviction_manager.h"
#include "sim/node/eviction_message.h"
#include "sim/node/eviction_ranking.h"
#include "sim/node/eviction_state.h"
#include "sim/node/memory_guard.h"
#include "sim/node/node_allocatable.h"

namespace inferlab::sim {
namespace {

constexpr std::int64_t kGi = std::int64_t{1} << 30;
constexpr std::int64_t kMi = std::int64_t{1} << 20;

Time at(Duration since_start) {
  return Time{} + since_start;
}

Observations with(Signal signal, std::int64_t available, std::int64_t capacity) {
  Observations out;
  for (const SignalRow& row : signal_rows()) {
    out[static_cast<std::size_t>(row.signal)] = {1000 * kGi, 1000 * kGi};
  }
  out[static_cast<std::size_t>(signal)] = {available, capacity};
  return out;
}

EvictionState state_of(const KubeletSpec& spec) {
  return {thresholds_of(spec).value(), spec.eviction_pressure_transition_period};
}

TEST_CASE("thresholds: the kubelet's defaults, and the Pods' own signal with memory's") {
  const auto thresholds = thresholds_of({}).value();
  std::string text;
  for (const Threshold& one : thresholds) {
    text += fmt::format("{}<{} ", row_of(one.signal).name, one.value.of(200 * kGi) / kMi);
  }
  CHECK(text ==
        "imagefs.available<30720 imagefs.inodesFree<10240 memory.available<100 "
        "nodefs.available<20480 nodefs.inodesFree<10240 allocatableMemory.available<100 ");
}

TEST_CASE("thresholds: what is wrong is said with the signal's name") {
  const auto why = [](const KubeletSpec& spec) {
    const auto thresholds = thresholds_of(spec);
    return thresholds ? std::string("fine") : thresholds.error().message;
  };
  KubeletSpec spec;
  spec.eviction_hard = {{"memory.free", "1Gi"}};
  CHECK(why(spec) == "eviction_hard: memory.free: is no eviction signal");
  spec.eviction_hard = {{"memory.available", "120%"}};
  CHECK(why(spec) == "eviction_hard: memory.available: a percentage is between 0% and 100%");
  spec.eviction_hard = {{"memory.available", "much"}};
  CHECK(why(spec) == "eviction_hard: memory.available: \"much\" is no quantity and no percentage");
  spec.eviction_hard = {{"memory.available", "7.5%"}};
  CHECK(why(spec) == "fine");
  spec.eviction_soft = {{"memory.available", "1Gi"}};
  CHECK(why(spec) ==
        "eviction_soft_grace_period: memory.available: a soft threshold needs a grace period");
  for (const char* text : {"%", "1.%x", "-1%", "1.23456%"}) {
    spec = {};
    spec.eviction_hard = {{"nodefs.available", text}};
    INFO(text);
    CHECK(why(spec) != "fine");
  }
}

TEST_CASE("EvictionState: a condition stays for five minutes after the last look that showed it") {
  EvictionState state = state_of({});
  CHECK(state.observe(with(Signal::kMemoryAvailable, 99 * kMi, 16 * kGi), at(10s)).size() == 1);
  CHECK(state.conditions().contains("MemoryPressure"));
  CHECK(state.observe(with(Signal::kMemoryAvailable, kGi, 16 * kGi), at(20s)).empty());
  CHECK(state.conditions().contains("MemoryPressure"));
  CHECK(state.observe(with(Signal::kMemoryAvailable, kGi, 16 * kGi), at(309s)).empty());
  CHECK(state.conditions().contains("MemoryPressure"));
  CHECK(state.observe(with(Signal::kMemoryAvailable, kGi, 16 * kGi), at(310s)).empty());
  CHECK(state.conditions().empty());
  CHECK(state.idle());
}

TEST_CASE("EvictionState: memory goes before disks, exactly the threshold is enough") {
  EvictionState state = state_of({});
  Observations both = with(Signal::kMemoryAvailable, 99 * kMi, 16 * kGi);
  both[static_cast<std::size_t>(Signal::kImageFsAvailable)] = {14, 100};
  const auto met = state.observe(both, at(10s));
  REQUIRE(met.size() == 2);
  CHECK(met[0].signal == Signal::kMemoryAvailable);
  CHECK(met[1].signal == Signal::kImageFsAvailable);
  CHECK(state.observe(with(Signal::kMemoryAvailable, 100 * kMi, 16 * kGi), at(20s)).empty());
}

TEST_CASE("EvictionState: once crossed, the minimum reclaim must be free as well") {
  KubeletSpec spec;
  spec.eviction_minimum_reclaim = {{"memory.available", "500Mi"}};
  EvictionState state = state_of(spec);
  const auto met = [&](std::int64_t available, Duration when) {
    return !state.observe(with(Signal::kMemoryAvailable, available, 16 * kGi), at(when)).empty();
  };
  CHECK_FALSE(met(300 * kMi, 10s));
  CHECK(met(50 * kMi, 20s));
  CHECK(met(300 * kMi, 30s));
  CHECK_FALSE(met(600 * kMi, 40s));
  CHECK_FALSE(met(300 * kMi, 50s));
}

TEST_CASE("EvictionState: a soft threshold shows at once and acts after its grace period") {
  KubeletSpec spec;
  spec.eviction_soft = {{"nodefs.available", "20%"}};
  spec.eviction_soft_grace_period = {{"nodefs.available", "1m"}};
  EvictionState state = state_of(spec);
  const auto met = [&](std::int64_t available, Duration when) {
    return !state.observe(with(Signal::kNodeFsAvailable, available, 100), at(when)).empty();
  };
  CHECK_FALSE(met(15, 10s));
  CHECK(state.conditions().contains("DiskPressure"));
  CHECK_FALSE(met(15, 60s));
  CHECK(met(15, 70s));
  CHECK_FALSE(met(25, 80s));
  CHECK_FALSE(met(15, 90s));  // and the grace period begins anew
}

PodUsage pod(std::int64_t priority, std::int64_t memory, std::int64_t request) {
  PodUsage out;
  out.priority = priority;
  out.memory_bytes = memory;
  out.memory_request = request;
  return out;
}

TEST_CASE("rank_for_eviction: over the request, then priority, then by how much") {
  std::vector<PodUsage> pods = {pod(0, 10, 20), pod(5, 90, 10),  pod(0, 30, 10),
                                pod(0, 50, 10), pod(-1, 10, 20), pod(0, 20, 20)};
  rank_for_eviction(pods, Signal::kMemoryAvailable, false);
  std::string order;
  for (const PodUsage& one : pods) {
    order += fmt::format("{}:{}/{} ", one.priority, one.memory_bytes, one.memory_request);
  }
  CHECK(order == "0:50/10 0:30/10 5:90/10 -1:10/20 0:20/20 0:10/20 ");
}

TEST_CASE("rank_for_eviction: with a disk for images, each disk counts what lies on it") {
  PodUsage layers;
  layers.layer_bytes = 100;
  PodUsage volumes;
  volumes.volume_bytes = 90;
  std::vector<PodUsage> pods = {layers, volumes};
  rank_for_eviction(pods, Signal::kNodeFsAvailable, false);
  CHECK(pods.front().layer_bytes == 100);
  rank_for_eviction(pods, Signal::kNodeFsAvailable, true);
  CHECK(pods.front().volume_bytes == 90);
  rank_for_eviction(pods, Signal::kImageFsAvailable, true);
  CHECK(pods.front().layer_bytes == 100);
}

TEST_CASE("pressure_refusal: who gets in while the node is short of something") {
  const auto refused = [](std::set<std::string_view> conditions, std::int64_t priority,
                          std::string_view qos, bool tolerates) {
    return pressure_refusal(conditions, priority, qos, tolerates);
  };
  CHECK(refused({}, 0, "BestEffort", false).empty());
  CHECK(refused({"MemoryPressure"}, 0, "BestEffort", false) ==
        "The node had condition: [MemoryPressure]. ");
  CHECK(refused({"MemoryPressure"}, 0, "BestEffort", true).empty());
  CHECK(refused({"MemoryPressure"}, 0, "Burstable", false).empty());
  CHECK(refused({"DiskPressure"}, 0, "Guaranteed", true) ==
        "The node had condition: [DiskPressure]. ");
  CHECK(refused({"DiskPressure", "MemoryPressure"}, 0, "Burstable", true) ==
        "The node had condition: [DiskPressure MemoryPressure]. ");
  CHECK(refused({"DiskPressure"}, 2'000'000'000, "BestEffort", false).empty());
}

TEST_CASE("oom_score_adj: by class, and for Burstable by the share of the node that it asks for") {
  CHECK(oom_score_adj("Guaranteed", 0, kGi, 16 * kGi) == -997);
  CHECK(oom_score_adj("BestEffort", 0, 0, 16 * kGi) == 1000);
  CHECK(oom_score_adj("BestEffort", 2'000'001'000, 0, 16 * kGi) == -997);
  CHECK(oom_score_adj("Burstable", 0, 4 * kGi, 16 * kGi) == 750);
  CHECK(oom_score_adj("Burstable", 0, 0, 16 * kGi) == 999);
  CHECK(oom_score_adj("Burstable", 0, 16 * kGi, 16 * kGi) == 3);
}

TEST_CASE("bytes_text: as Kubernetes prints what it has counted") {
  CHECK(bytes_text(0) == "0");
  CHECK(bytes_text(100 * kMi) == "100Mi");
  CHECK(bytes_text(1536 * kMi) == "1536Mi");
  CHECK(bytes_text(1025) == "1025");
}

TEST_CASE("allocatable: never below nothing") {
  NodePoolSpec pool;
  pool.memory_bytes = kGi;
  pool.kubelet.kube_reserved = {{"memory", "3Gi"}, {"cpu", "500m"}};
  const Allocatable own = allocatable_of(pool);
  CHECK(own.memory_bytes == 0);
  CHECK(own.cpu_milli == 7500);
}

}  // namespace
}  // namespace inferlab::sim
