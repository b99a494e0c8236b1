// Who may do what, by Roles and their bindings.
#include "sim/api/access/rbac.h"

#include <catch2/catch.hpp>

#include "sim/api/api.h"
#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

class Access {
 public:
  Access() {
    put("roles", "team",
        R"({"metadata":{"name":"reader","namespace":"team"},"rules":[
          {"apiGroups":[""],"resources":["pods","pods/log"],"verbs":["get","list"]},
          {"apiGroups":["apps"],"resources":["*"],"verbs":["*"]},
          {"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"],"verbs":["get"]}]})");
    put("rolebindings", "team",
        R"({"metadata":{"name":"readers","namespace":"team"},
            "roleRef":{"kind":"Role","name":"reader"},
            "subjects":[{"kind":"User","name":"ann"},
                        {"kind":"ServiceAccount","name":"bot","namespace":"ci"}]})");
    put("clusterroles", "",
        R"({"metadata":{"name":"nodes"},"rules":[
          {"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","watch"]},
          {"nonResourceURLs":["/metrics","/healthz/*"],"verbs":["get"]}]})");
    put("clusterrolebindings", "",
        R"({"metadata":{"name":"ops"},"roleRef":{"kind":"ClusterRole","name":"nodes"},
            "subjects":[{"kind":"Group","name":"ops"}]})");
    put("rolebindings", "team",
        R"({"metadata":{"name":"broken","namespace":"team"},
            "roleRef":{"kind":"ClusterRole","name":"gone"},
            "subjects":[{"kind":"User","name":"eve"}]})");
  }

  // "ann get pods/log team web", with "-" for nothing; a path begins with a slash.
  std::string may(const std::string& user, const std::string& verb, const std::string& what,
                  const std::string& ns = {}, const std::string& name = {}) {
    Subject subject{user, groups_of(user, user == "olga" ? std::vector<std::string>{"ops"}
                                                         : std::vector<std::string>{})};
    AccessRequest request;
    request.verb = verb;
    if (what.starts_with('/')) {
      request.path = what;
    } else {
      const std::size_t dot = what.find('.');
      request.group = dot == std::string::npos ? "" : what.substr(dot + 1);
      const std::string resource = what.substr(0, dot);
      const std::size_t slash = resource.find('/');
      request.resource = resource.substr(0, slash);
      if (slash != std::string::npos) request.subresource = resource.substr(slash + 1);
    }
    request.ns = ns;
    request.name = name;
    const AccessDecision decision = authorize(store, subject, request);
    return decision.allowed ? "yes: " + decision.reason
                            : "no: " + refusal_text(subject, request, decision);
  }

  Store store;

 private:
  void put(const std::string& plural, const std::string& ns, const std::string& json) {
    const Value document = *parse_json(json);
    store.put({plural + ".rbac.authorization.k8s.io", ns, document["metadata"]["name"].str()},
              document, Time{});
  }
};

TEST_CASE("RBAC: a binding gives what its role says, in its namespace") {
  Access test;
  CHECK(test.may("ann", "list", "pods", "team") ==
        R"(yes: RBAC: allowed by RoleBinding "readers/team" of Role "reader" to User "ann")");
  CHECK(test.may("system:serviceaccount:ci:bot", "get", "pods/log", "team", "web") ==
        "yes: RBAC: allowed by RoleBinding \"readers/team\" of Role \"reader\" to "
        "ServiceAccount \"bot/ci\"");
  CHECK(test.may("ann", "delete", "deployments/scale.apps", "team").starts_with("yes"));
  CHECK(test.may("ann", "list", "pods", "other") ==
        R"(no: User "ann" cannot list resource "pods" in API group "" in the namespace "other")");
  CHECK(test.may("ann", "create", "pods/exec", "team", "web") ==
        R"(no: User "ann" cannot create resource "pods/exec" in API group "" in the namespace )"
        R"("team")");
}

TEST_CASE("RBAC: a rule that names objects is for these alone") {
  Access test;
  CHECK(test.may("ann", "get", "secrets", "team", "mine").starts_with("yes"));
  CHECK(test.may("ann", "get", "secrets", "team", "other").starts_with("no"));
  CHECK(test.may("ann", "get", "secrets", "team").starts_with("no"));
}

TEST_CASE("RBAC: cluster bindings reach everywhere, and paths") {
  Access test;
  CHECK(test.may("olga", "watch", "nodes") ==
        R"(yes: RBAC: allowed by ClusterRoleBinding "ops" of ClusterRole "nodes" to Group "ops")");
  CHECK(test.may("olga", "get", "/healthz/etcd").starts_with("yes"));
  CHECK(test.may("olga", "get", "/debug") == R"(no: User "olga" cannot get path "/debug")");
  CHECK(test.may("ann", "list", "nodes") ==
        R"(no: User "ann" cannot list resource "nodes" in API group "" at the cluster scope)");
}

TEST_CASE("RBAC: a binding to a role that is not there says so in the refusal") {
  Access test;
  CHECK(test.may("eve", "list", "pods", "team") ==
        R"(no: User "eve" cannot list resource "pods" in API group "" in the namespace "team": )"
        R"(RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found)");
}

}  // namespace
}  // namespace inferlab::sim
