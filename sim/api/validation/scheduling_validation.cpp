// Where Pods may run: affinity, tolerations, gates, spreading.
#include <map>

#include "sim/api/validation/meta_validation.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kNeedsSelector = "must not be specified when labelSelector is not set";
constexpr std::string_view kAlsoInSelector = "exists in both matchLabelKeys and labelSelector";

// Values of preferred terms may be anything: the worst is that no node is preferred.
enum class Values : std::uint8_t { kChecked, kAny };

void validate_requirement(const Value& requirement, Values allowed, const FieldPath& path,
                          FieldErrors& errors) {
  const std::string_view op = requirement["operator"].as_string();
  const Value& values = requirement["values"];
  if (op == "In" || op == "NotIn") {
    if (values.empty()) {
      errors.push_back(
          required(path / "values", "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!values.empty()) {
      errors.push_back(forbidden_field(
          path / "values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else if (op == "Gt" || op == "Lt") {
    if (values.size() != 1) {
      errors.push_back(required(path / "values",
                                "must be specified single value when `operator` is 'Lt' or 'Gt'"));
    }
  } else {
    errors.push_back(invalid_value(path / "operator", Value(op), "not a valid selector operator"));
  }
  const Value key(requirement["key"].as_string());
  add_name_errors(path / "key", key, check_qualified_name(key.as_string()), errors);
  if (allowed == Values::kAny) return;
  const FieldPath list = path / "values";
  std::size_t index = 0;
  for (const Value& value : values.items()) {
    add_name_errors(list.index(index++), value, check_label_value(value.as_string()), errors);
  }
}

void validate_field_requirement(const Value& requirement, const FieldPath& path,
                                FieldErrors& errors) {
  const std::string_view op = requirement["operator"].as_string();
  if (op != "In" && op != "NotIn") {
    errors.push_back(invalid_value(path / "operator", Value(op), "not a valid selector operator"));
  } else if (requirement["values"].size() != 1) {
    errors.push_back(required(
        path / "values",
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  if (requirement["key"].as_string() != "metadata.name") {
    errors.push_back(
        invalid_value(path / "key", requirement["key"], "not a valid field selector key"));
    return;
  }
  const FieldPath list = path / "values";
  std::size_t index = 0;
  for (const Value& name : requirement["values"].items())
    add_name_errors(list.index(index++), name, check_dns1123_subdomain(name.as_string()), errors);
}

void validate_node_term(const Value& term, Values allowed, const FieldPath& path,
                        FieldErrors& errors) {
  const FieldPath expressions = path / "matchExpressions";
  std::size_t index = 0;
  for (const Value& item : term["matchExpressions"].items()) {
    validate_requirement(item, allowed, expressions.index(index++), errors);
  }
  const FieldPath fields = path / "matchFields";
  index = 0;
  for (const Value& item : term["matchFields"].items()) {
    validate_field_requirement(item, fields.index(index++), errors);
  }
}

void validate_weight(const Value& weight, const FieldPath& path, FieldErrors& errors) {
  if (weight.as_int() < 1 || weight.as_int() > 100) {
    errors.push_back(invalid_value(path, Value(weight.as_int()), "must be in the range 1-100"));
  }
}

void validate_node_affinity(const Value& affinity, const FieldPath& path, FieldErrors& errors) {
  if (const Value* must = affinity.find("requiredDuringSchedulingIgnoredDuringExecution")) {
    const FieldPath at = path / "requiredDuringSchedulingIgnoredDuringExecution";
    const FieldPath terms = at / "nodeSelectorTerms";
    if ((*must)["nodeSelectorTerms"].empty()) {
      errors.push_back(required(terms, "must have at least one node selector term"));
    }
    std::size_t index = 0;
    for (const Value& term : (*must)["nodeSelectorTerms"].items()) {
      validate_node_term(term, Values::kChecked, terms.index(index++), errors);
    }
  }
  const FieldPath preferred = path / "preferredDuringSchedulingIgnoredDuringExecution";
  std::size_t index = 0;
  for (const Value& term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    const FieldPath at = preferred.index(index++);
    validate_weight(term["weight"], at / "weight", errors);
    validate_node_term(term["preference"], Values::kAny, at / "preference", errors);
  }
}

// matchLabelKeys or mismatchLabelKeys.
void validate_label_keys(const Value& holder, const char* field, const FieldPath& path,
                         FieldErrors& errors) {
  if (holder[field].empty()) return;
  const FieldPath list = path / field;
  if (!holder.has("labelSelector")) {
    errors.push_back(forbidden_field(list, kNeedsSelector));
    return;
  }
  std::size_t index = 0;
  for (const Value& key : holder[field].items())
    add_name_errors(list.index(index++), key, check_qualified_name(key.as_string()), errors);
}

// A key of matchLabelKeys stands in the selector already, once, where the server has put it.
void validate_keys_stated_twice(const Value& term, const FieldPath& path, FieldErrors& errors) {
  const Value& keys = term["matchLabelKeys"];
  if (keys.empty()) return;
  const Value& selector = term["labelSelector"];
  std::map<std::string_view, std::size_t> place;
  for (std::size_t i = 0; i < keys.size(); ++i) place[keys[i].as_string()] = i;
  std::set<std::string_view> selected;
  for (const Value::Member& label : selector["matchLabels"].members()) selected.insert(label.key);
  for (const Value& item : selector["matchExpressions"].items()) {
    const std::string_view key = item["key"].as_string();
    const bool again = !selected.insert(key).second;
    if (const auto at = place.find(key); again && at != place.end())
      errors.push_back(invalid_value(path.index(at->second), Value(key), kAlsoInSelector));
  }
  std::set<std::string_view> mismatched;
  for (const Value& key : term["mismatchLabelKeys"].items()) mismatched.insert(key.as_string());
  const FieldPath list = path / "matchLabelKeys";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!mismatched.contains(keys[i].as_string())) continue;
    errors.push_back(invalid_value(list.index(i), keys[i],
                                   "exists in both matchLabelKeys and mismatchLabelKeys"));
  }
}

// Those of spreading are not put into the selector.
void validate_spread_keys(const Value& constraint, const FieldPath& path, FieldErrors& errors) {
  const Value& keys = constraint["matchLabelKeys"];
  if (keys.empty()) return;
  const FieldPath list = path / "matchLabelKeys";
  const Value& selector = constraint["labelSelector"];
  if (selector.is_null()) errors.push_back(forbidden_field(list, kNeedsSelector));
  std::set<std::string_view> selected;
  for (const Value::Member& label : selector["matchLabels"].members()) selected.insert(label.key);
  for (const Value& item : selector["matchExpressions"].items())
    selected.insert(item["key"].as_string());
  std::size_t index = 0;
  for (const Value& key : keys.items()) {
    const FieldPath at = list.index(index++);
    add_name_errors(at, key, check_qualified_name(key.as_string()), errors);
    if (selected.contains(key.as_string()))
      errors.push_back(invalid_value(at, key, kAlsoInSelector));
  }
}

void validate_pod_term(const Value& term, const FieldPath& path, FieldErrors& errors) {
  validate_label_selector(term["labelSelector"], path / "labelSelector", errors);
  validate_label_selector(term["namespaceSelector"], path / "namespaceSelector", errors);
  for (const Value& ns : term["namespaces"].items())
    add_name_errors(path / "namespace", ns, check_dns1123_label(ns.as_string()), errors);
  validate_label_keys(term, "matchLabelKeys", path, errors);
  validate_label_keys(term, "mismatchLabelKeys", path, errors);
  validate_keys_stated_twice(term, path, errors);
  const Value key(term["topologyKey"].as_string());
  if (key.empty()) errors.push_back(required(path / "topologyKey", "can not be empty"));
  add_name_errors(path / "topologyKey", key, check_qualified_name(key.as_string()), errors);
}

void validate_pod_affinity(const Value& affinity, const FieldPath& path, FieldErrors& errors) {
  const FieldPath must = path / "requiredDuringSchedulingIgnoredDuringExecution";
  std::size_t index = 0;
  for (const Value& term : affinity["requiredDuringSchedulingIgnoredDuringExecution"].items()) {
    validate_pod_term(term, must.index(index++), errors);
  }
  const FieldPath preferred = path / "preferredDuringSchedulingIgnoredDuringExecution";
  index = 0;
  for (const Value& term : affinity["preferredDuringSchedulingIgnoredDuringExecution"].items()) {
    const FieldPath at = preferred.index(index++);
    validate_weight(term["weight"], at / "weight", errors);
    validate_pod_term(term["podAffinityTerm"], at / "podAffinityTerm", errors);
  }
}

}  // namespace

void validate_affinity(const Value& affinity, const FieldPath& path, FieldErrors& errors) {
  if (affinity.has("nodeAffinity"))
    validate_node_affinity(affinity["nodeAffinity"], path / "nodeAffinity", errors);
  for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
    if (affinity.has(kind)) validate_pod_affinity(affinity[kind], path / kind, errors);
  }
}

void validate_tolerations(const Value& tolerations, const FieldPath& path, FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& toleration : tolerations.items()) {
    const FieldPath at = path.index(index++);
    const Value& key = toleration["key"];
    const Value op(toleration["operator"].as_string());
    const Value effect(toleration["effect"].as_string());
    const Value value(toleration["value"].as_string());
    if (!key.empty()) {
      add_name_errors(at / "key", key, check_qualified_name(key.as_string()), errors);
    } else if (op.as_string() != "Exists") {
      errors.push_back(invalid_value(at / "operator", op,
                                     "operator must be Exists when `key` is empty, which means "
                                     "\"match all values and all keys\""));
    }
    if (toleration.has("tolerationSeconds") && effect.as_string() != "NoExecute") {
      errors.push_back(invalid_value(at / "effect", effect,
                                     "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (op.empty() || op.as_string() == "Equal") {
      std::string all;
      for (const std::string& why : check_label_value(value.as_string()))
        all += (all.empty() ? "" : ";") + why;
      if (!all.empty()) errors.push_back(invalid_value(at / "operator", value, all));
    } else if (op.as_string() == "Exists") {
      if (!value.empty()) {
        errors.push_back(invalid_value(at / "operator", value,
                                       "value must be empty when `operator` is 'Exists'"));
      }
    } else {
      errors.push_back(unsupported(at / "operator", op, {"Equal", "Exists"}));
    }
    const std::string_view word = effect.as_string();
    if (!word.empty() && word != "NoSchedule" && word != "PreferNoSchedule" &&
        word != "NoExecute") {
      errors.push_back(
          unsupported(at / "effect", effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"}));
    }
  }
}

void validate_scheduling_gates(const Value& gates, const FieldPath& path, FieldErrors& errors) {
  Names seen;
  std::size_t index = 0;
  for (const Value& gate : gates.items()) {
    const FieldPath at = path.index(index++);
    const Value name(gate["name"].as_string());
    add_name_errors(at, name, check_qualified_name(name.as_string()), errors);
    if (!seen.insert(name.str()).second) errors.push_back(duplicate(at, name));
  }
}

void validate_spread_constraints(const Value& constraints, const FieldPath& path,
                                 FieldErrors& errors) {
  std::size_t index = 0;
  for (const Value& constraint : constraints.items()) {
    const std::size_t position = index++;
    const FieldPath at = path.index(position);
    const Value skew(constraint["maxSkew"].as_int());
    if (skew.as_int() <= 0)
      errors.push_back(invalid_value(at / "maxSkew", skew, "must be greater than zero"));
    if (constraint["topologyKey"].empty())
      errors.push_back(required(at / "topologyKey", "can not be empty"));
    const Value when(constraint["whenUnsatisfiable"].as_string());
    if (when.as_string() != "DoNotSchedule" && when.as_string() != "ScheduleAnyway") {
      errors.push_back(
          unsupported(at / "whenUnsatisfiable", when, {"DoNotSchedule", "ScheduleAnyway"}));
    }
    for (std::size_t later = position + 1; later < constraints.size(); ++later) {
      const Value& other = constraints[later];
      if (other["topologyKey"] == constraint["topologyKey"] && other["whenUnsatisfiable"] == when) {
        errors.push_back(
            duplicate(at / "{topologyKey, whenUnsatisfiable}",
                      Value("{" + constraint["topologyKey"].str() + ", " + when.str() + "}")));
        break;
      }
    }
    if (const Value* domains = constraint.find("minDomains")) {
      if (domains->as_int() <= 0) {
        errors.push_back(invalid_value(at / "minDomains", *domains, "must be greater than zero"));
      }
      if (when.as_string() != "DoNotSchedule") {
        errors.push_back(invalid_value(
            at / "minDomains", *domains,
            "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + when.str()));
      }
    }
    for (const char* policy : {"nodeAffinityPolicy", "nodeTaintsPolicy"}) {
      const Value* word = constraint.find(policy);
      if (word != nullptr && word->as_string() != "Honor" && word->as_string() != "Ignore") {
        errors.push_back(unsupported(at / policy, *word, {"Honor", "Ignore"}));
      }
    }
    validate_spread_keys(constraint, at, errors);
    validate_label_selector(constraint["labelSelector"], at / "labelSelector", errors);
  }
}

}  // namespace inferlab::sim
