// The real kubectl and the rules of a platform that serves LLMs: a policy in CEL, a custom resource
// with rules of its own, and who may grant what.
#include <catch2/catch.hpp>

#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/kubectl.h"

namespace inferlab::sim {
namespace {

using testing::BareRun;
using testing::Kubectl;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr const char* kPolicy = R"yaml(
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: gpu-serving}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  variables:
  - {name: containers, expression: object.spec.template.spec.containers}
  - name: gpu
    expression: >-
      variables.containers.filter(c, has(c.resources) &&
      ((has(c.resources.requests) && 'nvidia.com/gpu' in c.resources.requests) ||
      (has(c.resources.limits) && 'nvidia.com/gpu' in c.resources.limits)))
  validations:
  - expression: "variables.gpu.all(c, has(c.resources.limits) && 'nvidia.com/gpu' in c.resources.limits && 'memory' in c.resources.limits)"
    messageExpression: "'containers that ask for GPUs must set limits of nvidia.com/gpu and memory: ' + variables.gpu.map(c, c.name).join(', ')"
  - expression: "variables.gpu.size() == 0 || variables.containers.all(c, c.image.contains(':') && !c.image.endsWith(':latest'))"
    message: images of GPU workloads must name a version, and not :latest
    reason: Forbidden
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: gpu-serving}
spec:
  policyName: gpu-serving
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchExpressions: [{key: sandbox, operator: DoesNotExist}]}}
)yaml";

std::string deployment(const std::string& image, const std::string& limits) {
  return R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: llama}
spec:
  replicas: 1
  selector: {matchLabels: {app: llama}}
  template:
    metadata: {labels: {app: llama}}
    spec:
      containers:
      - name: vllm
        image: )" +
         image + "\n        resources: {limits: {" + limits + "}}\n";
}

TEST_CASE("kubectl: a policy keeps GPU workloads without limits, or of :latest, out", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  const auto applied = kubectl.run({"apply", "-f", "-"}, kPolicy);
  CHECK(applied.exit_code == 0);
  CHECK(applied.err.empty());
  const std::vector<std::string> apply = {"apply", "-f", "-"};

  const std::string unlimited =
      kubectl.bad(apply, deployment("vllm/vllm-openai:v0.6.3", "nvidia.com/gpu: 1"));
  CHECK(contains(unlimited,
                 "ValidatingAdmissionPolicy 'gpu-serving' with binding 'gpu-serving' denied "
                 "request: containers that ask for GPUs must set limits of nvidia.com/gpu and "
                 "memory: vllm"));
  const std::string latest =
      kubectl.bad(apply, deployment("vllm/vllm-openai:latest", "nvidia.com/gpu: 1, memory: 40Gi"));
  CHECK(contains(latest,
                 "deployments.apps \"llama\" is forbidden: ValidatingAdmissionPolicy 'gpu-serving' "
                 "with binding 'gpu-serving' denied request: images of GPU workloads must name a "
                 "version, and not :latest"));
  CHECK(contains(
      kubectl.good(apply, deployment("vllm/vllm-openai:v0.6.3", "nvidia.com/gpu: 1, memory: 40Gi")),
      "created"));
  CHECK(contains(kubectl.bad({"set", "image", "deployment/llama", "vllm=vllm/vllm-openai"}),
                 "must name a version"));
  // A policy that is taken away holds no more; one that does not compile is not taken.
  kubectl.good({"delete", "validatingadmissionpolicybinding", "gpu-serving"});
  kubectl.good({"set", "image", "deployment/llama", "vllm=vllm/vllm-openai:latest"});
  const std::string broken = kubectl.bad(
      {"patch", "validatingadmissionpolicy", "gpu-serving", "--type=json",
       R"(-p=[{"op":"replace","path":"/spec/validations/1/expression","value":"variable.gpu"}])"});
  CHECK(contains(broken, "spec.validations[1].expression"));
  CHECK(contains(broken, "undeclared reference to 'variable'"));
}

constexpr const char* kDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: servings.llm.example.com}
spec:
  group: llm.example.com
  scope: Namespaced
  names: {plural: servings, kind: Serving}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations:
            - {rule: self.minReplicas <= self.maxReplicas, message: minReplicas must not be above maxReplicas}
            properties:
              minReplicas: {type: integer}
              maxReplicas: {type: integer}
              model: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: the model cannot be changed}]}
)";

TEST_CASE("kubectl: rules of a custom resource answer in the API server's words", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  std::string faulty = kDefinition;
  faulty.replace(faulty.find("self.minReplicas"), std::string("self.minReplicas").size(),
                 "self.least");
  const std::string refused = kubectl.bad({"create", "-f", "-"}, faulty);
  CHECK(contains(refused,
                 "spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0]"
                 ".rule: Invalid value: apiextensions.ValidationRule{Rule:\"self.least <= "
                 "self.maxReplicas\""));
  CHECK(contains(refused, "compilation failed: ERROR: <input>:1:5: undefined field 'least'"));
  kubectl.good({"create", "-f", "-"}, kDefinition);
  run.on_run([](Api& api) {  // no controller establishes it here
    const Value established = Value::object(
        {{"type", "Established"}, {"status", "True"}, {"reason", "Test"}, {"message", ""}});
    const Value status = Value::object({{"conditions", Value::array({established})}});
    api.merge_patch(
        {"customresourcedefinitions.apiextensions.k8s.io", "", "servings.llm.example.com"},
        "status", Value::object({{"status", status}}), "test");
  });
  const auto serving = [](const std::string& spec) {
    return "apiVersion: llm.example.com/v1\nkind: Serving\nmetadata: {name: chat}\nspec: {" + spec +
           "}\n";
  };
  CHECK(contains(
      kubectl.bad({"create", "-f", "-"}, serving("minReplicas: 3, maxReplicas: 2, model: a")),
      "spec: Invalid value: \"object\": minReplicas must not be above maxReplicas"));
  kubectl.good({"create", "-f", "-"}, serving("minReplicas: 1, maxReplicas: 2, model: a"));
  CHECK(contains(
      kubectl.bad({"patch", "serving", "chat", "--type=merge", R"(-p={"spec":{"model":"b"}})"}),
      "spec.model: Invalid value: \"string\": the model cannot be changed"));
}

// Who may write roles; and discovery, without which kubectl finds nothing.
constexpr const char* kDelegate = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: delegate}
rules:
- {apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [create, get, list]}
- {nonResourceURLs: ["*"], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: delegate}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: delegate}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]
)";

TEST_CASE("kubectl: nobody grants what he has not", "[kubectl]") {
  if (!Kubectl::available()) return;
  BareRun run;
  Kubectl kubectl(run.door());
  kubectl.good({"create", "-f", "-"}, kDelegate);
  const std::string refused =
      kubectl.bad({"create", "role", "nodes", "--verb=get,delete", "--resource=pods", "--as=ann"});
  CHECK(contains(refused,
                 "roles.rbac.authorization.k8s.io \"nodes\" is forbidden: user \"ann\" "
                 "(groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not "
                 "currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"get\" "
                 "\"delete\"]}"));
  kubectl.good({"create", "role", "roles", "--verb=get,list",
                "--resource=roles.rbac.authorization.k8s.io", "--as=ann"});
}

}  // namespace
}  // namespace inferlab::sim
