#include "sim/api/custom/embedded_types.h"

#include <catch2/catch.hpp>

#include "sim/api/json.h"
#include "sim/api/yaml.h"

namespace inferlab::sim {
namespace {

Value expanded(std::string_view yaml) {
  const auto documents = parse_yaml(yaml, "schema");
  REQUIRE(documents.has_value());
  std::string place;
  EmbeddedTypes types;
  auto out = types.expand(documents->front().value, place);
  REQUIRE(out.has_value());
  CHECK(place.empty());
  return *out;
}

TEST_CASE("embedded types: a type is written out as controller-gen writes it") {
  const Value port = expanded("x-inferlab-type: io.k8s.api.core.v1.ContainerPort");
  CHECK(port["type"].as_string() == "object");
  CHECK(to_json(port["required"]) == "[\"containerPort\"]");
  CHECK(port["properties"]["protocol"]["default"].as_string() == "TCP");
  CHECK(port["properties"]["containerPort"]["format"].as_string() == "int32");
  const Value container = expanded("x-inferlab-type: io.k8s.api.core.v1.Container");
  const Value& ports = container["properties"]["ports"];
  CHECK(ports["x-kubernetes-list-type"].as_string() == "map");
  CHECK(to_json(ports["x-kubernetes-list-map-keys"]) == "[\"containerPort\",\"protocol\"]");
  CHECK(ports["items"]["properties"]["protocol"] == port["properties"]["protocol"]);
  const Value& limit =
      container["properties"]["resources"]["properties"]["limits"]["additionalProperties"];
  CHECK(limit["x-kubernetes-int-or-string"].as_bool());
  CHECK(limit["pattern"].as_string().starts_with("^(\\+|-)?"));
  for (const char* name : {"io.k8s.api.core.v1.SecretKeySelector",
                           "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"}) {
    CHECK(expanded(std::string("x-inferlab-type: ") + name)["x-kubernetes-map-type"].as_string() ==
          "atomic");
  }
  CHECK_FALSE(container.has("x-kubernetes-map-type"));
  // Only the API server knows what may stand in metadata.
  const Value pod = expanded("x-inferlab-type: io.k8s.api.core.v1.PodTemplateSpec");
  CHECK(pod["properties"]["metadata"]["type"].as_string() == "object");
  CHECK_FALSE(pod["properties"]["metadata"].has("properties"));
}

TEST_CASE("embedded types: what stands beside the name changes the type") {
  const Value model = expanded(R"(
x-inferlab-type: io.k8s.api.core.v1.Container
x-inferlab-without: [ports, livenessProbe]
description: A model.
required: [format]
properties:
  format: {type: string}
  image: {type: integer}
  env: {type: array, items: {x-inferlab-type: io.k8s.api.core.v1.EnvVar}}
)");
  const Value& fields = model["properties"];
  CHECK_FALSE(fields.has("ports"));
  CHECK_FALSE(fields.has("livenessProbe"));
  CHECK(fields.has("readinessProbe"));
  CHECK(fields["image"]["type"].as_string() == "integer");
  CHECK(fields["env"]["items"]["properties"].has("valueFrom"));
  CHECK(to_json(model["required"]) == "[\"format\"]");
  CHECK(model["description"].as_string() == "A model.");
  CHECK_FALSE(model.has("x-inferlab-type"));
  CHECK_FALSE(model.has("x-inferlab-without"));
  CHECK_FALSE(
      expanded("{x-inferlab-type: io.k8s.api.core.v1.Container, required: []}").has("required"));
}

TEST_CASE("embedded types: a type that contains itself ends") {
  const Value schema = expanded(
      "x-inferlab-type: io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
      "JSONSchemaProps");
  CHECK(schema["properties"]["not"]["x-kubernetes-preserve-unknown-fields"].as_bool());
}

}  // namespace
}  // namespace inferlab::sim
