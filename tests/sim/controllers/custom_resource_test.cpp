// CustomResourceDefinitions: a kind that comes, is used by its schema, and goes.
#include <catch2/catch.hpp>

#include "sim/api/conditions.h"
#include "sim/api/json.h"
#include "sim/api/kind.h"
#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

constexpr const char* kDefinition = R"({
  "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
  "metadata": {"name": "pools.gpu.example.com"},
  "spec": {
    "group": "gpu.example.com", "scope": "Namespaced",
    "names": {"plural": "pools", "singular": "pool", "kind": "Pool", "shortNames": ["gp"]},
    "versions": [
      {"name": "v1", "served": true, "storage": true,
       "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.size",
          "statusReplicasPath": ".status.size", "labelSelectorPath": ".status.selector"}},
       "additionalPrinterColumns": [
          {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
          {"name": "Ready", "type": "string",
           "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"}],
       "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
          "spec": {"type": "object", "required": ["gpu"], "properties": {
             "gpu": {"type": "string", "enum": ["a100", "h100"]},
             "size": {"type": "integer", "minimum": 1, "maximum": 8, "default": 2},
             "owner": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
             "share": {"x-kubernetes-int-or-string": true},
             "zones": {"type": "array", "x-kubernetes-list-type": "set",
                       "items": {"type": "string"}},
             "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}},
          "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}},
      {"name": "v1beta1", "served": true, "storage": false,
       "schema": {"openAPIV3Schema": {"type": "object", "properties": {
          "spec": {"type": "object", "properties": {"gpu": {"type": "string"}}}}}}}]}})";

constexpr const char* kPools = "pools.gpu.example.com";
constexpr const char* kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";

class Definitions {
 public:
  Definitions() {
    world.create(kDefinitions, kDefinition);
    world.settle();
  }

  sim::ApiResponse create(const std::string& spec, const std::string& version = "v1") {
    sim::ApiRequest request;
    request.verb = sim::Verb::kCreate;
    request.resource = kPools;
    request.version = version;
    request.ns = "default";
    request.field_validation = sim::FieldValidation::kWarn;
    request.body = *sim::parse_json(R"({"apiVersion":"gpu.example.com/)" + version +
                                    R"(","kind":"Pool","metadata":{"name":"p"},)" + spec + "}");
    return world.api.handle(request);
  }

  /// "True NoConflicts: no conflicts found" of a definition's condition; definitions are in no
  /// namespace.
  [[nodiscard]] std::string condition(const std::string& name, std::string_view type) const {
    const sim::ObjectPtr object = world.store.get({kDefinitions, "", name});
    if (object == nullptr) return "no definition";
    const sim::Value& found = sim::find_condition(object->document["status"]["conditions"], type);
    return found["status"].str() + " " + found["reason"].str() + ": " + found["message"].str();
  }

  void remove_definition() {
    CHECK(world.api.remove({kDefinitions, "", kPools}, "test").ok());
    world.settle();
  }

  ControllersWorld world;
};

TEST_CASE("custom resources: a definition is established, and its kind served") {
  Definitions test;
  CHECK(test.condition(kPools, "NamesAccepted") == "True NoConflicts: no conflicts found");
  CHECK(test.condition(kPools, "Established") ==
        "True InitialNamesAccepted: the initial names have been accepted");
  CHECK(test.world.api.kinds().by_path("gpu.example.com", "v1beta1", "pools") != nullptr);
  CHECK(test.create(R"("spec":{"gpu":"a100"})").code == 201);
  const sim::Value pool = test.world.get(kPools, "p");
  CHECK(pool["spec"]["size"].as_int() == 2);
  CHECK(pool["metadata"]["generation"].as_int() == 1);
}

TEST_CASE("custom resources: what the schema forbids is refused in the API server's words") {
  Definitions test;
  const auto why = [&test](const std::string& spec) {
    const sim::ApiResponse response = test.create(spec);
    return std::to_string(response.code) + " " + std::string(response.message());
  };
  const std::string invalid = "422 Pool.gpu.example.com \"p\" is invalid: ";
  CHECK(why(R"("status":{})") == invalid + "spec: Required value");
  CHECK(why(R"("spec":{"size":1})") == invalid + "spec.gpu: Required value");
  CHECK(why(R"("spec":{"gpu":"t4"})") ==
        invalid + R"(spec.gpu: Unsupported value: "t4": supported values: "a100", "h100")");
  CHECK(why(R"("spec":{"gpu":"a100","size":"many"})") ==
        invalid + R"(spec.size: Invalid value: "string": spec.size in body must be of type )"
                  R"(integer: "string")");
  CHECK(why(R"("spec":{"gpu":"a100","size":9})") ==
        invalid +
            "spec.size: Invalid value: 9: spec.size in body should be less than or equal to 8");
  CHECK(why(R"("spec":{"gpu":"a100","owner":"ann1"})") ==
        invalid + R"(spec.owner: Invalid value: "ann1": spec.owner in body should match )"
                  R"('^[a-z]+$')");
  CHECK(why(R"("spec":{"gpu":"a100","owner":"anneliese"})") ==
        invalid + "spec.owner: Too long: may not be more than 5 bytes");
  CHECK(why(R"("spec":{"gpu":"a100","zones":["a","b","a"]})") ==
        invalid + R"(spec.zones[2]: Duplicate value: "a")");
  CHECK(why(R"("spec":{"gpu":"a100","share":true})") ==
        invalid + R"(spec.share: Invalid value: "boolean": spec.share in body must be of type )"
                  R"(integer,string: "boolean")");
}

