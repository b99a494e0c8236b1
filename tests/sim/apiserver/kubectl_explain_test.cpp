// The real kubectl: what the documents say of kinds and their fields, built in and custom.
#include <catch2/catch.hpp>
#include <string>

#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/cluster_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

using testing::BareRun;
using testing::ClusterRun;
using testing::Kubectl;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("kubectl explain --recursive: every field with its type, and which are required",
          "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  if (!kubectl.at_least(29)) return;  // older ones print in another form
  const std::string deployment = kubectl.good({"explain", "deployment", "--recursive"});
  CHECK(deployment.rfind("GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n\n", 0) == 0);
  for (const char* line :
       {"\n  apiVersion\t<string>\n", "\n    replicas\t<integer>\n",
        "\n    selector\t<LabelSelector> -required-\n",
        "\n      matchLabels\t<map[string]string>\n", "\n        maxSurge\t<IntOrString>\n",
        "\n      type\t<string>\n      enum: Recreate, RollingUpdate\n",
        "\n        containers\t<[]Container> -required-\n",
        "\n          imagePullPolicy\t<string>\n          enum: Always, IfNotPresent, Never\n",
        "\n            limits\t<map[string]Quantity>\n", "\n    observedGeneration\t<integer>\n"}) {
    INFO(line);
    CHECK(contains(deployment, line));
  }
  const std::string autoscaler =
      kubectl.good({"explain", "hpa.spec", "--recursive", "--api-version=autoscaling/v2"});
  CHECK(autoscaler.rfind("GROUP:      autoscaling\nKIND:       HorizontalPodAutoscaler\n"
                         "VERSION:    v2\n\nFIELD: spec <HorizontalPodAutoscalerSpec>\n",
                         0) == 0);
  CHECK(contains(autoscaler, "\n        averageUtilization\t<integer>\n"));
  CHECK(contains(kubectl.good({"explain", "cronjob", "--recursive"}),
                 "\n    concurrencyPolicy\t<string>\n    enum: Allow, Forbid, Replace\n"));
  CHECK(contains(kubectl.good({"explain", "node", "--recursive"}),
                 "\n      effect\t<string> -required-\n      enum: NoExecute, NoSchedule, "
                 "PreferNoSchedule\n"));
  CHECK(contains(kubectl.good({"explain", "pod.spec.tolerations.operator"}),
                 "ENUM:\n    Equal\n    Exists\n"));
  CHECK(contains(kubectl.good({"explain", "controllerrevision", "--recursive"}),
                 "\n  data\t<RawExtension>\n"));
  CHECK(kubectl.bad({"explain", "pod.spec.nope"}) == "error: field \"nope\" does not exist\n");
  CHECK(kubectl.bad({"explain", "nope"}) == "the server doesn't have a resource type \"nope\"\n");
}

TEST_CASE("kubectl explain: a schema inside a schema may hold any JSON", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  if (!kubectl.at_least(29)) return;
  const std::string schema =
      kubectl.good({"explain", "crd.spec.versions.schema.openAPIV3Schema", "--recursive"});
  for (const char* line :
       {"\n  additionalProperties\t<JSONSchemaPropsOrBool>\n", "\n  default\t<JSON>\n",
        "\n  enum\t<[]JSON>\n", "\n  items\t<JSONSchemaPropsOrArray>\n"}) {
    INFO(schema);
    CHECK(contains(schema, line));
  }
}

constexpr const char* kDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pools.gpu.example.com}
spec:
  group: gpu.example.com
  scope: Namespaced
  names: {plural: pools, singular: pool, kind: Pool, shortNames: [gp]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {name: GPU, type: string, jsonPath: .spec.gpu}
    - {name: Size, type: integer, jsonPath: .spec.size}
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            description: What is wanted.
            required: [gpu]
            properties:
              gpu: {type: string, enum: [h100, a100, none]}
              size: {type: integer, minimum: 0, maximum: 64, default: 1}
              zones: {type: array, items: {type: string}}
          status:
            type: object
            properties:
              ready: {type: integer}
)";

std::string pool(const std::string& spec) {
  return "apiVersion: gpu.example.com/v1\nkind: Pool\nmetadata: {name: a}\nspec: " + spec + "\n";
}

TEST_CASE("kubectl: a custom kind is explained, defaulted, checked and printed",
          "[kubectl][cluster]") {
  if (!Kubectl::available()) return;
  ClusterRun run;
  Kubectl kubectl(run.door());
  CHECK(kubectl.good({"apply", "-f", "-"}, kDefinition) ==
        "customresourcedefinition.apiextensions.k8s.io/pools.gpu.example.com created\n");
  kubectl.good({"wait", "--for=condition=Established", "crd/pools.gpu.example.com"});
  if (kubectl.at_least(29)) {
    const std::string explained = kubectl.good({"explain", "pools", "--recursive"});
    CHECK(explained.rfind("GROUP:      gpu.example.com\nKIND:       Pool\nVERSION:    v1\n", 0) ==
          0);
    CHECK(contains(explained,
                   "\n  spec\t<Object> -required-\n    gpu\t<string> -required-\n    enum: h100, "
                   "a100, none\n    size\t<integer>\n    zones\t<[]string>\n  status\t<Object>\n"));
  }
  CHECK(contains(kubectl.bad({"apply", "-f", "-"}, pool("{gpu: t4}")),
                 "The Pool \"a\" is invalid: spec.gpu: Unsupported value: \"t4\": supported "
                 "values: \"h100\", \"a100\", \"none\""));
  CHECK(contains(kubectl.bad({"apply", "-f", "-"}, pool("{gpu: h100, size: 65}")),
                 "spec.size: Invalid value: 65: spec.size in body should be less than or equal to "
                 "64"));
  if (kubectl.at_least(25)) {
    CHECK(contains(kubectl.bad({"apply", "-f", "-"}, pool("{gpu: h100, colour: red}")),
                   "strict decoding error: unknown field \"spec.colour\""));
  }
  CHECK(kubectl.good({"apply", "-f", "-"}, pool("{gpu: h100}")) ==
        "pool.gpu.example.com/a created\n");
  const std::string table = kubectl.good({"get", "gp"});
  CHECK(table == "NAME   GPU    SIZE\na      h100   1\n");
  if (kubectl.at_least(24)) {
    kubectl.good({"patch", "pool", "a", "--subresource=status", "--type=merge", "-p",
                  R"({"status":{"ready":1},"spec":{"size":9}})"});
    CHECK(kubectl.good({"get", "pool", "a", "-o", "jsonpath={.status.ready} {.spec.size}"}) ==
          "1 1");
  }
  // A change is sent as a merge patch: custom kinds take no strategic ones.
  CHECK(kubectl.good({"apply", "-f", "-"}, pool("{gpu: a100, zones: [x]}")) ==
        "pool.gpu.example.com/a configured\n");
  CHECK(kubectl.good({"get", "pool", "a", "-o", "jsonpath={.spec.gpu} {.spec.zones}"}) ==
        "a100 [\"x\"]");
  CHECK(kubectl.good({"delete", "pool", "a"}) == "pool.gpu.example.com \"a\" deleted\n");
}

}  // namespace
}  // namespace inferlab::sim
