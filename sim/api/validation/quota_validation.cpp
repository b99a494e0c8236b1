#include "sim/api/validation/quota_validation.h"

#include <algorithm>
#include <array>

#include "sim/api/quantity.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"
#include "sim/api/validation/resource_rules.h"

namespace inferlab::sim {
namespace {

// Resources without a domain in their name that a quota can count.
constexpr std::array<std::string_view, 19> kQuotaResources = {"cpu",
                                                              "memory",
                                                              "ephemeral-storage",
                                                              "requests.cpu",
                                                              "requests.memory",
                                                              "requests.storage",
                                                              "requests.ephemeral-storage",
                                                              "limits.cpu",
                                                              "limits.memory",
                                                              "limits.ephemeral-storage",
                                                              "pods",
                                                              "resourcequotas",
                                                              "services",
                                                              "replicationcontrollers",
                                                              "secrets",
                                                              "persistentvolumeclaims",
                                                              "configmaps",
                                                              "services.nodeports",
                                                              "services.loadbalancers"};
// Those that a scope of Pods can be asked for.
constexpr std::array<std::string_view, 9> kComputeResources = {
    "cpu",          "memory",          "ephemeral-storage",
    "requests.cpu", "requests.memory", "requests.ephemeral-storage",
    "limits.cpu",   "limits.memory",   "limits.ephemeral-storage"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool has_domain(std::string_view name) {
  return name.find('/') != std::string_view::npos;
}

void validate_resource_name(const std::string& name, const FieldPath& path, FieldErrors& errors) {
  add_name_errors(path, Value(name), check_qualified_name(name), errors);
  if (!has_domain(name) && !is_standard_resource(name)) {
    errors.push_back(
        invalid_value(path, Value(name), "must be a standard resource type or fully qualified"));
  }
}

void validate_hard(const std::string& name, const Value& amount, const FieldPath& path,
                   FieldErrors& errors) {
  validate_resource_name(name, path, errors);
  if (!has_domain(name) && !holds(kQuotaResources, name) && !name.starts_with("hugepages-") &&
      !name.starts_with("requests.hugepages-")) {
    errors.push_back(invalid_value(path, Value(name), "must be a standard resource for quota"));
  }
  validate_amount(name, amount, path, errors);
}

bool is_scope(std::string_view scope) {
  constexpr std::array<std::string_view, 6> kScopes = {
      "Terminating",   "NotTerminating", "BestEffort",
      "NotBestEffort", "PriorityClass",  "CrossNamespacePodAffinity"};
  return holds(kScopes, scope);
}

// Whether a quota of this scope can limit this resource.
bool scope_fits(std::string_view scope, std::string_view resource) {
  if (scope == "BestEffort") return resource == "pods";
  return resource == "pods" || holds(kComputeResources, resource) ||
         resource.starts_with("requests.hugepages-") || resource.starts_with("hugepages-");
}

std::string go_scopes(const Value& scopes) {
  if (scopes.is_null()) return "[]core.ResourceQuotaScope(nil)";
  std::string out = "[]core.ResourceQuotaScope{";
  for (const Value& scope : scopes.items()) out += (out.back() == '{' ? "" : ", ") + shown(scope);
  return out + "}";
}

std::string go_scope_selector(const Value& selector) {
  std::string out = "core.ScopeSelector{MatchExpressions:[]core.ScopedResourceSelectorRequirement{";
  for (const Value& item : selector["matchExpressions"].items()) {
    out += out.back() == '{' ? "" : ", ";
    out += "core.ScopedResourceSelectorRequirement{ScopeName:" + shown(item["scopeName"]) +
           ", Operator:" + shown(item["operator"]) + ", Values:" + go_strings(item["values"]) + "}";
  }
  return out + "}}";
}

bool contradict(const Names& scopes) {
  return (scopes.contains("BestEffort") && scopes.contains("NotBestEffort")) ||
         (scopes.contains("Terminating") && scopes.contains("NotTerminating"));
}

void validate_scopes(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& scopes = spec["scopes"];
  const FieldPath at = path / "scopes";
  Names all;
  for (const Value& scope : scopes.items()) {
    if (!is_scope(scope.as_string()))
      errors.push_back(invalid_raw(at, go_scopes(scopes), "unsupported scope"));
    for (const Value::Member& hard : spec["hard"].members()) {
      if (holds(kQuotaResources, hard.key) && !scope_fits(scope.as_string(), hard.key)) {
        errors.push_back(
            invalid_raw(at, go_scopes(scopes), "unsupported scope applied to resource"));
      }
    }
    all.insert(scope.str());
  }
  if (contradict(all)) errors.push_back(invalid_raw(at, go_scopes(scopes), "conflicting scopes"));
}

// Its errors name the list, not which of its items.
void validate_scope_selector(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  if (!spec.has("scopeSelector")) return;
  const FieldPath selector = path / "scopeSelector";
  const FieldPath list = selector / "matchExpressions";
  Names all;
  for (const Value& item : spec["scopeSelector"]["matchExpressions"].items()) {
    const Value& scope = item["scopeName"];
    const std::string_view name = scope.as_string();
    if (!is_scope(name))
      errors.push_back(invalid_value(list / "scopeName", scope, "unsupported scope"));
    for (const Value::Member& hard : spec["hard"].members()) {
      if (holds(kQuotaResources, hard.key) && !scope_fits(name, hard.key)) {
        errors.push_back(invalid_raw(list, go_scope_selector(spec["scopeSelector"]),
                                     "unsupported scope applied to resource"));
      }
    }
    const std::string_view op = item["operator"].as_string();
    if (name != "PriorityClass" && is_scope(name) && op != "Exists") {
      errors.push_back(invalid_value(
          list / "operator", item["operator"],
          "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, "
          "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
          "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"));
    }
    if (op == "In" || op == "NotIn") {
      if (item["values"].empty()) {
        errors.push_back(required(
            list / "values",
            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
      }
    } else if (op == "Exists" || op == "DoesNotExist") {
      if (!item["values"].empty()) {
        errors.push_back(
            invalid_raw(list / "values", go_strings(item["values"]),
                        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope "
                        "selector"));
      }
    } else {
      errors.push_back(
          invalid_value(list / "operator", item["operator"], "not a valid selector operator"));
    }
    all.insert(scope.str());
  }
  if (contradict(all)) {
    // It shows the scopes of the other list.
    errors.push_back(invalid_raw(list, go_scopes(spec["scopes"]), "conflicting scopes"));
  }
}

// One of the amounts of a LimitRange's item, by name of the resource.
struct Amounts {
  const char* field;
  const char* words;
};
constexpr Amounts kMin = {"min", "min value"};
constexpr Amounts kMax = {"max", "max value"};
constexpr Amounts kDefaultRequest = {"defaultRequest", "default request value"};
constexpr Amounts kDefault = {"default", "default value"};

// `at` must not be more than `most`; the error is told of `told`.
void validate_order(const Value& item, const std::string& resource, const Amounts& least,
                    const Amounts& most, const Amounts& told, const FieldPath& path,
                    FieldErrors& errors) {
  const Value& low = item[least.field][resource];
  const Value& high = item[most.field][resource];
  if (low.is_null() || high.is_null()) return;
  if (Quantity::parse(low.as_string()).value_or(Quantity()) <=
      Quantity::parse(high.as_string()).value_or(Quantity())) {
    return;
  }
  const FieldPath field = path / told.field;
  errors.push_back(invalid_raw(field.key(resource), go_quantity(item[told.field][resource]),
                               std::string(least.words) + " " + low.str() + " is greater than " +
                                   most.words + " " + high.str()));
}

void validate_limit_item(const Value& item, const FieldPath& at, FieldErrors& errors) {
  Names resources;
  for (const char* field : {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"}) {
    const FieldPath field_path = at / field;
    for (const Value::Member& amount : item[field].members()) {
      validate_resource_name(amount.key, field_path.key(amount.key), errors);
      resources.insert(amount.key);
    }
  }
  const std::string_view type = item["type"].as_string();
  if (type == "Pod") {
    for (const char* field : {"default", "defaultRequest"}) {
      if (!item[field].empty()) {
        errors.push_back(forbidden_field(at / field, "may not be specified when `type` is 'Pod'"));
      }
    }
  }
  if (type == "PersistentVolumeClaim" && !item["min"].has("storage") &&
      !item["max"].has("storage")) {
    errors.push_back(
        required(at / "limits",
                 "either minimum or maximum storage value is required, but neither was provided"));
  }
  for (const std::string& resource : resources) {
    validate_order(item, resource, kMin, kMax, kMin, at, errors);
    validate_order(item, resource, kMin, kDefaultRequest, kDefaultRequest, at, errors);
    validate_order(item, resource, kDefaultRequest, kMax, kDefaultRequest, at, errors);
    validate_order(item, resource, kDefaultRequest, kDefault, kDefaultRequest, at, errors);
    validate_order(item, resource, kMin, kDefault, kDefault, at, errors);
    validate_order(item, resource, kDefault, kMax, kDefault, at, errors);
    const Value& ratio = item["maxLimitRequestRatio"][resource];
    if (!ratio.is_null() &&
        Quantity::parse(ratio.as_string()).value_or(Quantity()) < Quantity::from_units(1)) {
      const FieldPath field = at / "maxLimitRequestRatio";
      errors.push_back(invalid_raw(field.key(resource), go_quantity(ratio),
                                   "ratio " + ratio.str() + " is less than 1"));
    }
  }
}

}  // namespace

void validate_resource_quota(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  if (!old.is_null() && spec == old["spec"]) return;
  const FieldPath path("spec");
  const FieldPath hard = path / "hard";
  for (const Value::Member& limit : spec["hard"].members())
    validate_hard(limit.key, limit.value, hard.key(limit.key), errors);
  validate_scopes(spec, path, errors);
  validate_scope_selector(spec, path, errors);
  if (!old.is_null() && spec["scopes"] != old["spec"]["scopes"]) {
    errors.push_back(invalid_raw(path / "scopes", go_scopes(spec["scopes"]), "field is immutable"));
  }
}

void validate_limit_range(const Value& object, const Value&, FieldErrors& errors) {
  const FieldPath path("spec");
  const FieldPath limits = path / "limits";
  Names types;
  std::size_t index = 0;
  for (const Value& item : object["spec"]["limits"].items()) {
    const FieldPath at = limits.index(index++);
    const Value type(item["type"].as_string());
    const std::string_view name = type.as_string();
    add_name_errors(at / "type", type, check_qualified_name(name), errors);
    if (!has_domain(name) && name != "Pod" && name != "Container" &&
        name != "PersistentVolumeClaim") {
      errors.push_back(
          invalid_value(at / "type", type, "must be a standard limit type or fully qualified"));
    }
    if (!types.insert(std::string(name)).second) errors.push_back(duplicate(at / "type", type));
    validate_limit_item(item, at, errors);
  }
}

}  // namespace inferlab::sim
