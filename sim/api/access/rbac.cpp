#include "sim/api/access/rbac.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace inferlab::sim {
namespace {

constexpr std::string_view kRoles = "roles.rbac.authorization.k8s.io";
constexpr std::string_view kRoleBindings = "rolebindings.rbac.authorization.k8s.io";
constexpr std::string_view kClusterRoles = "clusterroles.rbac.authorization.k8s.io";
constexpr std::string_view kClusterRoleBindings = "clusterrolebindings.rbac.authorization.k8s.io";
constexpr std::string_view kServiceAccountPrefix = "system:serviceaccount:";

bool contains(const Value& list, std::string_view text) {
  const Value::Array& items = list.items();
  return std::any_of(items.begin(), items.end(),
                     [text](const Value& item) { return item.as_string() == text; });
}

bool lists(const Value& list, std::string_view text) {
  return contains(list, "*") || contains(list, text);
}

// "pods/log", "*/log" and "*" name a subresource; "pods" does not.
bool names_resource(const Value& resources, const AccessRequest& request) {
  if (contains(resources, "*")) return true;
  if (request.subresource.empty()) return contains(resources, request.resource);
  return contains(resources, request.resource + "/" + request.subresource) ||
         contains(resources, "*/" + request.subresource);
}

bool names_path(const Value& urls, std::string_view path) {
  for (const Value& url : urls.items()) {
    const std::string_view text = url.as_string();
    if (text == "*" || text == path) return true;
    if (text.ends_with('*') && path.starts_with(text.substr(0, text.size() - 1))) return true;
  }
  return false;
}

// How a binding reaches `subject`: `User "ann"`, or nothing.
std::string reached_by(const Value& binding, const Subject& subject, std::string_view ns) {
  for (const Value& one : binding["subjects"].items()) {
    const std::string_view kind = one["kind"].as_string();
    const std::string name = one["name"].str();
    if (kind == "User" && name == subject.user) return fmt::format("User \"{}\"", name);
    if (kind == "Group" && std::ranges::find(subject.groups, name) != subject.groups.end()) {
      return fmt::format("Group \"{}\"", name);
    }
    if (kind == "ServiceAccount") {
      const std::string in(one["namespace"].as_string(ns));
      if (!in.empty() && subject.user == fmt::format("{}{}:{}", kServiceAccountPrefix, in, name)) {
        return fmt::format("ServiceAccount \"{}/{}\"", name, in);
      }
    }
  }
  return {};
}

struct Found {
  const Value* role;        // nullptr: the binding names one that is not there
  std::string description;  // `RoleBinding "readers/default" of Role "reader" to User "ann"`
  std::string role_kind, role_name;
};

// Calls `visit` for each binding that reaches `subject` in this namespace; stops when it returns
// true.
void each_role(const Store& store, const Subject& subject, std::string_view ns,
               const std::function<bool(const Found&)>& visit) {
  const auto look = [&](const ObjectPtr& object, std::string_view kind, std::string_view in) {
    const Value& binding = object->document;
    const std::string by = reached_by(binding, subject, in);
    if (by.empty()) return false;
    const Value& ref = binding["roleRef"];
    const bool cluster = ref["kind"].as_string() == "ClusterRole";
    const ObjectPtr role =
        store.get({std::string(cluster ? kClusterRoles : kRoles),
                   cluster ? std::string() : std::string(in), ref["name"].str()});
    const std::string name =
        in.empty() ? object->key.name : fmt::format("{}/{}", object->key.name, in);
    return visit({role == nullptr ? nullptr : &role->document,
                  fmt::format("{} \"{}\" of {} \"{}\" to {}", kind, name, ref["kind"].as_string(),
                              ref["name"].as_string(), by),
                  ref["kind"].str(), ref["name"].str()});
  };
  for (const ObjectPtr& object : store.list(kClusterRoleBindings)) {
    if (look(object, "ClusterRoleBinding", "")) return;
  }
  if (ns.empty()) return;
  for (const ObjectPtr& object : store.list(kRoleBindings, ns)) {
    if (look(object, "RoleBinding", ns)) return;
  }
}

}  // namespace

