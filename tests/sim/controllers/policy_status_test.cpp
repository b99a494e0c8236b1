// What is said in the status of a ValidatingAdmissionPolicy.
#include <catch2/catch.hpp>

#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

constexpr const char* kPolicies = "validatingadmissionpolicies.admissionregistration.k8s.io";

std::string policy(const std::string& resources, const std::string& expression) {
  return R"({"metadata": {"name": "p"}, "spec": {
    "matchConstraints": {"resourceRules": [{"apiGroups": ["apps"], "apiVersions": ["v1"],
      "operations": ["CREATE"], "resources": )" +
         resources + R"(}]},
    "variables": [{"name": "pods", "expression": "object.spec.template.spec"}],
    "validations": [{"expression": ")" +
         expression + R"("}]}})";
}

TEST_CASE("policy status: nothing to remark is an empty type check of this generation") {
  ControllersWorld world;
  world.create(kPolicies, policy(R"(["deployments"])",
                                 "variables.pods.containers.all(c, c.image != '') && "
                                 "object.metadata.labels.size() > 0"));
  world.settle();
  const sim::Value status = world.get(kPolicies, "p")["status"];
  CHECK(status["observedGeneration"].as_int() == 1);
  CHECK(status["typeChecking"] == sim::Value::object());
  world.patch(kPolicies, "p", R"({"spec": {"failurePolicy": "Ignore"}})");
  world.settle();
  CHECK(world.get(kPolicies, "p")["status"]["observedGeneration"].as_int() == 2);
}

TEST_CASE("policy status: an expression is checked against each kind it names, wildcards aside") {
  ControllersWorld world;
  world.create(kPolicies,
               policy(R"(["replicasets", "deployments", "*/scale"])", "object.replicas > 1"));
  world.settle();
  const sim::Value warnings =
      world.get(kPolicies, "p")["status"]["typeChecking"]["expressionWarnings"];
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[std::size_t{0}]["fieldRef"].as_string() == "spec.validations[0].expression");
  CHECK(warnings[std::size_t{0}]["warning"].as_string() ==
        "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n"
        " | object.replicas > 1\n"
        " | ......^\n"
        "\n"
        "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:7: undefined field 'replicas'\n"
        " | object.replicas > 1\n"
        " | ......^\n");
}

TEST_CASE("policy status: kinds of any group are not guessed") {
  ControllersWorld world;
  world.create(kPolicies, policy(R"(["*"])", "object.replicas > 1"));
  world.settle();
  CHECK(world.get(kPolicies, "p")["status"]["typeChecking"] == sim::Value::object());
}

}  // namespace
}  // namespace inferlab
