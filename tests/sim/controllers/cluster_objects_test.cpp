// Controllers that keep a few fields of cluster-wide objects: aggregated roles, nodes' labels.
#include <catch2/catch.hpp>

#include "sim/controllers/attachment.h"
#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

constexpr const char* kRoles = "clusterroles.rbac.authorization.k8s.io";

sim::Value role(ControllersWorld& world, const std::string& name) {
  const sim::ObjectPtr found = world.store.get({kRoles, "", name});
  return found == nullptr ? sim::Value() : found->document;
}

void create_role(ControllersWorld& world, const std::string& name, const std::string& more) {
  const std::string body = R"({"metadata": {"name": ")" + name + R"(")" + more;
  world.create(kRoles, body);
}

TEST_CASE("cluster role aggregation: a role has the rules of those that it selects, each once") {
  ControllersWorld world;
  create_role(world, "all", R"(}, "aggregationRule": {"clusterRoleSelectors": [
    {"matchLabels": {"part": "yes"}}]}, "rules": [{"verbs": ["mine"], "nonResourceURLs": ["/"]}]})");
  create_role(world, "b", R"(, "labels": {"part": "yes"}}, "rules": [
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]})");
  create_role(world, "a", R"(, "labels": {"part": "yes"}}, "rules": [
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]})");
  create_role(world, "c", R"(}, "rules": [
    {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}]})");
  world.settle();
  const sim::Value rules = role(world, "all")["rules"];
  REQUIRE(rules.size() == 2);
  CHECK(rules[std::size_t{0}]["resources"][std::size_t{0}].as_string() == "secrets");
  CHECK(rules[1]["resources"][std::size_t{0}].as_string() == "pods");
}

TEST_CASE("node labels: the old names follow the new ones, and the TTL annotation is there") {
  ControllersWorld world;
  world.create("nodes", R"({"metadata": {"name": "n1", "labels": {
    "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64", "beta.kubernetes.io/arch": "old"}}})");
  world.settle();
  const sim::Value meta = world.get("nodes", "n1")["metadata"];
  CHECK(meta["labels"]["beta.kubernetes.io/os"].as_string() == "linux");
  CHECK(meta["labels"]["beta.kubernetes.io/arch"].as_string() == "arm64");
  CHECK(meta["annotations"]["node.alpha.kubernetes.io/ttl"].as_string() == "0");
}

TEST_CASE("attachments: a name is the SHA-256 of volume, driver and node") {
  // printf 'handledrivernode' | sha256sum
  CHECK(sim::attachment_name("handle", "driver", "node") ==
        "csi-fdef298eb16db6fa42906ef1ff09a93a7f3028f8290cc9d71628ff91c237bfa7");
  // Longer than one block of the hash.
  CHECK(sim::attachment_name(std::string(100, 'a'), "driver", "node") ==
        "csi-55dd97a4afdfcfaaf74ca14dc210aaf397184fd52ef6ee0f3c4910deed728ebb");
}

}  // namespace
}  // namespace inferlab
