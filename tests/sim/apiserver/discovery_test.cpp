#include "sim/apiserver/discovery.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace inferlab::sim {
namespace {

const Value* find_named(const Value& list, std::string_view key, std::string_view name) {
  for (const Value& item : list.items()) {
    if (item[key].as_string() == name) return &item;
  }
  return nullptr;
}

TEST_CASE("discovery: a group version lists its resources and their parts") {
  const auto list = api_resource_list(KindTable::builtin(), "apps", "v1");
  REQUIRE(list);
  CHECK((*list)["kind"].as_string() == "APIResourceList");
  CHECK((*list)["groupVersion"].as_string() == "apps/v1");
  const Value* deployments = find_named((*list)["resources"], "name", "deployments");
  REQUIRE(deployments != nullptr);
  CHECK((*deployments)["singularName"].as_string() == "deployment");
  CHECK((*deployments)["namespaced"].as_bool());
  CHECK((*deployments)["shortNames"][std::size_t{0}].as_string() == "deploy");
  const Value* scale = find_named((*list)["resources"], "name", "deployments/scale");
  REQUIRE(scale != nullptr);
  CHECK((*scale)["group"].as_string() == "autoscaling");
  CHECK((*scale)["kind"].as_string() == "Scale");
  CHECK_FALSE(api_resource_list(KindTable::builtin(), "nope", "v1"));
}

TEST_CASE("discovery: groups say which version they prefer") {
  const Value list = api_group_list(KindTable::builtin());
  const Value* apps = find_named(list["groups"], "name", "apps");
  REQUIRE(apps != nullptr);
  CHECK((*apps)["preferredVersion"]["groupVersion"].as_string() == "apps/v1");
  CHECK(find_named(list["groups"], "name", "") == nullptr);
  CHECK(find_named(list["groups"], "name", "authorization.k8s.io") != nullptr);
  const auto one = api_group(KindTable::builtin(), "apps");
  REQUIRE(one);
  CHECK((*one)["kind"].as_string() == "APIGroup");
  CHECK_FALSE(api_group(KindTable::builtin(), "nope"));
}

TEST_CASE("discovery: of two versions of a kind the newer one is preferred") {
  const auto one = api_group(KindTable::builtin(), "autoscaling");
  REQUIRE(one);
  CHECK((*one)["preferredVersion"]["version"].as_string() == "v2");
  REQUIRE((*one)["versions"].size() == 2);
  CHECK((*one)["versions"][std::size_t{1}]["version"].as_string() == "v1");
  for (const char* version : {"v1", "v2"}) {
    const auto list = api_resource_list(KindTable::builtin(), "autoscaling", version);
    REQUIRE(list);
    CHECK(find_named((*list)["resources"], "name", "horizontalpodautoscalers") != nullptr);
  }
}

TEST_CASE("discovery: the aggregated form holds what the plain one does") {
  const Value core = aggregated_discovery(KindTable::builtin(), true, "v2");
  CHECK(core["apiVersion"].as_string() == "apidiscovery.k8s.io/v2");
  REQUIRE(core["items"].size() == 1);
  const Value version = core["items"][std::size_t{0}]["versions"][std::size_t{0}];
  const Value* pods = find_named(version["resources"], "resource", "pods");
  REQUIRE(pods != nullptr);
  CHECK((*pods)["scope"].as_string() == "Namespaced");
  CHECK((*pods)["responseKind"]["kind"].as_string() == "Pod");
  CHECK((*pods)["responseKind"]["version"].as_string().empty());  // the same as that of the part
  CHECK(find_named((*pods)["subresources"], "subresource", "log") != nullptr);
  const Value groups = aggregated_discovery(KindTable::builtin(), false, "v2");
  CHECK(groups["items"].size() == api_group_list(KindTable::builtin())["groups"].size());
}

TEST_CASE("discovery: the version is taken apart") {
  const Value version = version_info("v1.32.4");
  CHECK(version["major"].as_string() == "1");
  CHECK(version["minor"].as_string() == "32");
  CHECK(version["gitVersion"].as_string() == "v1.32.4");
}

}  // namespace
}  // namespace inferlab::sim
