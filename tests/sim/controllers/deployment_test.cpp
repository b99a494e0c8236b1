// What a Deployment does at rest points, as a Kubernetes 1.32 control plane did in the same steps.
#include <catch2/catch.hpp>

#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

constexpr std::string_view kQuarter =
    R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}},)";

}  // namespace

TEST_CASE("Deployment: a rolling update with 25 % of 4 takes the recorded steps") {
  ControllersWorld world;
  world.create_deployment(4, kQuarter);
  world.settle();
  CHECK(world.counts() == "4 updated 4 ready 0 available 0 unavailable 4");
  CHECK(world.sets() == "1:v1 4/4/0");
  CHECK(world.condition("deployments.apps", "web", "Available") ==
        "False MinimumReplicasUnavailable: Deployment does not have minimum availability.");
  CHECK(world.condition("deployments.apps", "web", "Progressing") ==
        "True ReplicaSetUpdated: ReplicaSet \"web-<hash>\" is progressing.");
  world.make_some_ready(4);
  world.settle();
  CHECK(world.counts() == "4 updated 4 ready 4 available 4 unavailable 0");
  CHECK(world.condition("deployments.apps", "web", "Available") ==
        "True MinimumReplicasAvailable: Deployment has minimum availability.");
  CHECK(world.condition("deployments.apps", "web", "Progressing") ==
        "True NewReplicaSetAvailable: ReplicaSet \"web-<hash>\" has successfully progressed.");

  world.set_image("v2");
  world.settle();
  CHECK(world.counts() == "5 updated 2 ready 3 available 3 unavailable 2");
  CHECK(world.sets() == "1:v1 3/3/3 2:v2 2/2/0");
  world.make_some_ready(1);
  world.settle();
  CHECK(world.sets() == "1:v1 2/2/2 2:v2 3/3/1");
  world.finalize_pods();
  world.settle();
  CHECK(world.counts() == "5 updated 3 ready 3 available 3 unavailable 2");
  world.make_some_ready(1);
  world.settle();
  CHECK(world.sets() == "1:v1 1/1/1 2:v2 4/4/2");
  world.make_some_ready(1);
  world.settle();
  CHECK(world.counts() == "4 updated 4 ready 3 available 3 unavailable 1");
  CHECK(world.sets() == "1:v1 0/0/0 2:v2 4/4/3");
  world.make_some_ready(1);
  world.settle();
  CHECK(world.counts() == "4 updated 4 ready 4 available 4 unavailable 0");
  CHECK(world.events("ScalingReplicaSet") ==
        std::vector<std::string>{"Scaled up replica set web-<hash> from 0 to 4",
                                 "Scaled up replica set web-<hash> from 0 to 1",
                                 "Scaled down replica set web-<hash> from 4 to 3",
                                 "Scaled up replica set web-<hash> from 1 to 2",
                                 "Scaled down replica set web-<hash> from 3 to 2",
                                 "Scaled up replica set web-<hash> from 2 to 3",
                                 "Scaled down replica set web-<hash> from 2 to 1",
                                 "Scaled up replica set web-<hash> from 3 to 4",
                                 "Scaled down replica set web-<hash> from 1 to 0"});
}

TEST_CASE("Deployment: rolling updates rest where the recorded ones did") {
  struct Step {
    std::string_view image;  // a new template, or
    int ready;               // so many more Pods become Ready
    std::string sets;
  };
  struct Case {
    int replicas;
    std::string surge, unavailable;
    std::vector<Step> steps;
  };
  const std::vector<Case> cases = {
      // Surge is rounded up to 3, unavailable down to 2.
      {7,
       R"("30%")",
       R"("30%")",
       {{"v2", 0, "1:v1 5/5/5 2:v2 5/5/0"},
        {"", 2, "1:v1 3/3/3 2:v2 7/7/2"},
        {"", 3, "1:v1 0/0/0 2:v2 7/7/5"},
        {"", 2, "1:v1 0/0/0 2:v2 7/7/7"}}},
      // 1 and 0.
      {5,
       R"("10%")",
       R"("10%")",
       {{"v2", 0, "1:v1 5/5/5 2:v2 1/1/0"},
        {"", 1, "1:v1 4/4/4 2:v2 2/2/1"},
        {"", 1, "1:v1 3/3/3 2:v2 3/3/2"},
        {"", 1, "1:v1 2/2/2 2:v2 4/4/3"},
        {"", 1, "1:v1 1/1/1 2:v2 5/5/4"},
        {"", 1, "1:v1 0/0/0 2:v2 5/5/5"}}},
      // A new template in the midst of a rollout: what is not available yet goes first.
      {4,
       "1",
       "1",
       {{"v2", 0, "1:v1 3/3/3 2:v2 2/2/0"},
        {"v3", 0, "1:v1 3/3/3 2:v2 0/0/0 3:v3 2/2/0"},
        {"", 2, "1:v1 1/1/1 2:v2 0/0/0 3:v3 4/4/2"},
        {"", 2, "1:v1 0/0/0 2:v2 0/0/0 3:v3 4/4/4"}}},
  };
  for (const Case& one : cases) {
    INFO(one.replicas << " replicas, surge " << one.surge << ", unavailable " << one.unavailable);
    ControllersWorld world;
    world.create_deployment(one.replicas,
                            R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":)" +
                                one.surge + R"(,"maxUnavailable":)" + one.unavailable + "}},");
    world.settle();
    world.make_some_ready(one.replicas);
    world.settle();
    for (const Step& step : one.steps) {
      if (!step.image.empty()) world.set_image(step.image);
      world.make_some_ready(step.ready);
      world.settle();
      world.finalize_pods();
      world.settle();
      CHECK(world.sets() == step.sets);
    }
  }
}

