#include "sim/apiserver/resource_path.h"

#include <catch2/catch.hpp>

namespace inferlab::sim {
namespace {

ResourcePath parse(std::string_view path) {
  return parse_resource_path(path, KindTable::with_custom({}, {}));
}

TEST_CASE("resource path: a namespaced object and its parts") {
  const ResourcePath path = parse("/apis/apps/v1/namespaces/prod/deployments/web/scale");
  REQUIRE(path.found == ResourcePath::Found::kResource);
  CHECK(path.kind->kind == "Deployment");
  CHECK(path.ns == "prod");
  CHECK(path.name == "web");
  CHECK(path.subresource == "scale");
}

TEST_CASE("resource path: a list over all namespaces has none") {
  const ResourcePath path = parse("/api/v1/pods");
  REQUIRE(path.found == ResourcePath::Found::kResource);
  CHECK(path.kind->kind == "Pod");
  CHECK(path.ns.empty());
  CHECK(path.name.empty());
}

TEST_CASE("resource path: a Namespace is an object of its own") {
  const ResourcePath one = parse("/api/v1/namespaces/prod");
  REQUIRE(one.found == ResourcePath::Found::kResource);
  CHECK(one.kind->kind == "Namespace");
  CHECK(one.name == "prod");
  CHECK(one.ns.empty());
  const ResourcePath status = parse("/api/v1/namespaces/prod/status");
  REQUIRE(status.found == ResourcePath::Found::kResource);
  CHECK(status.kind->kind == "Namespace");
  CHECK(status.subresource == "status");
  CHECK(parse("/api/v1/namespaces").kind->kind == "Namespace");
}

TEST_CASE("resource path: the old watch form is a watch") {
  const ResourcePath path = parse("/api/v1/watch/namespaces/prod/pods");
  REQUIRE(path.found == ResourcePath::Found::kResource);
  CHECK(path.watch);
  CHECK(path.ns == "prod");
}

TEST_CASE("resource path: what is not served is told apart") {
  CHECK(parse("/apis/foo/v1/bars").found == ResourcePath::Found::kNothing);
  CHECK(parse("/api/v2/pods").found == ResourcePath::Found::kNothing);
  CHECK(parse("/nothing").found == ResourcePath::Found::kNothing);
  CHECK(parse("").found == ResourcePath::Found::kNothing);
  CHECK(parse("/api/v1/bars").found == ResourcePath::Found::kUnknownResource);
  CHECK(parse("/api/v1/pods/p").found == ResourcePath::Found::kUnknownResource);
  CHECK(parse("/api/v1/namespaces/prod/nodes").found == ResourcePath::Found::kUnknownResource);
  CHECK(parse("/api/v1/namespaces/prod/pods/p/nope").found ==
        ResourcePath::Found::kUnknownResource);
  CHECK(parse("/api/v1/namespaces/a/pods/b/log/c").found == ResourcePath::Found::kUnknownResource);
}

}  // namespace
}  // namespace inferlab::sim
