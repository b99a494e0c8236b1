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
  CHECK(has("serviceaccounts", "default"));
  // The other API servers are given 5 s to know of it.
  world.run_for(5s);
  REQUIRE(has("pods", "a"));
  CHECK_FALSE(has("serviceaccounts", "default"));
  const auto condition = [&](std::string_view type) {
    return world.condition("namespaces", "team", type);
  };
  CHECK(condition("NamespaceContentRemaining") ==
        "True SomeResourcesRemain: Some resources are remaining: pods. has 1 resource instances");
  CHECK(condition("NamespaceFinalizersRemaining") ==
        "False ContentHasNoFinalizers: All content-preserving finalizers finished");
  CHECK(condition("NamespaceDeletionContentFailure") ==
        "False ContentDeleted: All content successfully deleted, may be waiting on finalization");
  CHECK(condition("NamespaceDeletionDiscoveryFailure") ==
        "False ResourcesDiscovered: All resources successfully discovered");
  CHECK(condition("NamespaceDeletionGroupVersionParsingFailure") ==
        "False ParsedGroupVersions: All legacy kube types successfully parsed");
  REQUIRE(world.api.remove({"pods", "team", "a"}, "test", 0).ok());
  // The write of the conditions has it looked at again 5 s later.
  world.run_for(5s);
  CHECK(world.get("namespaces", "team").is_null());
}

TEST_CASE("namespace: objects with finalizers keep it, and it says so") {
  ControllersWorld world;
  world.create("namespaces",
               R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"}})");
  const auto hold = [&](std::string_view name, std::string_view finalizers) {
    const Value body = sim::parse_json(fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap",
        "metadata":{{"name":"{}","finalizers":[{}]}}}})",
                                                   name, finalizers))
                           .value_or(Value());
    REQUIRE(world.api.create("configmaps", "team", body, "test").ok());
  };
  hold("a", R"("example.com/x")");
  hold("b", R"("example.com/x","example.com/a")");
  world.remove("namespaces", "team");
  world.run_for(10s);
  CHECK(world.condition("namespaces", "team", "NamespaceContentRemaining") ==
        "True SomeResourcesRemain: Some resources are remaining: configmaps. has 2 resource "
        "instances");
  CHECK(world.condition("namespaces", "team", "NamespaceFinalizersRemaining") ==
        "True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: "
        "example.com/a in 1 resource instances, example.com/x in 2 resource instances");
  for (const char* name : {"a", "b"}) {
    REQUIRE(world.api
                .merge_patch({"configmaps", "team", name}, "",
                             sim::parse_json(R"({"metadata":{"finalizers":null}})").value(), "test")
                .ok());
  }
  world.run_for(9s);
  CHECK(world.get("namespaces", "team").is_null());
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