TEST_CASE("Deployment: what is not Ready goes first when it shrinks") {
  ControllersWorld world;
  world.create_deployment(4, "");
  world.settle();
  world.make_some_ready(2);
  world.settle();
  world.patch("deployments.apps", "web", R"({"spec":{"replicas":2}})");
  world.settle();
  CHECK(world.counts() == "2 updated 2 ready 2 available 2 unavailable 0");
  CHECK(
      world.pods([](const sim::PodView& pod) { return pod.ready && !pod.meta.deletion_timestamp; })
          .size() == 2);
}

TEST_CASE("Deployment: a rollout that stands still exceeds its deadline and recovers") {
  ControllersWorld world;
  world.create_deployment(
      2, R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":0}},)"
         R"("progressDeadlineSeconds":3,)");
  world.settle();
  world.make_some_ready(2);
  world.settle();
  world.set_image("v2");
  world.settle();
  CHECK(world.counts() == "3 updated 1 ready 2 available 2 unavailable 1");
  world.run_for(6s);
  CHECK(world.condition("deployments.apps", "web", "Progressing") ==
        "False ProgressDeadlineExceeded: ReplicaSet \"web-<hash>\" has timed out progressing.");
  CHECK(world.condition("deployments.apps", "web", "Available") ==
        "True MinimumReplicasAvailable: Deployment has minimum availability.");
  world.make_some_ready(1);
  world.settle();
  world.finalize_pods();
  world.settle();
  world.make_some_ready(1);
  world.settle();
  world.finalize_pods();
  world.settle();
  CHECK(world.condition("deployments.apps", "web", "Progressing") ==
        "True NewReplicaSetAvailable: ReplicaSet \"web-<hash>\" has successfully progressed.");
  CHECK(world.sets() == "1:v1 0/0/0 2:v2 2/2/2");
}

TEST_CASE("Deployment: Recreate starts nothing while an old Pod is terminating") {
  ControllersWorld world;
  world.create_node("w1");
  world.create_deployment(2, R"("strategy":{"type":"Recreate"},)");
  world.settle();
  for (const std::string& pod : world.pods()) world.bind(pod, "w1");
  world.make_some_ready(2);
  world.settle();
  world.set_image("v2");
  world.settle();
  CHECK(world.sets() == "1:v1 0/0/0");
  CHECK(world.pods().size() == 2);
  world.finalize_pods();
  world.settle();
  CHECK(world.sets() == "1:v1 0/0/0 2:v2 2/2/0");
}

TEST_CASE("Deployment: a template that comes back makes its old ReplicaSet the newest revision") {
  ControllersWorld world;
  world.create_deployment(1, R"("revisionHistoryLimit":1,)");
  const auto finish = [&world] {
    for (int i = 0; i < 3; ++i) {
      world.settle();
      world.make_some_ready(1);
      world.finalize_pods();
    }
    world.settle();
  };
  finish();
  world.set_image("v2");
  finish();
  world.set_image("v1");
  finish();
  CHECK(world.sets() == "2:v2 0/0/0 3:v1 1/1/1");
  CHECK(world
            .get("deployments.apps",
                 "web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
            .str() == "3");
  // Two old ones are one too many.
  world.set_image("v3");
  finish();
  CHECK(world.sets() == "3:v1 0/0/0 4:v3 1/1/1");
}

TEST_CASE("Deployment: its annotations reach its ReplicaSet, but not kubectl's own") {
  ControllersWorld world;
  world.create_deployment(1, "");
  world.settle();
  world.patch("deployments.apps", "web",
              R"({"metadata":{"annotations":{"note":"hello",)"
              R"("kubectl.kubernetes.io/last-applied-configuration":"{}"}}})");
  world.settle();
  const auto sets = world.api.store().list("replicasets.apps", "default");
  REQUIRE(sets.size() == 1);
  const sim::Value annotations = sets.front()->document["metadata"]["annotations"];
  CHECK(annotations["note"].as_string() == "hello");
  CHECK_FALSE(annotations.has("kubectl.kubernetes.io/last-applied-configuration"));
}

TEST_CASE("Deployment: nothing rolls while it is paused, but it scales") {
  ControllersWorld world;
  world.create_deployment(2, "");
  world.settle();
  world.patch("deployments.apps", "web", R"({"spec":{"paused":true}})");
  world.set_image("v2");
  world.settle();
  CHECK(world.sets() == "1:v1 2/2/0");
  CHECK(world.condition("deployments.apps", "web", "Progressing") ==
        "Unknown DeploymentPaused: Deployment is paused");
  world.patch("deployments.apps", "web", R"({"spec":{"replicas":3}})");
  world.settle();
  CHECK(world.sets() == "1:v1 3/3/0");
  world.patch("deployments.apps", "web", R"({"spec":{"paused":false}})");
  world.settle();
  CHECK(world.get("replicasets.apps", "").is_null());
  CHECK(world.sets().find("2:v2") != std::string::npos);
}

TEST_CASE("Deployment: scaled in mid-rollout, both ReplicaSets take their share") {
  ControllersWorld world;
  world.create_deployment(
      10,
      R"("strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":3,"maxUnavailable":2}},)");
  world.settle();
  world.make_some_ready(10);
  world.settle();
  world.set_image("v2");
  world.settle();
  CHECK(world.sets() == "1:v1 8/8/8 2:v2 5/5/0");
  world.patch("deployments.apps", "web", R"({"spec":{"replicas":15}})");
  world.settle();
  // The example of the documentation, "Proportional scaling".
  CHECK(world.sets() == "1:v1 11/11/8 2:v2 7/7/0");
}

}  // namespace inferlab
