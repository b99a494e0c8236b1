// Whoever gives rules away that he has himself gives nothing more than he has.
#include "sim/api/access/rule_cover.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <vector>

#include "engine/base/rng.h"
#include "sim/api/access/rbac.h"
#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

using Words = std::vector<std::string>;

const Words kGroups = {"", "apps"};
const Words kResources = {"pods", "deployments"};
const Words kParts = {"", "scale"};
const Words kVerbs = {"get", "create"};
const Words kNames = {"", "a", "b"};
const Words kPaths = {"/healthz", "/healthz/ready", "/metrics"};

Value some_of(Rng& rng, Words words) {
  words.emplace_back("*");
  Value::Array out;
  for (const std::string& word : words) {
    if (rng.below(2) == 0) out.emplace_back(word);
  }
  if (out.empty()) out.emplace_back(words[rng.below(words.size())]);
  return Value::array(std::move(out));
}

Value random_rules(Rng& rng) {
  Value::Array rules;
  for (std::uint64_t left = 1 + rng.below(3); left > 0; --left) {
    Value rule = Value::object({{"verbs", some_of(rng, kVerbs)}});
    if (rng.below(4) == 0) {
      rule = rule.with("nonResourceURLs", some_of(rng, {"/healthz", "/healthz/*", "/metrics"}));
    } else {
      rule = rule.with("apiGroups", some_of(rng, kGroups))
                 .with("resources", some_of(rng, {"pods", "deployments/scale", "*/scale"}));
      if (rng.below(3) == 0) rule = rule.with("resourceNames", some_of(rng, {"a", "b"}));
    }
    rules.push_back(std::move(rule));
  }
  return Value::array(std::move(rules));
}

bool allow(const Value& rules, const AccessRequest& request) {
  for (const Value& rule : rules.items()) {
    if (rule_allows(rule, request)) return true;
  }
  return false;
}

std::vector<AccessRequest> all_requests() {
  std::vector<AccessRequest> out;
  for (const std::string& verb : kVerbs) {
    for (const std::string& path : kPaths) {
      AccessRequest request;
      request.verb = verb;
      request.path = path;
      out.push_back(request);
    }
    for (const std::string& group : kGroups) {
      for (const std::string& resource : kResources) {
        for (const std::string& part : kParts) {
          for (const std::string& name : kNames) {
            AccessRequest request;
            request.verb = verb;
            request.group = group;
            request.resource = resource;
            request.subresource = part;
            request.name = name;
            out.push_back(request);
          }
        }
      }
    }
  }
  return out;
}

TEST_CASE("RBAC: rules that miss nothing allow nothing that was not allowed", "[seeds]") {
  Rng rng(20260105);
  const std::vector<AccessRequest> requests = all_requests();
  int covered = 0;
  for (int round = 0; round < 20000; ++round) {
    const Value held = random_rules(rng);
    const Value wanted = random_rules(rng);
    CHECK(missing_rights(held, held).empty());
    if (!missing_rights(held, wanted).empty()) continue;
    ++covered;
    for (const AccessRequest& request : requests) {
      INFO(to_json(held) << " gives " << to_json(wanted));
      if (allow(wanted, request)) CHECK(allow(held, request));
    }
  }
  CHECK(covered > 100);
}

TEST_CASE("RBAC: what is missing is told by resource, in order") {
  const Value held = *parse_json(
      R"([{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}])");
  const Value wanted = *parse_json(R"([
    {"apiGroups": ["apps"], "resources": ["deployments", "deployments/scale"],
     "verbs": ["get", "patch"]},
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["delete"]},
    {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}])");
  CHECK(missing_rights(held, wanted) ==
        Words{R"({APIGroups:["apps"], Resources:["deployments"], Verbs:["patch" "delete"]})",
              R"({APIGroups:["apps"], Resources:["deployments/scale"], Verbs:["get" "patch"]})",
              R"({NonResourceURLs:["/metrics"], Verbs:["get"]})"});
}

}  // namespace
}  // namespace inferlab::sim
