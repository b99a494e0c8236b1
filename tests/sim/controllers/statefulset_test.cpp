// What a StatefulSet does at rest points, as a Kubernetes 1.32 control plane does in the same
// steps.
#include <catch2/catch.hpp>

#include "tests/sim/controllers/sets_world.h"

namespace inferlab {
namespace {

using sim::PodView;
using sim::Value;

constexpr std::string_view kSets = "statefulsets.apps";
constexpr std::string_view kParallel = R"("podManagementPolicy":"Parallel",)";

std::string partition(int pods) {
  return R"("updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":)" +
         std::to_string(pods) + "}},";
}

}  // namespace

TEST_CASE("StatefulSet: Pods come one after the other and go in the opposite order") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(3);
  world.settle();
  CHECK(world.pods_line() == "web-0:v1");
  CHECK(world.stateful_counts() == "1 ready 0 available 0 current 1 updated 1");
  world.bind_all();
  world.settle();
  CHECK(world.pods_line() == "web-0:v1");  // it has to be Ready
  world.make_ready("web-0");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1");
  CHECK(world.stateful_counts() == "2 ready 1 available 1 current 2 updated 2");
  world.bring_up();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ready, web-2:v1 ready");

  world.patch(kSets, "web", R"({"spec":{"replicas":1}})");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ready, web-2:v1 ending");
  CHECK(world.stateful_counts() == "3 ready 3 available 3 current 2 updated 2");
  world.finalize_pods();
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ending");
  world.finalize_pods();
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready");
  CHECK(world.stateful_counts() == "1 ready 1 available 1 current 1 updated 1");

  CHECK(world.events("SuccessfulCreate") ==
        std::vector<std::string>{"create Pod web-0 in StatefulSet web successful",
                                 "create Pod web-1 in StatefulSet web successful",
                                 "create Pod web-2 in StatefulSet web successful"});
  CHECK(world.events("SuccessfulDelete") ==
        std::vector<std::string>{"delete Pod web-2 in StatefulSet web successful",
                                 "delete Pod web-1 in StatefulSet web successful"});
}

TEST_CASE("StatefulSet: with podManagementPolicy Parallel nobody waits") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(3, kParallel);
  world.settle();
  CHECK(world.pods_line() == "web-0:v1, web-1:v1, web-2:v1");
  world.bind_all();
  world.patch(kSets, "web", R"({"spec":{"replicas":0}})");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ending, web-1:v1 ending, web-2:v1 ending");
}

TEST_CASE("StatefulSet: in parallel an error is the end of its batch, and not of those before") {
  SetsWorld world;
  world.create("pods", R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1"},
 "spec":{"containers":[{"name":"main","image":"v1"}]}})");
  world.create_stateful_set(6, kParallel);
  world.settle();
  // Batches of 1, 2, 4: somebody else's web-1 is in the second.
  CHECK(world.pods() == std::vector<std::string>{"web-0", "web-1", "web-2"});
}

TEST_CASE("StatefulSet: a Pod has a name, a number, a host name and a revision") {
  SetsWorld world;
  world.create_stateful_set(1, R"("ordinals":{"start":5},)");
  world.settle();
  const Value pod = world.get("pods", "web-5");
  const Value set = world.get(kSets, "web");
  const Value& labels = pod["metadata"]["labels"];
  CHECK(labels["app"].str() == "web");
  CHECK(labels["statefulset.kubernetes.io/pod-name"].str() == "web-5");
  CHECK(labels["apps.kubernetes.io/pod-index"].str() == "5");
  CHECK(labels["controller-revision-hash"] == set["status"]["currentRevision"]);
  CHECK(pod["spec"]["hostname"].str() == "web-5");
  CHECK(pod["spec"]["subdomain"].str() == "peers");
  CHECK(pod["metadata"]["ownerReferences"][std::size_t{0}]["uid"] == set["metadata"]["uid"]);
  CHECK(set["status"]["collisionCount"].as_int(-1) == 0);
  CHECK(set["status"]["currentRevision"] == set["status"]["updateRevision"]);
}

TEST_CASE("StatefulSet: moving the first number makes new Pods before it deletes the old ones") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(2);
  world.bring_up();
  world.patch(kSets, "web", R"({"spec":{"ordinals":{"start":1}}})");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ready, web-2:v1");
  world.bring_up();
  CHECK(world.pods_line() == "web-0:v1 ending, web-1:v1 ready, web-2:v1 ready");
}

TEST_CASE("StatefulSet: an update goes from the highest number down and waits for each Pod") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(3);
  world.bring_up();
  const Value before = world.get(kSets, "web")["status"];
  world.set_image_of(kSets, "v2");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ready, web-2:v1 ending");
  CHECK(world.stateful_counts() == "3 ready 3 available 3 current 2 updated 0");
  world.finalize_pods();
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ready, web-2:v2");
  world.bind_all();
  world.make_ready("web-2");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ending, web-2:v2 ready");
  const Value during = world.get(kSets, "web")["status"];
  CHECK(during["currentRevision"] == before["currentRevision"]);
  CHECK(during["updateRevision"] != before["updateRevision"]);
  for (int i = 0; i < 2; ++i) {
    world.finalize_pods();
    world.bring_up();
  }
  CHECK(world.pods_line() == "web-0:v2 ready, web-1:v2 ready, web-2:v2 ready");
  CHECK(world.stateful_counts() == "3 ready 3 available 3 current 3 updated 3");
  const Value after = world.get(kSets, "web")["status"];
  CHECK(after["currentRevision"] == during["updateRevision"]);
  CHECK(world.revisions() == "1:v1 2:v2");
}

