#include "sim/apiserver/openapi.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "sim/api/json.h"
#include "sim/apiserver/protobuf_reader.h"

namespace inferlab::sim {
namespace {

Value parsed(const std::string& text) {
  const auto value = parse_json(text);
  REQUIRE(value.has_value());
  return *value;
}

/// Calls `visit` with every $ref in the document.
void each_reference(const Value& value, const std::function<void(std::string_view)>& visit) {
  // A CustomResourceDefinition has a field of this name: a schema, not a reference.
  if (const Value* reference = value.find("$ref"); reference != nullptr && reference->is_string())
    visit(reference->as_string());
  for (const Value::Member& member : value.members()) each_reference(member.value, visit);
  for (const Value& item : value.items()) each_reference(item, visit);
}

void check_references(const Value& document, const Value& schemas, std::string_view prefix) {
  std::size_t count = 0;
  each_reference(document, [&](std::string_view reference) {
    ++count;
    INFO(reference);
    REQUIRE(reference.starts_with(prefix));
    CHECK(schemas.has(reference.substr(prefix.size())));
  });
  CHECK(count > 10);
}

TEST_CASE("openapi v3: every document of the index is served and its references resolve") {
  OpenApiDocuments documents(KindTable::with_custom({}, {}), "v1.32.4");
  const Value index = parsed(*documents.v3_index());
  REQUIRE(index["paths"].has("api/v1"));
  REQUIRE(index["paths"].has("apis/apps/v1"));
  for (const Value::Member& entry : index["paths"].members()) {
    const auto document = documents.v3(entry.key);
    REQUIRE(document);
    CHECK(entry.value["serverRelativeURL"].str() ==
          "/openapi/v3/" + entry.key + "?hash=" + document->hash);
    const Value value = parsed(*document->text);
    CHECK(value["openapi"].as_string() == "3.0.0");
    check_references(value, value["components"]["schemas"], "#/components/schemas/");
  }
  CHECK_FALSE(documents.v3("apis/nope/v1"));
}

TEST_CASE("openapi v3: patches can be made from it") {
  OpenApiDocuments documents(KindTable::with_custom({}, {}), "v1.32.4");
  const Value apps = parsed(*documents.v3("apis/apps/v1")->text);
  const Value& schemas = apps["components"]["schemas"];
  const Value& pod_spec = schemas["io.k8s.api.core.v1.PodSpec"];
  CHECK(pod_spec["properties"]["containers"]["x-kubernetes-patch-merge-key"].as_string() == "name");
  CHECK(pod_spec["properties"]["containers"]["x-kubernetes-patch-strategy"].as_string() == "merge");
  const Value& deployment = schemas["io.k8s.api.apps.v1.Deployment"];
  CHECK(deployment["x-kubernetes-group-version-kind"][std::size_t{0}]["kind"].as_string() ==
        "Deployment");
  const Value& patch =
      apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
  CHECK(patch["x-kubernetes-group-version-kind"]["kind"].as_string() == "Deployment");
  CHECK(patch["parameters"][std::size_t{0}]["name"].as_string() == "dryRun");
  CHECK(patch["requestBody"]["content"].has("application/strategic-merge-patch+json"));
}

TEST_CASE("openapi v3: fields of few values name them; those of any JSON have no type") {
  OpenApiDocuments documents(KindTable::with_custom({}, {}), "v1.32.4");
  const Value core = parsed(*documents.v3("api/v1")->text);
  const Value& schemas = core["components"]["schemas"];
  const Value& pod_spec = schemas["io.k8s.api.core.v1.PodSpec"]["properties"];
  CHECK(to_json(pod_spec["restartPolicy"]["enum"]) == R"(["Always","Never","OnFailure"])");
  CHECK_FALSE(pod_spec["nodeName"].has("enum"));
  const Value& claim = schemas["io.k8s.api.core.v1.PersistentVolumeClaimSpec"]["properties"];
  CHECK(claim["accessModes"]["items"]["enum"].items().size() == 4);
  const Value& host_path = schemas["io.k8s.api.core.v1.HostPathVolumeSource"]["properties"];
  CHECK(host_path["type"]["enum"][std::size_t{0}].as_string().empty());
  const Value crd = parsed(*documents.v3("apis/apiextensions.k8s.io/v1")->text);
  const std::string prefix = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";
  const Value& json = crd["components"]["schemas"][prefix + "JSON"];
  CHECK(json.has("description"));
  CHECK_FALSE(json.has("type"));
}

TEST_CASE("openapi v2: one document for all kinds, whose references resolve") {
  OpenApiDocuments documents(KindTable::with_custom({}, {}), "v1.32.4");
  const Value document = parsed(*documents.v2_json());
  CHECK(document["swagger"].as_string() == "2.0");
  CHECK(document["definitions"].has("io.k8s.api.apps.v1.Deployment"));
  CHECK(document["definitions"].has("io.k8s.api.core.v1.Node"));
  check_references(document, document["definitions"], "#/definitions/");
}

TEST_CASE("openapi v2: the protobuf form has every definition and path") {
  OpenApiDocuments documents(KindTable::with_custom({}, {}), "v1.32.4");
  const Value json = parsed(*documents.v2_json());
  ProtobufReader document(*documents.v2_protobuf());
  std::size_t definitions = 0;
  std::size_t paths = 0;
  while (const auto field = document.next()) {
    if (field->number == 1) CHECK(field->bytes == "2.0");
    if (field->number != 8 && field->number != 9) continue;
    ProtobufReader list(field->bytes);
    while (const auto entry = list.next()) {
      ProtobufReader named(entry->bytes);
      const auto name = named.next();
      REQUIRE(name);
      REQUIRE(name->number == 1);
      const bool definition = field->number == 9;
      CHECK(json[definition ? "definitions" : "paths"].has(name->bytes));
      (definition ? definitions : paths) += 1;
    }
    CHECK_FALSE(list.failed());
  }
  CHECK_FALSE(document.failed());
  CHECK(definitions == json["definitions"].size());
  CHECK(paths == json["paths"].size());
}

}  // namespace
}  // namespace inferlab::sim
