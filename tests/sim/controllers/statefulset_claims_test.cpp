// Claims of a StatefulSet's Pods: who makes them, and when they go.
#include <catch2/catch.hpp>

#include "tests/sim/controllers/sets_world.h"

namespace inferlab {
namespace {

using sim::Value;

constexpr std::string_view kSets = "statefulsets.apps";
constexpr std::string_view kClaims = "persistentvolumeclaims";

constexpr std::string_view kData = R"("volumeClaimTemplates":[{"metadata":{"name":"data",
 "labels":{"tier":"fast"}},"spec":{"accessModes":["ReadWriteOnce"],
 "resources":{"requests":{"storage":"1Gi"}}}}],)";

std::string retention(std::string_view scaled, std::string_view deleted) {
  return R"("persistentVolumeClaimRetentionPolicy":{"whenScaled":")" + std::string(scaled) +
         R"(","whenDeleted":")" + std::string(deleted) + R"("},)" + std::string(kData);
}

/// "data-web-0, data-web-1 of Pod web-1": the claims, and what they go with.
std::string claims_line(const SetsWorld& world) {
  std::string out;
  for (const sim::ObjectPtr& claim : world.list(kClaims)) {
    out += (out.empty() ? "" : ", ") + claim->key.name;
    for (const Value& owner : claim->document["metadata"]["ownerReferences"].items()) {
      out += " of " + owner["kind"].str() + " " + owner["name"].str();
    }
  }
  return out;
}

void shrink_to_one(SetsWorld& world) {
  world.patch(kSets, "web", R"({"spec":{"replicas":1}})");
  world.settle();
}

}  // namespace

TEST_CASE("StatefulSet: each Pod gets claims of its own, which outlive it") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(2, kData);
  world.bring_up();
  CHECK(claims_line(world) == "data-web-0, data-web-1");
  const Value claim = world.get(kClaims, "data-web-0");
  CHECK(claim["metadata"]["labels"]["app"].str() == "web");
  CHECK(claim["metadata"]["labels"]["tier"].str() == "fast");
  CHECK(claim["spec"]["resources"]["requests"]["storage"].str() == "1Gi");
  const Value volume = world.get("pods", "web-0")["spec"]["volumes"][std::size_t{0}];
  CHECK(volume["name"].str() == "data");
  CHECK(volume["persistentVolumeClaim"]["claimName"].str() == "data-web-0");
  CHECK(world.events("SuccessfulCreate") ==
        std::vector<std::string>{"create Claim data-web-0 Pod web-0 in StatefulSet web success",
                                 "create Pod web-0 in StatefulSet web successful",
                                 "create Claim data-web-1 Pod web-1 in StatefulSet web success",
                                 "create Pod web-1 in StatefulSet web successful"});
  shrink_to_one(world);
  world.finalize_pods();
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready");
  CHECK(claims_line(world) == "data-web-0, data-web-1");
  world.remove(kSets, "web");
  world.settle();
  world.finalize_pods();
  world.settle();
  CHECK(claims_line(world) == "data-web-0, data-web-1");
}

TEST_CASE("StatefulSet: whenScaled Delete ties a claim to the Pod that is to go") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(2, retention("Delete", "Retain"));
  world.bring_up();
  CHECK(claims_line(world) == "data-web-0, data-web-1");
  shrink_to_one(world);
  CHECK(claims_line(world) == "data-web-0, data-web-1 of Pod web-1");
  world.finalize_pods();
  world.settle();
  CHECK(claims_line(world) == "data-web-0");
  world.patch(kSets, "web", R"({"spec":{"replicas":2}})");
  world.bring_up();
  CHECK(claims_line(world) == "data-web-0, data-web-1");
}

TEST_CASE("StatefulSet: whenDeleted Delete ties claims to the set") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(2, retention("Retain", "Delete"));
  world.bring_up();
  CHECK(claims_line(world) == "data-web-0 of StatefulSet web, data-web-1 of StatefulSet web");
  shrink_to_one(world);
  world.finalize_pods();
  world.settle();
  CHECK(claims_line(world) == "data-web-0 of StatefulSet web, data-web-1 of StatefulSet web");
  world.remove(kSets, "web");
  world.settle();
  world.finalize_pods();
  world.settle();
  CHECK(claims_line(world).empty());
}

TEST_CASE("StatefulSet: with both a claim goes from the set to the Pod that is to go") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(2, retention("Delete", "Delete"));
  world.bring_up();
  shrink_to_one(world);
  CHECK(claims_line(world) == "data-web-0 of StatefulSet web, data-web-1 of Pod web-1");
}

TEST_CASE("StatefulSet: a new policy reaches the claims of running Pods") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(1, retention("Retain", "Retain"));
  world.bring_up();
  world.patch(kSets, "web",
              R"({"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete"}}})");
  world.settle();
  CHECK(claims_line(world) == "data-web-0 of StatefulSet web");
  CHECK(world.events("SuccessfulUpdate") ==
        std::vector<std::string>{"update Pod web-0 in StatefulSet web successful"});
}

TEST_CASE("StatefulSet: a claim that another controller owns is left alone") {
  SetsWorld world;
  world.create_node("w1");
  world.create("configmaps", R"({"metadata":{"name":"owner"}})");
  const std::string uid = world.get("configmaps", "owner")["metadata"]["uid"].str();
  world.create(kClaims, R"({"metadata":{"name":"data-web-0","ownerReferences":[
 {"apiVersion":"v1","kind":"ConfigMap","name":"owner","controller":true,"uid":")" +
                            uid + R"("}]},"spec":{"accessModes":["ReadWriteOnce"],
 "resources":{"requests":{"storage":"1Gi"}}}})");
  world.create_stateful_set(1, retention("Delete", "Delete"));
  world.bring_up();
  CHECK(claims_line(world) == "data-web-0 of ConfigMap owner");
  CHECK(world.pods_line() == "web-0:v1 ready");
}

TEST_CASE("StatefulSet: a Pod waits while its claim is being deleted") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(1, kData);
  world.bring_up();
  world.patch(kClaims, "data-web-0", R"({"metadata":{"finalizers":["example.com/held"]}})");
  world.remove(kClaims, "data-web-0");
  world.remove("pods", "web-0");
  world.finalize_pods();
  world.settle();
  CHECK(world.pods_line().empty());
  CHECK(world.events("FailedCreate") ==
        std::vector<std::string>{"create Pod web-0 in StatefulSet web failed error: pvc data-web-0 "
                                 "is being deleted"});
  world.patch(kClaims, "data-web-0", R"({"metadata":{"finalizers":null}})");
  world.run_for(30s);
  CHECK(world.pods_line() == "web-0:v1");
  CHECK(claims_line(world) == "data-web-0");
}

}  // namespace inferlab
