#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Who asks: the user's name and all groups he is in.
struct Subject {
  std::string user;
  std::vector<std::string> groups;
  /// In group system:masters: no rule is looked at.
  [[nodiscard]] bool is_master() const;
};

/// What somebody wants to do. Of a path that is no resource only `path` and `verb` count.
struct AccessRequest {
  std::string verb;  // "get", "list", "watch", "create", "update", "patch", "delete", …
  std::string group, resource, subresource;  // "apps", "deployments", "scale"
  std::string ns, name;                      // empty: cluster scope, all
  std::string path;                          // "/metrics"; empty: a resource
};

struct AccessDecision {
  bool allowed = false;
  /// `RBAC: allowed by RoleBinding "readers/default" of Role "reader" to User "ann"`; of a refusal
  /// what stood in the way of deciding, mostly nothing.
  std::string reason;
};

/// Whether the Roles and ClusterRoles that bindings give `subject` allow the request. Rules only
/// ever add: what no rule allows is refused.
/// Source: Kubernetes documentation, "Using RBAC Authorization"; plugin/pkg/auth/authorizer/rbac.
AccessDecision authorize(const Store& store, const Subject& subject, const AccessRequest& request);

/// All rules that hold for `subject` in a namespace, as they stand in the roles: an array.
Value rules_of(const Store& store, const Subject& subject, std::string_view ns);

/// Whether one rule allows the request.
bool rule_allows(const Value& rule, const AccessRequest& request);

/// `User "ann" cannot list resource "pods" in API group "" in the namespace "default"`: what the
/// answer 403 says.
std::string refusal_text(const Subject& subject, const AccessRequest& request,
                         const AccessDecision& decision);

/// Every group of a name that somebody asks under: service accounts are in three by their name, and
/// who is known is in system:authenticated.
std::vector<std::string> groups_of(std::string_view user, std::vector<std::string> given);

}  // namespace inferlab::sim