TEST_CASE("StatefulSet: below the partition Pods keep their version, made anew or not") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(3, partition(2));
  world.bring_up();
  world.set_image_of(kSets, "v2");
  world.bring_up();
  world.finalize_pods();
  world.bring_up();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ready, web-2:v2 ready");
  CHECK(world.stateful_counts() == "3 ready 3 available 3 current 2 updated 1");
  world.remove("pods", "web-0");
  world.finalize_pods();
  world.bring_up();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ready, web-2:v2 ready");
  world.patch(kSets, "web", R"({"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}})");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ending, web-2:v2 ready");
}

TEST_CASE("StatefulSet: a Pod that does not become Ready blocks even a new template") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(3);
  world.bring_up();
  world.make_ready("web-1", false);
  world.set_image_of(kSets, "v2");
  world.bind_all();
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1, web-2:v1 ready");
  world.patch(kSets, "web", R"({"spec":{"replicas":5}})");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1, web-2:v1 ready");
  // Deleted by hand it comes back with the new template, and all goes on.
  world.remove("pods", "web-1");
  world.finalize_pods();
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v2, web-2:v1 ready");
  world.bring_up();
  CHECK(world.pods_line() ==
        "web-0:v1 ready, web-1:v2 ready, web-2:v1 ending, web-3:v2 ready, web-4:v2 ready");
}

TEST_CASE("StatefulSet: with OnDelete only Pods that somebody deletes are replaced") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(2, R"("updateStrategy":{"type":"OnDelete"},)");
  world.bring_up();
  world.set_image_of(kSets, "v2");
  world.settle();
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1 ready");
  world.remove("pods", "web-0");
  world.finalize_pods();
  world.settle();
  CHECK(world.pods_line() == "web-0:v2, web-1:v1 ready");
}

TEST_CASE("StatefulSet: a Pod that has ended, however, is made anew") {
  for (const std::string phase : {"Failed", "Succeeded"}) {
    SetsWorld world;
    world.create_node("w1");
    world.create_stateful_set(1);
    world.bring_up();
    const Value uid = world.get("pods", "web-0")["metadata"]["uid"];
    world.patch("pods", "web-0", R"({"status":{"phase":")" + phase + R"("}})", "status");
    world.settle();
    CHECK(world.pods_line() == "web-0:v1");
    CHECK(world.get("pods", "web-0")["metadata"]["uid"] != uid);
  }
}

TEST_CASE("StatefulSet: minReadySeconds hold up the next Pod") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(2, R"("minReadySeconds":10,)");
  world.settle();
  world.bind_all();
  world.make_ready("web-0");
  world.run_for(8s);
  CHECK(world.pods_line() == "web-0:v1 ready");
  CHECK(world.stateful_counts() == "1 ready 1 available 0 current 1 updated 1");
  world.run_for(3s);
  CHECK(world.pods_line() == "web-0:v1 ready, web-1:v1");
  CHECK(world.stateful_counts() == "2 ready 1 available 1 current 2 updated 2");
}

TEST_CASE("StatefulSet: a template that comes back is the newest revision") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(1);
  world.bring_up();
  for (const char* image : {"v2", "v1"}) {
    world.set_image_of(kSets, image);
    world.settle();
    world.finalize_pods();
    world.bring_up();
  }
  CHECK(world.revisions() == "2:v2 3:v1");
  CHECK(world.pods_line() == "web-0:v1 ready");
}

TEST_CASE("StatefulSet: revisionHistoryLimit counts versions that no Pod is of") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(1, R"("revisionHistoryLimit":1,)");
  world.bring_up();
  for (const char* image : {"v2", "v3", "v4"}) {
    world.set_image_of(kSets, image);
    world.settle();
    world.finalize_pods();
    world.bring_up();
  }
  CHECK(world.revisions() == "3:v3 4:v4");
}

TEST_CASE("StatefulSet: a revision's name that is taken is passed over") {
  SetsWorld world;
  world.create_stateful_set(1);
  world.settle();
  const std::string name = world.get(kSets, "web")["status"]["currentRevision"].str();
  world.remove(kSets, "web");
  world.settle();
  REQUIRE(world.get("controllerrevisions.apps", name).is_null());
  world.create("controllerrevisions.apps",
               R"({"metadata":{"name":")" + name + R"("},"data":{"other":1},"revision":7})");
  world.create_stateful_set(1);
  world.settle();
  const Value status = world.get(kSets, "web")["status"];
  CHECK(status["collisionCount"].as_int() == 1);
  CHECK(status["currentRevision"].str() != name);
  CHECK(world.pods_line() == "web-0:v1");
}

TEST_CASE("StatefulSet: Pods of its name that nobody owns are adopted, others let go") {
  SetsWorld world;
  world.create_node("w1");
  world.create_stateful_set(1);
  world.bring_up();
  world.patch("pods", "web-0", R"({"metadata":{"ownerReferences":null}})");
  world.settle();
  CHECK(world.get("pods", "web-0")["metadata"]["ownerReferences"].size() == 1);
  world.patch("pods", "web-0", R"({"metadata":{"labels":{"app":"other"}}})");
  world.settle();
  CHECK(world.get("pods", "web-0")["metadata"]["ownerReferences"].empty());
  CHECK(world.stateful_counts() == "0 ready 0 available 0 current 0 updated 0");
}

TEST_CASE("StatefulSet: more replicas than any cluster could hold do not hold up the program") {
  SetsWorld world;
  world.create_stateful_set(2147483647, kParallel);
  world.settle();
  CHECK(world.pods().size() <= 40);  // as many as the client's rate limit lets through
  world.run_for(2s);
  CHECK(world.pods().size() > 40);
}

}  // namespace inferlab