TEST_CASE("custom resources: unknown fields are left out with a warning, kept where allowed") {
  Definitions test;
  const sim::ApiResponse response =
      test.create(R"("spec":{"gpu":"a100","colour":"red","free":{"a":{"b":1}}})");
  CHECK(response.code == 201);
  REQUIRE(response.warnings.size() == 1);
  CHECK(response.warnings[0] == "unknown field \"spec.colour\"");
  CHECK(sim::to_json(test.world.get(kPools, "p")["spec"]) ==
        R"({"free":{"a":{"b":1}},"gpu":"a100","size":2})");
}

TEST_CASE("custom resources: the status is written through its subresource alone") {
  Definitions test;
  CHECK(test.create(R"("spec":{"gpu":"a100"},"status":{"size":5})").code == 201);
  CHECK(test.world.get(kPools, "p")["status"].is_null());
  test.world.patch(kPools, "p", R"({"status":{"size":7},"spec":{"size":7}})", "status");
  CHECK(test.world.get(kPools, "p")["status"]["size"].as_int() == 7);
  CHECK(test.world.get(kPools, "p")["spec"]["size"].as_int() == 2);
  CHECK(test.world.get(kPools, "p")["metadata"]["generation"].as_int() == 1);
  test.world.patch(kPools, "p", R"({"spec":{"size":3}})");
  CHECK(test.world.get(kPools, "p")["metadata"]["generation"].as_int() == 2);
}

TEST_CASE("custom resources: another version shows the same object by its own schema") {
  Definitions test;
  CHECK(test.create(R"("spec":{"gpu":"h100"})", "v1beta1").code == 201);
  const sim::Value stored = test.world.get(kPools, "p");
  CHECK(stored["apiVersion"].as_string() == "gpu.example.com/v1");
  CHECK(stored["spec"]["size"].as_int() == 2);
  sim::ApiRequest request;
  request.resource = kPools;
  request.version = "v1beta1";
  request.ns = "default";
  request.name = "p";
  const sim::Value shown = test.world.api.handle(request).body;
  CHECK(shown["apiVersion"].as_string() == "gpu.example.com/v1beta1");
  CHECK(sim::to_json(shown["spec"]) == R"({"gpu":"h100"})");
}

TEST_CASE("custom resources: printer columns follow their paths") {
  Definitions test;
  test.create(R"("spec":{"gpu":"a100"})");
  const sim::Kind* kind = test.world.api.kinds().by_resource(kPools);
  REQUIRE(kind != nullptr);
  const auto row = [&] {
    std::string out;
    for (const sim::Value& cell : kind->cells(test.world.get(kPools, "p"), Time{}))
      out += sim::to_json(cell) + " ";
    return out;
  };
  CHECK(row() == R"("p" 2 null )");
  test.world.patch(kPools, "p", R"({"status":{"conditions":[{"type":"Live","status":"False"},
      {"type":"Ready","status":"True"}]}})",
                   "status");
  CHECK(row() == R"("p" 2 "True" )");
}

TEST_CASE("custom resources: a definition goes when the objects of its kind are gone") {
  Definitions test;
  test.create(R"("spec":{"gpu":"a100"},"metadata":{"name":"p","finalizers":["example.com/hold"]})");
  test.remove_definition();
  CHECK(test.condition(kPools, "Terminating") ==
        "True InstanceDeletionInProgress: CustomResource deletion is in progress");
  test.world.patch(kPools, "p", R"({"metadata":{"finalizers":null}})");
  test.world.settle();
  CHECK(test.world.list(kPools).empty());
  CHECK(test.world.store.list(kDefinitions).empty());
  CHECK(test.world.api.kinds().by_resource(kPools) == nullptr);
}

TEST_CASE("custom resources: a name that is taken is not established twice") {
  Definitions test;
  std::string second = kDefinition;
  for (std::size_t at; (at = second.find("pools")) != std::string::npos;)
    second.replace(at, 5, "lakes");
  test.world.create(kDefinitions, second);
  test.world.settle();
  CHECK(test.condition("lakes.gpu.example.com", "NamesAccepted") ==
        "False SingularConflict: \"pool\" is already in use");
  CHECK(test.condition("lakes.gpu.example.com", "Established") ==
        "False NotAccepted: not all names are accepted");
  test.remove_definition();
  CHECK(test.condition("lakes.gpu.example.com", "Established") ==
        "True InitialNamesAccepted: the initial names have been accepted");
}

}  // namespace
}  // namespace inferlab
