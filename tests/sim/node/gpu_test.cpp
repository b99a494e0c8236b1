#include <fmt/format.h>
#include <fmt/ranges.h>

#include <catch2/catch.hpp>
#include <string>

#include "engine/base/rng.h"
#include "sim/node/gpu_set.h"
#include "sim/node/mig_profiles.h"

namespace inferlab::sim {
namespace {

GpuSpec a100() {
  return {"A100-80GB-SXM", std::int64_t{80} << 30, 2039e9, 312e12, 0.38, 0.18};
}

std::string text(const std::map<std::string, int>& counts) {
  std::string out;
  for (const auto& [resource, count] : counts) out += fmt::format("{}={} ", resource, count);
  return out;
}

TEST_CASE("MIG: which profiles fit on one card together") {
  const auto placed = [](std::vector<std::string> profiles) {
    const auto starts = place_instances("A100-80GB-SXM", profiles);
    return starts ? fmt::format("{}", fmt::join(*starts, " ")) : std::string("no");
  };
  CHECK(placed({"7g.80gb"}) == "0");
  CHECK(placed({"3g.40gb", "3g.40gb"}) == "0 4");
  CHECK(placed({"4g.40gb", "3g.40gb"}) == "0 4");
  CHECK(placed({"4g.40gb", "4g.40gb"}) == "no");
  CHECK(placed({"1g.10gb", "1g.10gb", "1g.10gb", "1g.10gb", "1g.10gb", "1g.10gb", "1g.10gb"}) ==
        "0 1 2 3 4 5 6");
  CHECK(placed({"1g.20gb", "1g.20gb", "1g.20gb", "1g.20gb"}) == "0 2 4 6");
  CHECK(placed({"2g.20gb", "2g.20gb", "2g.20gb", "1g.10gb"}) == "0 2 4 6");
  // The 3g must leave the first half: eight memory slices are used, and 1g never has the last.
  CHECK(placed({"3g.40gb", "2g.20gb", "1g.10gb", "1g.10gb"}) == "4 0 2 3");
  CHECK(placed({"3g.40gb", "3g.40gb", "1g.10gb"}) == "no");
  CHECK(place_instances("A100-80GB-SXM", {"1g.5gb"}).error().message ==
        "A100-80GB-SXM: has no MIG profile \"1g.5gb\"");
  CHECK(place_instances("L4", {"1g.5gb"}).error().message ==
        "L4: cannot be cut into MIG instances");
}

TEST_CASE("MIG: an instance has its share of the card") {
  const MigCard& card = *mig_card_of("A100-80GB-SXM");
  const GpuSpec spec = instance_spec(a100(), card, *find_profile(card, "2g.20gb"));
  CHECK(spec.memory_bytes == std::int64_t{20} << 30);
  CHECK(spec.memory_bandwidth == Approx(2039e9 / 4));
  CHECK(spec.bf16_flops == Approx(312e12 * 28 / 108));
}

TEST_CASE("GpuSet: a sick GPU counts to the capacity, and is nobody's next one") {
  const GpuSpec spec = a100();
  GpuSet gpus(&spec, {}, {"g0", "g1", "g2"}, {});
  const auto first = gpus.take("x", "nvidia.com/gpu", 2);
  REQUIRE(first);
  CHECK(first->at(0)->id == "g0");
  CHECK(first->at(1)->id == "g1");
  CHECK_FALSE(gpus.take("y", "nvidia.com/gpu", 2));
  gpus.note_xid(gpus.cards()[2], -1, *find_xid(48));
  CHECK(text(gpus.capacity()) == "nvidia.com/gpu=3 ");
  CHECK(text(gpus.allocatable()) == "nvidia.com/gpu=2 ");
  CHECK_FALSE(gpus.take("y", "nvidia.com/gpu", 1));
  CHECK_FALSE(gpus.cards()[2].devices.front()->usable());
  gpus.heal(gpus.cards()[2]);
  CHECK(gpus.take("y", "nvidia.com/gpu", 1));
  gpus.release("x");
  CHECK(gpus.available("nvidia.com/gpu") == 2);
}

TEST_CASE("GpuSet: time slices go to the device with the fewest users") {
  const GpuSpec spec = a100();
  GpuSharingSpec sharing;
  sharing.replicas = 3;
  sharing.renamed = true;
  GpuSet gpus(&spec, sharing, {"g0", "g1"}, {});
  CHECK(text(gpus.capacity()) == "nvidia.com/gpu.shared=6 ");
  std::string order;
  for (const char* owner : {"a", "b", "c", "d"}) {
    order += gpus.take(owner, "nvidia.com/gpu.shared", 1)->front()->id + " ";
  }
  CHECK(order == "g0::0 g1::0 g0::1 g1::1 ");
}

TEST_CASE("GpuDevice: memory is first come, first served, and time is shared by the busy") {
  GpuDevice gpu("g", a100());
  CHECK(gpu.hold("a", std::int64_t{50} << 30));
  CHECK_FALSE(gpu.hold("b", std::int64_t{40} << 30));
  CHECK(gpu.hold("a", std::int64_t{30} << 30));
  CHECK(gpu.hold("b", std::int64_t{40} << 30));
  CHECK(gpu.free_bytes() == std::int64_t{10} << 30);
  int told = 0;
  gpu.on_change("a", [&] { ++told; });
  gpu.set_busy("a", true);
  gpu.set_busy("a", true);
  CHECK(gpu.slowdown() == 1);
  gpu.set_busy("b", true);
  CHECK(gpu.slowdown() == 2);
  gpu.set_clock(0.5);
  CHECK(gpu.slowdown() == 4);
  CHECK(told == 3);
  gpu.release("b");
  CHECK(gpu.slowdown() == 2);
  CHECK(gpu.free_bytes() == std::int64_t{50} << 30);
}

TEST_CASE("GpuSet: whatever is taken, released, sick and healed, the counts add up", "[seeds]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    const GpuSpec spec = a100();
    GpuSharingSpec sharing;
    sharing.replicas = static_cast<int>(rng.between(1, 3));
    GpuSet gpus(&spec, sharing, {"g0", "g1", "g2", "g3"}, {});
    const std::string resource = "nvidia.com/gpu";
    for (int step = 0; step < 100; ++step) {
      const std::string owner = fmt::format("p{}", rng.between(0, 5));
      GpuCard& card = gpus.cards()[static_cast<std::size_t>(rng.between(0, 3))];
      const int before = gpus.available(resource);
      switch (rng.between(0, 3)) {
        case 0: {
          const int count = static_cast<int>(rng.between(1, 4));
          const auto taken = gpus.take(owner, resource, count);
          CHECK(taken.has_value() == (count <= before));
          CHECK(gpus.available(resource) == (taken ? before - count : before));
          break;
        }
        case 1:
          gpus.release(owner);
          CHECK(gpus.available(resource) >= before);
          break;
        case 2:
          gpus.note_xid(card, -1, *find_xid(79));
          CHECK(gpus.available(resource) <= before);
          break;
        default:
          gpus.heal(card);
      }
      CHECK(gpus.capacity()[resource] == 4 * sharing.replicas);
      CHECK(gpus.available(resource) <= gpus.allocatable()[resource]);
    }
  }
}

}  // namespace
}  // namespace inferlab::sim
