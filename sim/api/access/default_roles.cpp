#include "sim/api/access/default_roles.h"

#include <initializer_list>
#include <string_view>

namespace inferlab::sim {
namespace {

using Words = std::initializer_list<std::string_view>;

Value texts(Words words) {
  Value::Array out;
  for (const std::string_view word : words) out.emplace_back(word);
  return Value::array(std::move(out));
}

Value rule(Words groups, Words resources, Words verbs) {
  return Value::object(
      {{"apiGroups", texts(groups)}, {"resources", texts(resources)}, {"verbs", texts(verbs)}});
}

Value paths(Words urls) {
  return Value::object({{"nonResourceURLs", texts(urls)}, {"verbs", texts({"get"})}});
}

Value metadata(std::string_view name) {
  return Value::object(
      {{"annotations", Value::object({{"rbac.authorization.kubernetes.io/autoupdate", "true"}})},
       {"labels", Value::object({{"kubernetes.io/bootstrapping", "rbac-defaults"}})},
       {"name", name}});
}

Value role(std::string_view name, Value::Array rules) {
  return Value::object({{"metadata", metadata(name)}, {"rules", Value::array(std::move(rules))}});
}

/// A part of a role that is put together of several: the other half of aggregated_role().
Value role_part(std::string_view name, std::string_view of, Value::Array rules) {
  Value meta = metadata(name);
  meta = meta.with(
      "labels",
      meta["labels"].with("rbac.authorization.k8s.io/aggregate-to-" + std::string(of), "true"));
  return Value::object({{"metadata", meta}, {"rules", Value::array(std::move(rules))}});
}

/// A role with the rules of all roles labelled for it, of those that people add too. `goes_to` is
/// the role that it is a part of itself; empty: none.
Value aggregated_role(std::string_view name, std::string_view goes_to, Value::Array rules) {
  const std::string prefix = "rbac.authorization.k8s.io/aggregate-to-";
  Value out =
      goes_to.empty() ? role(name, std::move(rules)) : role_part(name, goes_to, std::move(rules));
  const Value labels = Value::object({{prefix + std::string(name), "true"}});
  const Value selector = Value::object({{"matchLabels", labels}});
  return out.with("aggregationRule",
                  Value::object({{"clusterRoleSelectors", Value::array({selector})}}));
}

Value binding(std::string_view role_name, Words groups) {
  Value::Array subjects;
  for (const std::string_view group : groups) {
    subjects.push_back(Value::object(
        {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Group"}, {"name", group}}));
  }
  return Value::object({{"metadata", metadata(role_name)},
                        {"roleRef", Value::object({{"apiGroup", "rbac.authorization.k8s.io"},
                                                   {"kind", "ClusterRole"},
                                                   {"name", role_name}})},
                        {"subjects", Value::array(std::move(subjects))}});
}

const Words kRead = {"get", "list", "watch"};
const Words kWrite = {"create", "delete", "deletecollection", "patch", "update"};

// What somebody may read who may read a namespace: neither Secrets nor roles.
Value::Array view_rules() {
  return {
      rule({""},
           {"configmaps", "endpoints", "persistentvolumeclaims", "persistentvolumeclaims/status",
            "pods", "replicationcontrollers", "replicationcontrollers/scale", "serviceaccounts",
            "services", "services/status"},
           kRead),
      rule({""},
           {"bindings", "events", "limitranges", "namespaces/status", "pods/log", "pods/status",
            "replicationcontrollers/status", "resourcequotas", "resourcequotas/status"},
           kRead),
      rule({""}, {"namespaces"}, kRead),
      rule({"discovery.k8s.io"}, {"endpointslices"}, kRead),
      rule({"apps"},
           {"controllerrevisions", "daemonsets", "daemonsets/status", "deployments",
            "deployments/scale", "deployments/status", "replicasets", "replicasets/scale",
            "replicasets/status", "statefulsets", "statefulsets/scale", "statefulsets/status"},
           kRead),
      rule({"autoscaling"}, {"horizontalpodautoscalers", "horizontalpodautoscalers/status"}, kRead),
      rule({"batch"}, {"cronjobs", "cronjobs/status", "jobs", "jobs/status"}, kRead),
      rule({"policy"}, {"poddisruptionbudgets", "poddisruptionbudgets/status"}, kRead),
      rule({"networking.k8s.io"}, {"ingresses", "ingresses/status", "networkpolicies"}, kRead)};
}

// What somebody may change who works in a namespace.
Value::Array edit_rules() {
  return {
      rule({""},
           {"pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets",
            "services/proxy"},
           kRead),
      rule({""}, {"serviceaccounts"}, {"impersonate"}),
      rule({""}, {"pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"}, kWrite),
      rule({""}, {"pods/eviction"}, {"create"}),
      rule({""},
           {"configmaps", "events", "persistentvolumeclaims", "replicationcontrollers",
            "replicationcontrollers/scale", "secrets", "serviceaccounts", "services",
            "services/proxy"},
           kWrite),
      rule({""}, {"serviceaccounts/token"}, {"create"}),
      rule({"apps"},
           {"daemonsets", "deployments", "deployments/rollback", "deployments/scale", "replicasets",
            "replicasets/scale", "statefulsets", "statefulsets/scale"},
           kWrite),
      rule({"autoscaling"}, {"horizontalpodautoscalers"}, kWrite),
      rule({"batch"}, {"cronjobs", "jobs"}, kWrite),
      rule({"policy"}, {"poddisruptionbudgets"}, kWrite),
      rule({"networking.k8s.io"}, {"ingresses", "networkpolicies"}, kWrite)};
}

// What the owner of a namespace has besides.
Value::Array admin_rules() {
  return {
      rule({"authorization.k8s.io"}, {"localsubjectaccessreviews"}, {"create"}),
      rule({"rbac.authorization.k8s.io"}, {"rolebindings", "roles"},
           {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"})};
}

Value::Array joined(std::initializer_list<Value::Array> parts) {
  Value::Array out;
  for (const Value::Array& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace

Value default_cluster_roles() {
  const Value everything = rule({"*"}, {"*"}, {"*"});
  const Value every_path =
      Value::object({{"nonResourceURLs", texts({"*"})}, {"verbs", texts({"*"})}});
  return Value::array(
      {role("cluster-admin", {everything, every_path}),
       aggregated_role("admin", {}, joined({edit_rules(), view_rules(), admin_rules()})),
       aggregated_role("edit", "admin", joined({edit_rules(), view_rules()})),
       aggregated_role("view", "edit", view_rules()),
       role_part("system:aggregate-to-admin", "admin", admin_rules()),
       role_part("system:aggregate-to-edit", "edit", edit_rules()),
       role_part("system:aggregate-to-view", "view", view_rules()),
       role("system:basic-user",
            {rule({"authorization.k8s.io"}, {"selfsubjectaccessreviews", "selfsubjectrulesreviews"},
                  {"create"}),
             rule({"authentication.k8s.io"}, {"selfsubjectreviews"}, {"create"})}),
       role("system:discovery",
            {paths({"/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi",
                    "/openapi/*", "/readyz", "/version", "/version/"})}),
       role("system:public-info-viewer",
            {paths({"/healthz", "/livez", "/readyz", "/version", "/version/"})})});
}

Value default_cluster_role_bindings() {
  return Value::array(
      {binding("cluster-admin", {"system:masters"}),
       binding("system:basic-user", {"system:authenticated"}),
       binding("system:discovery", {"system:authenticated"}),
       binding("system:public-info-viewer", {"system:authenticated", "system:unauthenticated"})});
}

}  // namespace inferlab::sim
