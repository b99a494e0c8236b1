#include "sim/api/validation/admission_policy_validation.h"

#include <algorithm>

#include "sim/api/defaults/fill.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"
#include "sim/api/validation/policy_expression_validation.h"

namespace inferlab::sim {
namespace {

// Words as Go prints a list of them: []string{"*", "apps"}.
std::string go_words(const Value& list, std::string_view type) {
  std::string out = "[]" + std::string(type) + "{";
  for (const Value& item : list.items()) out += (out.back() == '{' ? "" : ", ") + shown(item);
  return out + "}";
}

// "*" stands alone.
void validate_wildcard(const Value& list, const FieldPath& path, std::string_view type,
                       std::string_view why, FieldErrors& errors) {
  if (list.empty()) errors.push_back(required(path));
  const auto& items = list.items();
  const bool any = std::any_of(items.begin(), items.end(),
                               [](const Value& item) { return item.as_string() == "*"; });
  if (any && list.size() > 1) errors.push_back(invalid_raw(path, go_words(list, type), why));
}

// "pods", "pods/status", "pods/*", "*/scale", "*", "*/*".
void validate_resource_list(const Value& list, const FieldPath& path, FieldErrors& errors) {
  if (list.empty()) errors.push_back(required(path));
  Names whole_resources, whole_parts;  // "x/*" and "*/x" seen so far
  bool all_parts = false, all = false, plain = false;
  std::size_t index = 0;
  for (const Value& item : list.items()) {
    const FieldPath at = path.index(index++);
    const std::string text = item.str();
    if (text.empty()) {
      errors.push_back(required(at));
      continue;
    }
    all_parts = all_parts || text == "*/*";
    all = all || text == "*";
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) {
      plain = text != "*";
      continue;
    }
    const std::string resource = text.substr(0, slash);
    const std::string part = text.substr(slash + 1);
    const auto too_much = [&](const std::string& present) {
      errors.push_back(
          invalid_value(at, item, "if '" + present + "' is present, must not specify " + text));
    };
    if (whole_resources.contains(resource)) too_much(resource + "/*");
    if (whole_parts.contains(part)) too_much("*/" + part);
    if (part == "*") whole_resources.insert(resource);
    if (resource == "*") whole_parts.insert(part);
  }
  if (list.size() > 1 && all_parts) {
    errors.push_back(invalid_raw(path, go_words(list, "string"),
                                 "if '*/*' is present, must not specify other resources"));
  }
  if (all && plain) {
    errors.push_back(
        invalid_raw(path, go_words(list, "string"),
                    "if '*' is present, must not specify other resources without subresources"));
  }
}

void validate_resource_rule(const Value& rule, const FieldPath& path, FieldErrors& errors) {
  const FieldPath names_path = path / "resourceNames";
  Names names;
  std::size_t index = 0;
  for (const Value& name : rule["resourceNames"].items()) {
    const FieldPath at = names_path.index(index++);
    add_name_errors(at, name, check_path_segment(name.as_string()), errors);
    if (!names.insert(name.str()).second) errors.push_back(duplicate(at, name));
  }
  const FieldPath operations = path / "operations";
  validate_wildcard(rule["operations"], operations, "admissionregistration.OperationType",
                    "if '*' is present, must not specify other operations", errors);
  index = 0;
  for (const Value& operation : rule["operations"].items()) {
    validate_one_of(operations.index(index++), operation,
                    {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"}, errors);
  }
  validate_wildcard(rule["apiGroups"], path / "apiGroups", "string",
                    "if '*' is present, must not specify other API groups", errors);
  const FieldPath versions = path / "apiVersions";
  validate_wildcard(rule["apiVersions"], versions, "string",
                    "if '*' is present, must not specify other API versions", errors);
  index = 0;
  for (const Value& version : rule["apiVersions"].items()) {
    const FieldPath at = versions.index(index++);
    if (version.empty()) errors.push_back(required(at));
  }
  validate_resource_list(rule["resources"], path / "resources", errors);
  if (rule.has("scope"))
    validate_one_of(path / "scope", rule["scope"], {"*", "Cluster", "Namespaced"}, errors);
}

void validate_match(const Value& match, const FieldPath& path, FieldErrors& errors) {
  if (match.is_null()) return;
  validate_one_of(path / "matchPolicy", match["matchPolicy"], {"Equivalent", "Exact"}, errors);
  validate_label_selector(match["namespaceSelector"], path / "namespaceSelector", errors);
  validate_label_selector(match["objectSelector"], path / "objectSelector", errors);
  for (const char* list : {"resourceRules", "excludeResourceRules"}) {
    const FieldPath rules = path / list;
    std::size_t index = 0;
    for (const Value& rule : match[list].items())
      validate_resource_rule(rule, rules.index(index++), errors);
  }
}

std::string joined(const NameErrors& faults) {
  std::string out;
  for (const std::string& fault : faults) out += (out.empty() ? "" : ",") + fault;
  return out;
}

void validate_param_kind(const Value& param, const FieldPath& path, FieldErrors& errors) {
  const Value& api_version = param["apiVersion"];
  const FieldPath version_path = path / "apiVersion";
  const std::string text = api_version.str();
  const std::size_t slash = text.find('/');
  if (text.empty()) {
    errors.push_back(required(version_path));
  } else if (slash != std::string::npos && text.find('/', slash + 1) != std::string::npos) {
    errors.push_back(
        invalid_value(version_path, api_version, "unexpected GroupVersion string: " + text));
  } else {
    const std::string group = slash == std::string::npos ? "" : text.substr(0, slash);
    const std::string version = slash == std::string::npos ? text : text.substr(slash + 1);
    const NameErrors group_faults = group.empty() ? NameErrors() : check_dns1123_subdomain(group);
    if (!group_faults.empty())
      errors.push_back(invalid_value(version_path, Value(group), joined(group_faults)));
    if (version.empty()) {
      errors.push_back(invalid_value(version_path, api_version, "version must be specified"));
    } else if (const NameErrors faults = check_dns1035_label(version); !faults.empty()) {
      errors.push_back(invalid_value(version_path, Value(version), joined(faults)));
    }
  }
  std::string kind = param["kind"].str();
  for (char& c : kind) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (kind.empty()) {
    errors.push_back(required(path / "kind"));
  } else if (const NameErrors faults = check_dns1035_label(kind); !faults.empty()) {
    errors.push_back(
        invalid_value(path / "kind", param["kind"],
                      "may have mixed case, but should otherwise match: " + joined(faults)));
  }
}

void validate_param_ref(const Value& param, const FieldPath& path, FieldErrors& errors) {
  if (param.is_null()) return;
  const Value& name = param["name"];
  const bool named = !name.empty();
  const bool selected = param.has("selector");
  constexpr const char* kBoth = "name and selector are mutually exclusive";
  if (named) add_name_errors(path / "name", name, check_path_segment(name.as_string()), errors);
  if (named && selected) errors.push_back(forbidden_field(path / "name", kBoth));
  if (selected) validate_label_selector(param["selector"], path / "selector", errors);
  if (named && selected) errors.push_back(forbidden_field(path / "selector", kBoth));
  if (!named && !selected)
    errors.push_back(required(path, "one of name or selector must be specified"));
  const FieldPath action = path / "parameterNotFoundAction";
  if (param["parameterNotFoundAction"].empty()) {
    errors.push_back(required(action));
  } else {
    validate_one_of(action, param["parameterNotFoundAction"], {"Deny", "Allow"}, errors);
  }
}

void validate_actions(const Value& actions, const FieldPath& path, FieldErrors& errors) {
  Names seen;
  std::size_t index = 0;
  for (const Value& action : actions.items()) {
    const FieldPath at = path.index(index++);
    validate_one_of(at, action, {"Audit", "Deny", "Warn"}, errors);
    if (!seen.insert(action.str()).second) errors.push_back(duplicate(at, action));
  }
  if (seen.contains("Deny") && seen.contains("Warn")) {
    errors.push_back(invalid_raw(
        path, go_words(actions, "admissionregistration.ValidationAction"),
        "must not contain both Deny and Warn (repeating the same validation failure information "
        "in the API response and headers serves no purpose)"));
  }
  if (seen.empty()) errors.push_back(required(path, "at least one validation action is required"));
}

}  // namespace

Value default_match_resources(const Value& match) {
  Value out = filled(match, {{"matchPolicy", "Equivalent"},
                             {"namespaceSelector", Value::object()},
                             {"objectSelector", Value::object()}});
  for (const char* list : {"resourceRules", "excludeResourceRules"}) {
    if (out[list].empty()) continue;
    out = out.with(list, each_item(out[list], [](const Value& rule) {
                     return filled(rule, {{"scope", "*"}});
                   }));
  }
  return out;
}

void validate_admission_policy(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const FieldPath path("spec");
  validate_one_of(path / "failurePolicy", spec["failurePolicy"], {"Fail", "Ignore"}, errors);
  if (spec.has("paramKind")) validate_param_kind(spec["paramKind"], path / "paramKind", errors);
  const Value& match = spec["matchConstraints"];
  const FieldPath match_path = path / "matchConstraints";
  if (match.is_null()) {
    errors.push_back(required(match_path));
  } else {
    validate_match(match, match_path, errors);
    if (match["resourceRules"].empty()) errors.push_back(required(match_path / "resourceRules"));
  }
  // A status alone changes nothing of them.
  if (!old.is_null() && spec == old["spec"]) return;
  validate_policy_expressions(object, old["spec"], path, errors);
}

void validate_admission_policy_binding(const Value& object, const Value&, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const FieldPath path("spec");
  if (spec["policyName"].empty()) {
    errors.push_back(required(path / "policyName"));
  } else {
    add_name_errors(path / "policyName", spec["policyName"],
                    check_dns1123_subdomain(spec["policyName"].as_string()), errors);
  }
  validate_param_ref(spec["paramRef"], path / "paramRef", errors);
  validate_match(spec["matchResources"], path / "matchResouces", errors);  // so the real server
  validate_actions(spec["validationActions"], path / "validationActions", errors);
}

}  // namespace inferlab::sim
