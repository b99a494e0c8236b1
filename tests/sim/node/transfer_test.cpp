#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "sim/node/model_storage.h"
#include "sim/node/transfer_network.h"

namespace inferlab::sim {
namespace {

Time at(Duration since_start) {
  return Time{} + since_start;
}

/// Notes who is done when.
struct Trace {
  Simulation& simulation;
  std::string text = {};
  std::function<void()> note(std::string name) {
    return [this, name] {
      text += fmt::format("{}@{} ", name, format_duration(simulation.now().time_since_epoch()));
    };
  }
};

TEST_CASE("TransferNetwork: transfers on one link share it equally") {
  Simulation simulation(1);
  TransferNetwork network(simulation);
  Trace trace{simulation};
  const auto link = network.add_link(100);
  network.start({link}, 10000, trace.note("a"));
  simulation.run_until(at(50s));                 // a has 5000 left
  network.start({link}, 2500, trace.note("b"));  // both at 50: b is over at 100
  network.cancel(network.start({link}, 2500, trace.note("c")));
  simulation.run_until(at(300s));
  CHECK(trace.text == "b@1m40s a@2m5s ");
}

TEST_CASE("TransferNetwork: who is held back elsewhere leaves the rest to the others") {
  Simulation simulation(1);
  TransferNetwork network(simulation);
  Trace trace{simulation};
  const auto server = network.add_link(100);
  const auto slow = network.add_link(20);
  const auto fast = network.add_link(1000);
  const auto a = network.start({server, slow}, 2000, trace.note("a"));
  const auto b = network.start({server, fast}, 8000, trace.note("b"));
  CHECK(network.rate(a) == Approx(20));
  CHECK(network.rate(b) == Approx(80));
  simulation.run_until(at(99s));
  CHECK(trace.text.empty());
  simulation.run_until(at(101s));
  CHECK(trace.text == "a@1m40s b@1m40s ");
}

TEST_CASE("TransferNetwork: nothing to move is done at once, but later than start()") {
  Simulation simulation(1);
  TransferNetwork network(simulation);
  Trace trace{simulation};
  network.start({network.add_link(1)}, 0, trace.note("a"));
  CHECK(trace.text.empty());
  simulation.run_until(at(0s));
  CHECK(trace.text == "a@0s ");
}

TEST_CASE("TransferNetwork: no link carries more than it can, and what started arrives",
          "[seeds]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    Simulation simulation(seed);
    TransferNetwork network(simulation);
    std::vector<double> bandwidths;
    for (int i = 0; i < 5; ++i) {
      bandwidths.push_back(static_cast<double>(rng.between(10, 1000)));
      network.add_link(bandwidths.back());
    }
    std::map<TransferNetwork::TransferId, std::vector<TransferNetwork::LinkId>> open;
    for (int step = 0; step < 40; ++step) {
      simulation.run_until(simulation.now() + Duration{rng.between(0, 2'000'000'000)});
      if (!open.empty() && rng.between(0, 3) == 0) {
        network.cancel(open.begin()->first);
        open.erase(open.begin());
      } else {
        std::vector<TransferNetwork::LinkId> path{static_cast<std::size_t>(rng.between(0, 4))};
        if (rng.between(0, 1) == 1) path.push_back(static_cast<std::size_t>(rng.between(0, 4)));
        const std::int64_t bytes = rng.between(0, 5000);
        const auto id = std::make_shared<TransferNetwork::TransferId>(0);
        *id = network.start(path, bytes, [&open, id] { open.erase(*id); });
        open[*id] = path;
      }
      std::vector<double> load(5, 0.0);
      for (const auto& [id, path] : open) {
        CHECK(network.rate(id) > 0);
        bool is_full_somewhere = false;
        for (const auto link : std::set<std::size_t>(path.begin(), path.end())) {
          load[link] += network.rate(id);
          is_full_somewhere = is_full_somewhere || network.rate(id) <= bandwidths[link] + 1e-6;
        }
        CHECK(is_full_somewhere);
      }
      for (std::size_t i = 0; i < load.size(); ++i) CHECK(load[i] <= bandwidths[i] * (1 + 1e-9));
    }
    simulation.run_until(simulation.now() + 24h);
    CHECK(open.empty());
  }
}

ModelStorage::Load load(FilePlace::Kind kind, std::string key, std::int64_t bytes = 1000) {
  return {"m", {kind, std::move(key)}, bytes, 1};
}

TEST_CASE("ModelStorage: what stays on the node is read, or comes from the page cache") {
  using enum FilePlace::Kind;
  Simulation simulation(1);
  ModelNetwork network(simulation, {});
  ModelStorage storage(network, 100, 200);
  std::int64_t free_memory = 5000;
  storage.set_free_memory([&] { return free_memory; });
  Trace trace{simulation};
  storage.load(load(kNodeDisk, "host/m"), trace.note("download"));
  storage.load(load(kNodeDisk, "host/m"), trace.note("waits"));
  simulation.run_until(at(20s));
  storage.load(load(kNodeDisk, "host/m"), trace.note("cached"));
  simulation.run_until(at(30s));
  free_memory = 500;  // the page cache has no room any more
  storage.load(load(kNodeDisk, "host/m"), trace.note("disk"));
  storage.load(load(kLayer, ""), trace.note("streams"));
  simulation.run_until(at(60s));
  CHECK(trace.text == "download@10s waits@10s cached@20s disk@35s streams@40s ");
}

TEST_CASE("ModelStorage: when a download is given up, the next one begins it anew") {
  using enum FilePlace::Kind;
  Simulation simulation(1);
  ModelNetwork network(simulation, {});
  ModelStorage storage(network, 100, 200);
  Trace trace{simulation};
  const auto first = storage.load(load(kPodDisk, "pod/u/v"), trace.note("first"));
  storage.load(load(kPodDisk, "pod/u/v"), trace.note("second"));
  simulation.run_until(at(5s));
  storage.cancel(first);
  simulation.run_until(at(30s));
  CHECK(trace.text == "second@15s ");
  storage.forget_pod("u");
  storage.load(load(kPodDisk, "pod/u/v"), trace.note("again"));
  simulation.run_until(at(60s));
  CHECK(trace.text == "second@15s again@40s ");
}

TEST_CASE("ModelStorage: a volume is filled once for all nodes") {
  using enum FilePlace::Kind;
  Simulation simulation(1);
  ModelNetwork network(simulation, {.server_bandwidth = 50, .volume_bandwidth = 80});
  ModelStorage one(network, 100, 200);
  ModelStorage other(network, 100, 200);
  Trace trace{simulation};
  one.load(load(kVolume, "claim/default/m"), trace.note("fills"));
  simulation.run_until(at(30s));
  other.load(load(kVolume, "claim/default/m"), trace.note("reads"));
  simulation.run_until(at(60s));
  CHECK(trace.text == "fills@20s reads@42.5s ");
}

}  // namespace
}  // namespace inferlab::sim
