#include "sim/node/volume_contents.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "engine/base/rng.h"
#include "sim/api/json.h"
#include "sim/kernel/simulation.h"
#include "sim/node/file_place.h"

namespace inferlab::sim {
namespace {

constexpr const char* kContents = "volumesnapshotcontents.snapshot.storage.k8s.io";
constexpr const char* kSnapshots = "volumesnapshots.snapshot.storage.k8s.io";

struct Volumes {
  Simulation simulation{1};
  Store store;
  ModelNetwork network{simulation, {}};
  Files files{simulation};
  VolumeContents contents{store, network, files};

  Volumes() {
    store.subscribe([this](const Change& change) { contents.see(change); }, Store::ignore);
  }
  void put(const char* resource, const char* ns, const char* name, const std::string& text) {
    const auto document = parse_json(text);
    REQUIRE(document.has_value());
    store.put({resource, ns, name}, *document, simulation.now());
  }
  void volume(const std::string& name, const char* claim) {
    put("persistentvolumes", "", name.c_str(),
        R"({"spec":{"csi":{"driver":"d","volumeHandle":")" + name +
            R"("},"claimRef":{"namespace":"default","name":")" + claim + "\"}}}");
  }
  void claim(const char* name, const std::string& volume, const char* source = "{}") {
    put("persistentvolumeclaims", "default", name,
        R"({"spec":{"volumeName":")" + volume + R"(","dataSource":)" + source + "}}");
  }
  [[nodiscard]] std::string key(const char* claim) const {
    return volume_key(store, "default", claim);
  }
};

TEST_CASE("VolumeContents: files go with the volume, not with the claim's name") {
  Volumes test;
  test.claim("models", "one");
  CHECK(test.key("models") == "claim/default/models");
  test.volume("one", "models");
  const std::string before = test.key("models");
  CHECK(before == "volume/kubernetes.io/csi/d^one");
  test.volume("two", "models");
  test.claim("models", "two");
  CHECK(test.key("models") != before);
}

TEST_CASE("VolumeContents: a snapshot has what was whole when it was taken, and gives it on") {
  Volumes test;
  test.claim("models", "one");
  test.volume("one", "models");
  test.network.stored.insert(test.key("models") + " early");
  test.put(kContents, "", "c", R"({"spec":{"driver":"d","source":{"volumeHandle":"one"}}})");
  const char* taken = R"({"spec":{"driver":"d","source":{"volumeHandle":"one"}},
                          "status":{"snapshotHandle":"s","readyToUse":false}})";
  test.put(kContents, "", "c", taken);
  test.network.stored.insert(test.key("models") + " late");
  test.put(kContents, "", "c", R"({"spec":{"driver":"d","source":{"volumeHandle":"one"}},
                                   "status":{"snapshotHandle":"s","readyToUse":true}})");
  test.put(kSnapshots, "default", "snap", R"({"status":{"boundVolumeSnapshotContentName":"c"}})");
  test.claim("copy", "", R"({"kind":"VolumeSnapshot","name":"snap"})");
  test.volume("new", "copy");
  CHECK(test.network.stored.contains("volume/kubernetes.io/csi/d^new early"));
  CHECK_FALSE(test.network.stored.contains("volume/kubernetes.io/csi/d^new late"));
}

std::vector<std::string> paths_in(const Files& files, const std::string& place) {
  std::vector<std::string> out;
  for (const Files::Record& record : files.records()) {
    if (record.place == place && record.to == Time::max()) out.push_back(record.path);
  }
  return out;
}

TEST_CASE("VolumeContents: a snapshot holds what the volume held, whatever happens to it then") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    Volumes test;
    Rng rng(seed);
    test.claim("data", "one");
    test.volume("one", "data");
    const std::string place = test.key("data");
    std::map<std::string, std::vector<std::string>> held;  // by handle
    for (int step = 0; step < 60; ++step) {
      const std::string path = fmt::format("f{}", rng.below(8));
      switch (rng.below(3)) {
        case 0:
          test.files.put(place, path, {});
          break;
        case 1:
          test.files.remove(place, path);
          break;
        default: {
          const std::string name = fmt::format("s{}", held.size());
          held[name] = paths_in(test.files, place);
          test.put(
              kContents, "", name.c_str(),
              R"({"spec":{"driver":"d","source":{"volumeHandle":"one"}},"status":{"snapshotHandle":")" +
                  name + "\"}}");
        }
      }
    }
    for (const auto& [name, paths] : held)
      CHECK(paths_in(test.files, "snapshot/d^" + name) == paths);
  }
}

TEST_CASE("VolumeContents: files go when the driver deletes, and not with an object alone") {
  Volumes test;
  const auto put = [&](const std::string& name, const std::string& policy, const char* phase) {
    test.put("persistentvolumes", "", name.c_str(),
             R"({"spec":{"csi":{"driver":"d","volumeHandle":")" + name +
                 R"("},"persistentVolumeReclaimPolicy":")" + policy + R"("},"status":{"phase":")" +
                 phase + "\"}}");
    test.files.put("volume/kubernetes.io/csi/d^" + name, "f", {});
  };
  const auto is_left = [&](const std::string& name) {
    const ObjectKey key{"persistentvolumes", "", name};
    test.store.remove(key, test.store.get(key)->document, test.simulation.now());
    return !paths_in(test.files, "volume/kubernetes.io/csi/d^" + name).empty();
  };
  put("kept", "Retain", "Released");
  put("deleted", "Delete", "Released");
  put("forced", "Delete", "Bound");
  CHECK(is_left("kept"));
  CHECK_FALSE(is_left("deleted"));
  CHECK(is_left("forced"));

  const auto content = [&](const char* status) {
    test.put(kContents, "", "c", std::string(R"({"spec":{"driver":"d"},"status":)") + status + "}");
  };
  content(R"({"snapshotHandle":"s"})");
  test.files.put("snapshot/d^s", "f", {});
  content(R"({"snapshotHandle":"s","readyToUse":true})");
  CHECK_FALSE(paths_in(test.files, "snapshot/d^s").empty());
  content(R"({"readyToUse":true})");
  CHECK(paths_in(test.files, "snapshot/d^s").empty());
}

}  // namespace
}  // namespace inferlab::sim
