// Garbage collection, namespaces, adoption.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {

using sim::PodView;
using sim::Propagation;
using sim::Value;

TEST_CASE("garbage collector: in the background, what a Deployment owns goes after it") {
  ControllersWorld world;
  world.create_deployment(2, "");
  world.settle();
  CHECK(world.pods().size() == 2);
  world.remove("deployments.apps", "web", Propagation::kBackground);
  CHECK(world.get("deployments.apps", "web").is_null());
  world.settle();
  CHECK(world.list("replicasets.apps").empty());
  CHECK(world.pods().empty());
}

TEST_CASE("garbage collector: in the foreground, a Deployment goes after what it owns") {
  ControllersWorld world;
  world.create_node("w1");
  world.create_deployment(2, "");
  world.settle();
  for (const std::string& pod : world.pods()) world.bind(pod, "w1");
  world.remove("deployments.apps", "web", Propagation::kForeground);
  world.settle();
  CHECK_FALSE(world.get("deployments.apps", "web").is_null());
  CHECK(world.list("replicasets.apps").size() == 1);
  CHECK(world.pods([](const PodView& pod) { return !pod.meta.deletion_timestamp; }).empty());
  world.finalize_pods();
  world.settle();
  CHECK(world.list("replicasets.apps").empty());
  CHECK(world.get("deployments.apps", "web").is_null());
}

TEST_CASE("garbage collector: orphaned, the ReplicaSet stays and a new Deployment adopts it") {
  ControllersWorld world;
  world.create_deployment(2, "");
  world.settle();
  const std::vector<std::string> before = world.pods();
  world.remove("deployments.apps", "web", Propagation::kOrphan);
  world.settle();
  CHECK(world.get("deployments.apps", "web").is_null());
  CHECK(world.list("replicasets.apps").size() == 1);
  world.create_deployment(2, "");
  world.settle();
  CHECK(world.list("replicasets.apps").size() == 1);
  CHECK(world.pods() == before);
  CHECK(world.list("replicasets.apps").front()->document["metadata"]["ownerReferences"].size() ==
        1);
}

TEST_CASE("ReplicaSet: a Pod that loses its label is let go and replaced, and taken back") {
  ControllersWorld world;
  world.create_deployment(1, "");
  world.settle();
  const std::string pod = world.pods().at(0);
  world.patch("pods", pod, R"({"metadata":{"labels":{"app":"debug"}}})");
  world.settle();
  CHECK(world.get("pods", pod)["metadata"]["ownerReferences"].empty());
  CHECK(world.pods().size() == 2);
  world.patch("pods", pod, R"({"metadata":{"labels":{"app":"web"}}})");
  world.settle();
  CHECK(world.pods().size() == 1);
}

TEST_CASE("ReplicaSet: a deleted Pod is replaced, and events tell of it") {
  ControllersWorld world;
  world.create_deployment(1, "");
  world.settle();
  world.remove("pods", world.pods().at(0));
  world.settle();
  CHECK(world.pods().size() == 1);
  CHECK(world.events("SuccessfulCreate") ==
        std::vector<std::string>{"Created pod: web-<hash>-<pod>", "Created pod: web-<hash>-<pod>"});
}

TEST_CASE("namespace: it is emptied, and gone when the last Pod has ended") {
  ControllersWorld world;
  world.create_node("w1");
  world.create_deployment(1, "");
  world.settle();
  CHECK_FALSE(world.get("serviceaccounts", "default").is_null());
  CHECK_FALSE(world.get("configmaps", "kube-root-ca.crt").is_null());
  world.bind(world.pods().at(0), "w1");
  world.remove("namespaces", "default");
  world.settle();
  CHECK(world.get("namespaces", "default")["status"]["phase"].as_string() == "Terminating");
  CHECK(world.get("deployments.apps", "web").is_null());
  CHECK(world.pods().size() == 1);
  world.finalize_pods();
  world.settle();
  CHECK(world.get("namespaces", "default").is_null());
  CHECK(world.get("serviceaccounts", "default").is_null());
}

}  // namespace inferlab
