#include "sim/node/volume_contents.h"

#include <catch2/catch.hpp>
#include <string>

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
  VolumeContents contents{store, network};

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

}  // namespace
}  // namespace inferlab::sim