bool Subject::is_master() const {
  return std::ranges::find(groups, "system:masters") != groups.end();
}

bool rule_allows(const Value& rule, const AccessRequest& request) {
  if (!lists(rule["verbs"], request.verb)) return false;
  if (!request.path.empty()) return names_path(rule["nonResourceURLs"], request.path);
  if (!lists(rule["apiGroups"], request.group) || !names_resource(rule["resources"], request)) {
    return false;
  }
  const Value& names = rule["resourceNames"];
  return names.empty() || (!request.name.empty() && contains(names, request.name));
}

AccessDecision authorize(const Store& store, const Subject& subject, const AccessRequest& request) {
  AccessDecision decision;
  if (subject.is_master()) {
    decision.allowed = true;
    return decision;
  }
  std::string missing;
  each_role(store, subject, request.path.empty() ? request.ns : std::string(),
            [&](const Found& found) {
              if (found.role == nullptr) {
                std::string kind = found.role_kind == "ClusterRole" ? "clusterrole" : "role";
                missing += fmt::format("{}{}.rbac.authorization.k8s.io \"{}\" not found",
                                       missing.empty() ? "" : ", ", kind, found.role_name);
                return false;
              }
              for (const Value& rule : (*found.role)["rules"].items()) {
                if (!rule_allows(rule, request)) continue;
                decision.allowed = true;
                decision.reason = "RBAC: allowed by " + found.description;
                return true;
              }
              return false;
            });
  if (!decision.allowed && !missing.empty()) decision.reason = "RBAC: " + missing;
  return decision;
}

Value rules_of(const Store& store, const Subject& subject, std::string_view ns) {
  Value::Array rules;
  if (subject.is_master()) {
    const Value all = Value::array({"*"});
    rules.push_back(Value::object({{"apiGroups", all}, {"resources", all}, {"verbs", all}}));
    rules.push_back(Value::object({{"nonResourceURLs", all}, {"verbs", all}}));
  }
  each_role(store, subject, ns, [&rules](const Found& found) {
    if (found.role == nullptr) return false;
    for (const Value& rule : (*found.role)["rules"].items()) {
      if (std::ranges::find(rules, rule) == rules.end()) rules.push_back(rule);
    }
    return false;
  });
  return Value::array(std::move(rules));
}

std::string refusal_text(const Subject& subject, const AccessRequest& request,
                         const AccessDecision& decision) {
  std::string out;
  if (!request.path.empty()) {
    out =
        fmt::format("User \"{}\" cannot {} path \"{}\"", subject.user, request.verb, request.path);
  } else {
    const std::string resource = request.subresource.empty()
                                     ? request.resource
                                     : request.resource + "/" + request.subresource;
    out = fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}", subject.user,
                      request.verb, resource, request.group,
                      request.ns.empty() ? "at the cluster scope"
                                         : fmt::format("in the namespace \"{}\"", request.ns));
  }
  return decision.reason.empty() ? out : out + ": " + decision.reason;
}

std::vector<std::string> groups_of(std::string_view user, std::vector<std::string> given) {
  std::vector<std::string> out = std::move(given);
  const auto add = [&out](std::string group) {
    if (std::ranges::find(out, group) == out.end()) out.push_back(std::move(group));
  };
  if (user.starts_with(kServiceAccountPrefix) && out.empty()) {
    const std::string_view rest = user.substr(kServiceAccountPrefix.size());
    const std::size_t colon = rest.find(':');
    if (colon != std::string_view::npos) {
      add("system:serviceaccounts");
      add(fmt::format("system:serviceaccounts:{}", rest.substr(0, colon)));
    }
  }
  add(user == "system:anonymous" ? "system:unauthenticated" : "system:authenticated");
  return out;
}

}  // namespace inferlab::sim
