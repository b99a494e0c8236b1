// Garbage collection, namespaces, adoption.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "sim/api/json.h"
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
  world.create("namespaces",
               R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"}})");
  world.settle();
  const auto has = [&](std::string_view resource, const std::string& name) {
    return world.store.get({std::string(resource), "team", name}) != nullptr;
  };
  CHECK(has("serviceaccounts", "default"));
  CHECK(has("configmaps", "kube-root-ca.crt"));
  const Value pod = sim::parse_json(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},
      "spec":{"nodeName":"w1","containers":[{"name":"main","image":"v1"}]}})")
                        .value_or(Value());
  REQUIRE(world.api.create("pods", "team", pod, "test").ok());
  world.remove("namespaces", "team");
  world.settle();
  CHECK(world.get("namespaces", "team")["status"]["phase"].as_string() == "Terminating");
  REQUIRE(has("pods", "a"));
  REQUIRE(world.api.remove({"pods", "team", "a"}, "test", 0).ok());
  world.settle();
  CHECK(world.get("namespaces", "team").is_null());
  CHECK_FALSE(has("serviceaccounts", "default"));
}

TEST_CASE("garbage collector: an owner holds only in the dependent's own namespace, by its name") {
  ControllersWorld world;
  const auto config_map = [&](const std::string& ns, const std::string& name,
                              const std::string& owner) {
    const Value body = sim::parse_json(fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap",
            "metadata":{{"name":"{}"{}}}}})",
                                                   name, owner))
                           .value_or(Value());
    REQUIRE(world.api.create("configmaps", ns, body, "test").ok());
    return world.store.get({"configmaps", ns, name});
  };
  world.create("namespaces", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"b"}})");
  const auto owner = config_map("default", "owner", "");
  const std::string uid = owner->document["metadata"]["uid"].str();
  const auto reference = [&](std::string_view name, std::string_view kind = "ConfigMap") {
    return fmt::format(
        R"(,"ownerReferences":[{{"apiVersion":"v1","kind":"{}","name":"{}","uid":"{}"}}])", kind,
        name, uid);
  };
  config_map("default", "good", reference("owner"));
  config_map("default", "misnamed", reference("other"));
  config_map("default", "unknown-kind", reference("owner", "Gadget"));
  config_map("b", "abroad", reference("owner"));
  world.settle();
  CHECK(world.store.get({"configmaps", "default", "good"}) != nullptr);
  CHECK(world.store.get({"configmaps", "default", "unknown-kind"}) != nullptr);
  CHECK(world.store.get({"configmaps", "default", "misnamed"}) == nullptr);
  CHECK(world.store.get({"configmaps", "b", "abroad"}) == nullptr);
  std::string message;
  for (const auto& event : world.store.list("events", "b")) {
    if (event->document["reason"].as_string() == "OwnerRefInvalidNamespace") {
      message = event->document["message"].str();
    }
  }
  CHECK(message == fmt::format("ownerRef [v1/ConfigMap, namespace: b, name: owner, uid: {}] does "
                               "not exist in namespace \"b\"",
                               uid));
}

}  // namespace inferlab
