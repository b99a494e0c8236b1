#include "sim/cluster/add_on.h"

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "sim/api/conditions.h"
#include "sim/cluster/cluster.h"
#include "tests/sim/cluster/add_on_world.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";

TEST_CASE("add-ons: the golden cases") {
  for (const std::string& failure :
       inferlab::testing::run_golden_cases("addons", inferlab::make_add_on_world)) {
    FAIL_CHECK(failure);
  }
}

TEST_CASE("add-ons: a cluster begins with all that ship, established and without references") {
  ClusterSpec spec;
  std::size_t definitions = 0;
  std::set<std::string> objects;
  for (const std::string& name : add_on_names()) {
    spec.add_ons.push_back(shipped_add_on(name));
    const AddOnSpec& add_on = spec.add_ons.back();
    CHECK(add_on.name == name);
    CHECK(add_on.source.find("https://github.com/") == 0);
    CHECK_FALSE(add_on.kinds().empty());
    for (const Value& object : add_on.objects) {
      definitions += object["kind"].as_string() == "CustomResourceDefinition" ? 1 : 0;
      // One cluster may have any of them together.
      CHECK(objects.insert(object["kind"].str() + " " + object["metadata"]["name"].str()).second);
    }
  }
  REQUIRE(check_add_ons(spec.add_ons).has_value());
  Cluster cluster(spec, 1);
  cluster.run_until(cluster.simulation().now());
  CHECK(cluster.store().list(kDefinitions).size() == definitions);
  const std::function<void(const Value&)> no_references = [&](const Value& value) {
    CHECK_FALSE(value.has("x-inferlab-type"));
    CHECK_FALSE(value.has("x-inferlab-without"));
    for (const Value& item : value.items()) no_references(item);
    for (const Value::Member& member : value.members()) no_references(member.value);
  };
  for (const ObjectPtr& definition : cluster.store().list(kDefinitions)) {
    INFO(definition->key.name);
    const Value& status = definition->document["status"];
    CHECK(find_condition(status["conditions"], "Established")["status"].as_string() == "True");
    no_references(definition->document);
  }
}

TEST_CASE("add-ons: a file that cannot be used says where and why") {
  const auto why = [](std::string_view text) {
    const auto read = read_add_on(text, "x.yaml");
    return read ? std::string() : read.error().message;
  };
  constexpr std::string_view kHead = "name: x\ntitle: X\nversion: \"1\"\nsource: here\n";
  CHECK(why("name: x\nversion: 1\n") == "x.yaml:1:1: title: is no text");
  CHECK(why(std::string(kHead) + "objects: []\n") == "x.yaml:5:1: objects: is no list of objects");
  CHECK(why(std::string(kHead) + "objects:\n- {apiVersion: v1, kind: Pod}\n") ==
        "x.yaml:6:3: objects[0]: is of no cluster-scoped kind that every cluster has");
  CHECK(why(std::string(kHead) +
            "objects:\n- apiVersion: apiextensions.k8s.io/v1\n  kind: CustomResourceDefinition\n"
            "  spec:\n    x-inferlab-type: io.k8s.api.core.v1.Pood\n") ==
        "x.yaml:9:5: objects[0].spec.x-inferlab-type: \"io.k8s.api.core.v1.Pood\" is no type of "
        "Kubernetes'");
  AddOnSpec broken{"x", "X", "1", "here", {}};
  broken.objects.push_back(
      Value::object({{"apiVersion", "apiextensions.k8s.io/v1"},
                     {"kind", "CustomResourceDefinition"},
                     {"metadata", Value::object({{"name", "toys.example.com"}})}}));
  const auto refused = check_add_ons({broken});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("add-on x: toys.example.com: CustomResourceDefinition.api") ==
        0);
}

}  // namespace
}  // namespace inferlab::sim
