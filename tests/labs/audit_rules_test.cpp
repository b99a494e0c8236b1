// Which level an audit policy gives to a request, and which policies are refused.
#include "labs/checks/audit_rules.h"

#include <catch2/catch.hpp>
#include <string>

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT
using Catch::Contains;

namespace {

constexpr const char* kHead = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";

std::string level(const std::string& rules, const AuditedRequest& request) {
  const auto policy = read_audit_policy(kHead + rules, "audit-policy.yaml");
  if (!policy) FAIL(policy.error().message);
  return std::string(to_string(policy->level_of(request)));
}

AuditedRequest request(const std::string& verb, const std::string& resource,
                       const std::string& subresource = "", const std::string& group = "") {
  return {.user = "ann",
          .groups = {"dev", "system:authenticated"},
          .verb = verb,
          .group = group,
          .resource = resource,
          .subresource = subresource,
          .ns = "ai",
          .name = "x",
          .path = {}};
}

std::string refused(const std::string& text) {
  const auto policy = read_audit_policy(text, "audit-policy.yaml");
  return policy ? "taken" : policy.error().message;
}

}  // namespace

TEST_CASE("audit policy: the first rule that matches decides, and none is None") {
  const std::string rules =
      "rules: [{level: None, verbs: [get]}, {level: Request, users: [ann]}]\n";
  CHECK(level(rules, request("get", "pods")) == "None");
  CHECK(level(rules, request("create", "pods")) == "Request");
  CHECK(level("rules: [{level: Metadata, users: [bob]}]\n", request("get", "pods")) == "None");
  CHECK(level("rules: [{level: Metadata, userGroups: [dev]}]\n", request("get", "pods")) ==
        "Metadata");
}

TEST_CASE("audit policy: a subresource is named, and a group is the core one unless it is named") {
  const auto rule = [](const std::string& resources) {
    return "rules: [{level: Metadata, resources: [" + resources + "]}]\n";
  };
  CHECK(level(rule("{resources: [pods]}"), request("get", "pods")) == "Metadata");
  CHECK(level(rule("{resources: [pods]}"), request("get", "pods", "log")) == "None");
  CHECK(level(rule("{resources: [pods/log]}"), request("get", "pods", "log")) == "Metadata");
  CHECK(level(rule("{resources: [pods/*]}"), request("get", "pods", "log")) == "Metadata");
  CHECK(level(rule("{resources: [\"*/log\"]}"), request("get", "pods", "log")) == "Metadata");
  CHECK(level(rule("{resources: [\"*/log\"]}"), request("get", "pods")) == "None");
  CHECK(level(rule("{resources: [\"*\"]}"), request("get", "deployments", "", "apps")) == "None");
  CHECK(level(rule("{group: apps}"), request("get", "deployments", "", "apps")) == "Metadata");
  CHECK(level(rule("{resources: [pods], resourceNames: [other]}"), request("get", "pods")) ==
        "None");
}

TEST_CASE("audit policy: paths, namespaces, and stages that are left out") {
  AuditedRequest health;
  health.user = "system:anonymous";
  health.verb = "get";
  health.path = "/healthz/ping";
  const std::string none =
      "rules: [{level: None, nonResourceURLs: [\"/healthz*\"]}, {level: "
      "Metadata}]\n";
  CHECK(level(none, health) == "None");
  CHECK(level(none, request("get", "pods")) == "Metadata");
  CHECK(level("rules: [{level: Metadata, namespaces: [ai]}]\n", health) == "None");
  CHECK(level("rules: [{level: Metadata, namespaces: [ai]}]\n", request("get", "pods")) ==
        "Metadata");
  CHECK(level("omitStages: [RequestReceived]\nrules: [{level: Metadata}]\n", health) == "Metadata");
  CHECK(level("omitStages: [ResponseComplete]\nrules: [{level: Metadata}]\n", health) == "None");
}

TEST_CASE("audit policy: what kube-apiserver would not begin with is refused, with its place") {
  CHECK_THAT(refused(std::string(kHead) + "rules: [{level: metadata}]\n"),
             Contains("audit-policy.yaml:3:10: rules[0].level: \"metadata\" is none of the words"));
  CHECK_THAT(refused(std::string(kHead) + "rules: []\n"), Contains("at least 1 items"));
  CHECK_THAT(refused(std::string(kHead) + "rules: [{level: None, verb: [get]}]\n"),
             Contains("unknown field"));
  CHECK_THAT(refused(std::string(kHead) +
                     "rules: [{level: None, nonResourceURLs: [/a], namespaces: [b]}]\n"),
             Contains("cannot apply to both"));
  CHECK_THAT(refused(std::string(kHead) + "rules: [{level: None, nonResourceURLs: [\"/a*b\"]}]\n"),
             Contains("must be the final character"));
  CHECK_THAT(
      refused(std::string(kHead) + "rules: [{level: None, resources: [{resourceNames: [x]}]}]\n"),
      Contains("requires at least one resource"));
  CHECK_THAT(refused("apiVersion: audit.k8s.io/v1beta1\nkind: Policy\nrules: [{level: None}]\n"),
             Contains("apiVersion"));
}
