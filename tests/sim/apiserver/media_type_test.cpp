#include "sim/apiserver/media_type.h"

#include <catch2/catch.hpp>

#include "sim/apiserver/discovery.h"

namespace inferlab::sim {
namespace {

TEST_CASE("Accept: kubectl get asks for a Table first") {
  const auto chosen = negotiate(
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/"
      "json;as=Table;v=v1beta1;g=meta.k8s.io,"
      "application/json");
  REQUIRE(chosen);
  CHECK(chosen->shape == Representation::Shape::kTable);
  CHECK(chosen->meta_version == "v1");
}

TEST_CASE("Accept: an unknown shape is passed over for the next") {
  const auto chosen = negotiate("application/json;as=Chair;v=v1;g=meta.k8s.io, application/json");
  REQUIRE(chosen);
  CHECK(chosen->shape == Representation::Shape::kObject);
}

TEST_CASE("Accept: protobuf alone cannot be had, protobuf or JSON can") {
  CHECK_FALSE(negotiate("application/vnd.kubernetes.protobuf"));
  CHECK_FALSE(negotiate("application/xml"));
  CHECK(negotiate("application/vnd.kubernetes.protobuf,application/json"));
  CHECK(negotiate("application/json, */*"));
  CHECK(negotiate(""));
}

TEST_CASE("Accept: weights order the entries") {
  const auto chosen = negotiate("application/json;q=0.5,application/yaml;q=0.9");
  REQUIRE(chosen);
  CHECK(chosen->format == Representation::Format::kYaml);
}

TEST_CASE("Accept: aggregated discovery only for those who ask for it") {
  CHECK(aggregated_version("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                           "application/json") == "v2");
  CHECK(aggregated_version("application/json;g=apidiscovery.k8s.io;v=v2beta1;"
                           "as=APIGroupDiscoveryList,application/json") == "v2beta1");
  CHECK(aggregated_version("application/json, */*").empty());
  CHECK(aggregated_version("").empty());
}

}  // namespace
}  // namespace inferlab::sim
