// Claims and volumes in use.
#include <catch2/catch.hpp>

#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

constexpr const char* kClaim = R"({"metadata": {"name": "data"}, "spec": {
  "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})";
constexpr const char* kPod = R"({"metadata": {"name": "user"}, "spec": {
  "containers": [{"name": "main", "image": "a:1"}],
  "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}})";

TEST_CASE("volume protection: a claim that no Pod uses goes at once") {
  ControllersWorld world;
  world.create("persistentvolumeclaims", kClaim);
  world.create("pods", kPod);  // has no node yet
  world.remove("persistentvolumeclaims", "data");
  world.settle();
  CHECK(world.get("persistentvolumeclaims", "data").is_null());
}

TEST_CASE("volume protection: a claim stays until the Pod that uses it has ended") {
  ControllersWorld world;
  world.create_node("w1");
  world.create("persistentvolumeclaims", kClaim);
  world.create("pods", kPod);
  world.bind("user", "w1");
  world.remove("persistentvolumeclaims", "data");
  world.settle();
  CHECK(world.get("persistentvolumeclaims", "data")["metadata"].has("deletionTimestamp"));
  world.patch("pods", "user", R"({"status": {"phase": "Succeeded"}})", "status");
  world.settle();
  CHECK(world.get("persistentvolumeclaims", "data").is_null());
}

TEST_CASE("volume protection: a bound volume stays until it is released") {
  ControllersWorld world;
  world.create("persistentvolumes", R"({"metadata": {"name": "disk"}, "spec": {
    "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"],
    "hostPath": {"path": "/data"}}})");
  world.settle();
  world.create("persistentvolumeclaims", kClaim);
  world.settle();
  CHECK(world.get("persistentvolumes", "disk")["status"]["phase"].as_string() == "Bound");
  world.remove("persistentvolumes", "disk");
  world.settle();
  CHECK_FALSE(world.get("persistentvolumes", "disk").is_null());
  world.remove("persistentvolumeclaims", "data");
  world.settle();
  CHECK(world.get("persistentvolumes", "disk").is_null());
}

}  // namespace
}  // namespace inferlab
