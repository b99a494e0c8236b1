#include "sim/api/validation/rbac_validation.h"

#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kGroup = "rbac.authorization.k8s.io";

// A list as Go prints it: []string{"a", "b"}.
std::string go_list(const Value& list) {
  std::string out = "[]string{";
  for (const Value& item : list.items()) out += (out.back() == '{' ? "" : ", ") + shown(item);
  return out + "}";
}

void validate_rule(const Value& rule, bool namespaced, const FieldPath& path, FieldErrors& errors) {
  if (rule["verbs"].empty())
    errors.push_back(required(path / "verbs", "verbs must contain at least one value"));
  const Value& urls = rule["nonResourceURLs"];
  if (!urls.empty()) {
    if (namespaced) {
      errors.push_back(invalid_raw(path / "nonResourceURLs", go_list(urls),
                                   "namespaced rules cannot apply to non-resource URLs"));
    }
    if (!rule["apiGroups"].empty() || !rule["resources"].empty() ||
        !rule["resourceNames"].empty()) {
      errors.push_back(
          invalid_raw(path / "nonResourceURLs", go_list(urls),
                      "rules cannot apply to both regular resources and non-resource URLs"));
    }
    return;
  }
  if (rule["apiGroups"].empty()) {
    errors.push_back(
        required(path / "apiGroups", "resource rules must supply at least one api group"));
  }
  if (rule["resources"].empty()) {
    errors.push_back(
        required(path / "resources", "resource rules must supply at least one resource"));
  }
}

void validate_rules(const Value& rules, bool namespaced, FieldErrors& errors) {
  const FieldPath path("rules");
  std::size_t index = 0;
  for (const Value& rule : rules.items())
    validate_rule(rule, namespaced, path.index(index++), errors);
}

void validate_subject(const Value& subject, bool namespaced, const FieldPath& path,
                      FieldErrors& errors) {
  if (subject["name"].empty()) errors.push_back(required(path / "name"));
  const std::string_view kind = subject["kind"].as_string();
  const Value& group = subject["apiGroup"];
  if (kind == "ServiceAccount") {
    if (!subject["name"].empty()) {
      add_name_errors(path / "name", subject["name"],
                      check_dns1123_subdomain(subject["name"].as_string()), errors);
    }
    if (!group.empty()) errors.push_back(unsupported(path / "apiGroup", group, {""}));
    if (!namespaced && subject["namespace"].empty()) errors.push_back(required(path / "namespace"));
  } else if (kind == "User" || kind == "Group") {
    validate_one_of(path / "apiGroup", group, {kGroup}, errors);
  } else {
    errors.push_back(
        unsupported(path / "kind", subject["kind"], {"ServiceAccount", "User", "Group"}));
  }
}

std::string go_role_ref(const Value& ref) {
  return "rbac.RoleRef{APIGroup:" + shown(Value(ref["apiGroup"].as_string())) +
         ", Kind:" + shown(Value(ref["kind"].as_string())) +
         ", Name:" + shown(Value(ref["name"].as_string())) + "}";
}

void validate_binding(const Value& object, const Value& old, bool namespaced, FieldErrors& errors) {
  const FieldPath role_path("roleRef");
  const Value& role = object["roleRef"];
  validate_one_of(role_path / "apiGroup", role["apiGroup"], {kGroup}, errors);
  if (namespaced) {
    validate_one_of(role_path / "kind", role["kind"], {"Role", "ClusterRole"}, errors);
  } else {
    validate_one_of(role_path / "kind", role["kind"], {"ClusterRole"}, errors);
  }
  if (role["name"].empty()) {
    errors.push_back(required(role_path / "name"));
  } else {
    add_name_errors(role_path / "name", role["name"], check_path_segment(role["name"].as_string()),
                    errors);
  }
  const FieldPath subjects("subjects");
  std::size_t index = 0;
  for (const Value& subject : object["subjects"].items())
    validate_subject(subject, namespaced, subjects.index(index++), errors);
  if (!old.is_null() && role != old["roleRef"])
    errors.push_back(invalid_raw(role_path, go_role_ref(role), "cannot change roleRef"));
}

}  // namespace

void validate_role(const Value& object, const Value&, FieldErrors& errors) {
  validate_rules(object["rules"], true, errors);
}

void validate_cluster_role(const Value& object, const Value&, FieldErrors& errors) {
  validate_rules(object["rules"], false, errors);
  if (!object.has("aggregationRule")) return;
  const FieldPath rule("aggregationRule");
  const FieldPath selectors = rule / "clusterRoleSelectors";
  const Value& list = object["aggregationRule"]["clusterRoleSelectors"];
  if (list.empty()) {
    errors.push_back(required(
        selectors, "at least one clusterRoleSelector required if aggregationRule is non-nil"));
  }
  std::size_t index = 0;
  for (const Value& selector : list.items())
    validate_label_selector(selector, selectors.index(index++), errors);
}

void validate_role_binding(const Value& object, const Value& old, FieldErrors& errors) {
  validate_binding(object, old, true, errors);
}

void validate_cluster_role_binding(const Value& object, const Value& old, FieldErrors& errors) {
  validate_binding(object, old, false, errors);
}

}  // namespace inferlab::sim
