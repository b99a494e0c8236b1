#include "sim/api/validation/admission_policy_validation.h"

#include "sim/api/defaults/fill.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

// A list of words of which none may be missing, and "*" stands alone.
void validate_list(const Value& list, const FieldPath& path, std::string_view alone,
                   FieldErrors& errors) {
  if (list.empty()) errors.push_back(required(path));
  for (const Value& item : list.items()) {
    if (item.as_string() == "*" && list.size() > 1 && !alone.empty())
      errors.push_back(invalid_value(path, list, alone));
  }
}

void validate_resource_rules(const Value& rules, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& rule : rules.items()) {
    const FieldPath at = path.index(index++);
    validate_list(rule["apiGroups"], at / "apiGroups",
                  "if '*' is present, must not specify other API groups", errors);
    validate_list(rule["apiVersions"], at / "apiVersions",
                  "if '*' is present, must not specify other API versions", errors);
    validate_list(rule["operations"], at / "operations",
                  "if '*' is present, must not specify other operations", errors);
    const FieldPath operations = at / "operations";
    std::size_t i = 0;
    for (const Value& operation : rule["operations"].items()) {
      validate_one_of(operations.index(i++), operation,
                      {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"}, errors);
    }
    validate_list(rule["resources"], at / "resources", "", errors);
    if (rule.has("scope"))
      validate_one_of(at / "scope", rule["scope"], {"*", "Cluster", "Namespaced"}, errors);
  }
}

void validate_match(const Value& match, const FieldPath& path, FieldErrors& errors) {
  if (match.has("matchPolicy"))
    validate_one_of(path / "matchPolicy", match["matchPolicy"], {"Equivalent", "Exact"}, errors);
  validate_label_selector(match["objectSelector"], path / "objectSelector", errors);
  validate_label_selector(match["namespaceSelector"], path / "namespaceSelector", errors);
  validate_resource_rules(match["resourceRules"], path / "resourceRules", errors);
  validate_resource_rules(match["excludeResourceRules"], path / "excludeResourceRules", errors);
}

void validate_expression(const Value& expression, const FieldPath& path, FieldErrors& errors) {
  if (expression.as_string().find_first_not_of(" \t\r\n") == std::string_view::npos)
    errors.push_back(required(path, "expression is not specified"));
}

void validate_named_expressions(const Value& list, const FieldPath& path, FieldErrors& errors) {
  Names names;
  std::size_t index = 0;
  for (const Value& item : list.items()) {
    const FieldPath at = path.index(index++);
    const Value& name = item["name"];
    if (name.empty()) {
      errors.push_back(required(at / "name", "name is not specified"));
    } else if (!names.insert(name.str()).second) {
      errors.push_back(duplicate(at / "name", name));
    }
    validate_expression(item["expression"], at / "expression", errors);
  }
}

void validate_validations(const Value& list, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& item : list.items()) {
    const FieldPath at = path.index(index++);
    validate_expression(item["expression"], at / "expression", errors);
    const Value& message = item["message"];
    if (message.as_string().find('\n') != std::string_view::npos) {
      errors.push_back(
          invalid_value(at / "message", message, "message must not contain line breaks"));
    }
    if (item.has("reason")) {
      validate_one_of(at / "reason", item["reason"],
                      {"Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"}, errors);
    }
  }
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

void validate_admission_policy(const Value& object, const Value&, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const FieldPath path("spec");
  validate_one_of(path / "failurePolicy", spec["failurePolicy"], {"Fail", "Ignore"}, errors);
  if (spec.has("paramKind")) {
    const FieldPath kind = path / "paramKind";
    for (const char* field : {"apiVersion", "kind"}) {
      if (spec["paramKind"][field].empty()) errors.push_back(required(kind / field));
    }
  }
  const Value& match = spec["matchConstraints"];
  const FieldPath match_path = path / "matchConstraints";
  if (match.is_null()) {
    errors.push_back(required(match_path));
  } else {
    validate_match(match, match_path, errors);
    if (match["resourceRules"].empty()) errors.push_back(required(match_path / "resourceRules"));
  }
  validate_named_expressions(spec["matchConditions"], path / "matchConditions", errors);
  validate_named_expressions(spec["variables"], path / "variables", errors);
  if (spec["validations"].empty() && spec["auditAnnotations"].empty()) {
    for (const char* field : {"validations", "auditAnnotations"}) {
      errors.push_back(
          required(path / field, "validations or auditAnnotations must contain at least one item"));
    }
    return;
  }
  validate_validations(spec["validations"], path / "validations", errors);
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
  if (const Value& param = spec["paramRef"]; !param.is_null()) {
    const FieldPath at = path / "paramRef";
    const bool named = !param["name"].empty();
    const bool selected = param.has("selector");
    if (named && selected) {
      errors.push_back(forbidden_field(at / "name", "name and selector are mutually exclusive"));
    } else if (!named && !selected) {
      errors.push_back(required(at, "one of name or selector must be specified"));
    }
    if (!param.has("parameterNotFoundAction")) {
      errors.push_back(required(at / "parameterNotFoundAction"));
    } else {
      validate_one_of(at / "parameterNotFoundAction", param["parameterNotFoundAction"],
                      {"Deny", "Allow"}, errors);
    }
  }
  validate_match(spec["matchResources"], path / "matchResources", errors);
  const Value& actions = spec["validationActions"];
  const FieldPath actions_path = path / "validationActions";
  if (actions.empty()) errors.push_back(required(actions_path));
  Names seen;
  std::size_t index = 0;
  for (const Value& action : actions.items()) {
    const FieldPath at = actions_path.index(index++);
    validate_one_of(at, action, {"Audit", "Deny", "Warn"}, errors);
    if (!seen.insert(action.str()).second) errors.push_back(duplicate(at, action));
  }
  if (seen.contains("Deny") && seen.contains("Warn")) {
    errors.push_back(invalid_value(
        actions_path, actions,
        "must not contain both Deny and Warn (repeating the same validation failure information "
        "in the API response and headers serves no purpose)"));
  }
}

}  // namespace inferlab::sim
