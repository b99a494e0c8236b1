// Writes to objects that are there, through the API: patches of each type, updates, and what they
// leave. An input is a line "TYPE RESOURCE" (json, merge, strategic, apply, update, create), then
// the body as JSON, then "%%%" and the next.
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "sim/api/api.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

using namespace inferlab::sim;

constexpr std::string_view kObjects = R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {app: a}}
data: {k: v, other: w}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  replicas: 2
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
      - {name: main, image: "x:1", ports: [{containerPort: 80}], env: [{name: A, value: b}]}
      - {name: side, image: "x:2"}
      tolerations: [{key: k, operator: Exists}]
---
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {selector: {app: a}, ports: [{port: 80, name: http}, {port: 81, name: more}]}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pools.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: pools, kind: Pool}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations: [{rule: "!has(self.size) || self.size < 9"}]
            properties:
              size: {type: integer, default: 1}
              name: {type: string, pattern: "^[a-z]+$"}
              zones:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [id]
                items: {type: object, required: [id], properties: {id: {type: string}}}
              any: {type: object, x-kubernetes-preserve-unknown-fields: true}
---
apiVersion: example.com/v1
kind: Pool
metadata: {name: a}
spec: {name: abc, zones: [{id: one}, {id: two}]}
)";

// One server for each input: what is left of one must not change what another finds.
struct World {
  Simulation simulation{1};
  Store store;
  Api api{simulation, store};

  World() {
    for (const char* ns : {"default", "kube-system"}) {
      const ApiResponse made = api.create(
          "namespaces", "", Value::object({{"metadata", Value::object({{"name", ns}})}}), "fuzz");
      INFERLAB_CHECK(made.ok());
    }
    const auto documents = parse_yaml(kObjects, "objects");
    INFERLAB_CHECK(documents.has_value());
    for (const YamlDocument& document : *documents) {
      const Kind* const kind = api.kinds().by_gvk(document.value["apiVersion"].as_string(),
                                                  document.value["kind"].as_string());
      INFERLAB_CHECK(kind != nullptr);
      ApiRequest request;
      request.verb = Verb::kCreate;
      request.resource = kind->resource();
      request.ns = kind->namespaced ? "default" : "";
      request.body = document.value;
      request.field_manager = "maker";
      INFERLAB_CHECK(api.handle(request).ok());
      if (kind->kind == "CustomResourceDefinition") establish(kind->resource());
    }
  }

 private:
  // What a controller does: from then on the kind is served.
  void establish(const std::string& definitions) {
    const Value condition = Value::object({{"type", "Established"}, {"status", "True"}});
    const Value status = Value::object({{"conditions", Value::array({condition})}});
    INFERLAB_CHECK(api.merge_patch({definitions, "", "pools.example.com"}, "status",
                                   Value::object({{"status", status}}), "fuzz")
                       .ok());
  }
};

bool take_word(std::string_view& line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  line.remove_prefix(word.size());
  return true;
}

ApiRequest request_of(std::string_view line, const Value& body) {
  ApiRequest request;
  request.verb = Verb::kPatch;
  request.patch_type = PatchType::kMerge;
  if (take_word(line, "json ")) request.patch_type = PatchType::kJson;
  if (take_word(line, "strategic ")) request.patch_type = PatchType::kStrategic;
  if (take_word(line, "apply ")) request.patch_type = PatchType::kApply;
  if (take_word(line, "update ")) request.verb = Verb::kUpdate;
  if (take_word(line, "create ")) request.verb = Verb::kCreate;
  (void)take_word(line, "merge ");
  request.force = take_word(line, "force ");
  if (take_word(line, "strict ")) request.field_validation = FieldValidation::kStrict;
  if (take_word(line, "warn ")) request.field_validation = FieldValidation::kWarn;
  if (take_word(line, "status ")) request.subresource = "status";
  if (take_word(line, "scale ")) request.subresource = "scale";
  request.resource = line;
  request.ns = line.starts_with("customresourcedefinitions") ? "" : "default";
  request.name = request.ns.empty() ? "pools.example.com" : "a";
  request.field_manager = "fuzz";
  request.body = body;
  return request;
}

// A write that was accepted leaves an object that the API can read, list and write again.
void check_stored(Api& api, const ApiRequest& write) {
  ApiRequest read;
  read.verb = Verb::kGet;
  read.resource = write.resource;
  read.ns = write.ns;
  read.name = write.name;
  const ApiResponse found = api.handle(read);
  if (!found.ok()) return;  // created under another name, or deleted with its last finalizer
  const auto again = parse_json(to_json(found.body));
  INFERLAB_CHECK(again.has_value() && *again == found.body);
  ApiRequest same = read;
  same.verb = Verb::kUpdate;
  same.body = found.body;
  same.field_manager = "fuzz";
  const ApiResponse unchanged = api.handle(same);
  INFERLAB_CHECK(unchanged.ok());
  INFERLAB_CHECK(unchanged.body["spec"] == found.body["spec"]);
}

}  // namespace

void fuzz_apply(std::string_view bytes) {
  World world;
  for (int step = 0; step < 4 && !bytes.empty(); ++step) {
    std::string_view part = next_part(bytes);
    const std::size_t newline = part.find('\n');
    if (newline == std::string_view::npos) return;
    const auto body = parse_json(part.substr(newline + 1), {.max_depth = 60});
    if (!body) return;
    const ApiRequest request = request_of(part.substr(0, newline), *body);
    if (world.api.kinds().by_resource(request.resource) == nullptr) return;
    const ApiResponse answer = world.api.handle(request);
    INFERLAB_CHECK(answer.code >= 200 && answer.code < 600);
    if (!answer.ok()) {
      INFERLAB_CHECK(answer.body["kind"].as_string() == "Status");
      INFERLAB_CHECK(answer.body["code"].as_int() == answer.code);
      continue;
    }
    if (request.patch_type == PatchType::kApply && request.verb == Verb::kPatch &&
        request.subresource.empty()) {
      // Applied again it changes nothing.
      const std::string version = answer.body["metadata"]["resourceVersion"].str();
      const ApiResponse again = world.api.handle(request);
      INFERLAB_CHECK(again.ok());
      INFERLAB_CHECK(again.body["metadata"]["resourceVersion"].str() == version);
    }
    check_stored(world.api, request);
  }
}

}  // namespace inferlab::fuzz
