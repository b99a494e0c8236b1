#include "sim/api/validation/pod_failure_policy.h"

#include <set>

#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMaxRules = 20;

// []int32{1, 0}
std::string go_int32s(const Value& list) {
  if (list.is_null()) return "[]int32(nil)";
  std::string out = "[]int32{";
  for (const Value& item : list.items())
    out += (out.back() == '{' ? "" : ", ") + std::to_string(item.as_int());
  return out + "}";
}

void validate_exit_codes(const Value& codes, const Names& containers, const FieldPath& path,
                         FieldErrors& errors) {
  const Value& op = codes["operator"];
  if (op.empty()) {
    errors.push_back(required(path / "operator", "valid values: [\"In\" \"NotIn\"]"));
  } else {
    validate_one_of(path / "operator", op, {"In", "NotIn"}, errors);
  }
  if (codes.has("containerName") && !containers.contains(codes["containerName"].as_string())) {
    errors.push_back(
        invalid_value(path / "containerName", codes["containerName"],
                      "must be one of the container or initContainer names in the pod template"));
  }
  const Value& values = codes["values"];
  const FieldPath at = path / "values";
  if (values.empty())
    errors.push_back(invalid_raw(at, go_int32s(values), "at least one value is required"));
  if (values.size() > 255) errors.push_back(too_many(at, values.size(), 255));
  std::set<std::int64_t> seen;
  bool ordered = true;
  std::size_t index = 0;
  for (const Value& value : values.items()) {
    if (op.as_string() == "In" && value.as_int() == 0)
      errors.push_back(invalid_value(at.index(index), value, "must not be 0 for the In operator"));
    if (!seen.insert(value.as_int()).second) errors.push_back(duplicate(at.index(index), value));
    ordered = ordered && *seen.rbegin() <= value.as_int();
    ++index;
  }
  if (!ordered) errors.push_back(invalid_raw(at, go_int32s(values), "must be ordered"));
}

void validate_conditions(const Value& patterns, const FieldPath& path, FieldErrors& errors) {
  if (patterns.size() > kMaxRules) errors.push_back(too_many(path, patterns.size(), kMaxRules));
  std::size_t index = 0;
  for (const Value& pattern : patterns.items()) {
    const FieldPath at = path.index(index++);
    add_name_errors(at / "type", Value(pattern["type"].as_string()),
                    check_qualified_name(pattern["type"].as_string()), errors);
    if (pattern["status"].empty()) {
      errors.push_back(required(at / "status", "valid values: [\"False\" \"True\" \"Unknown\"]"));
    } else {
      validate_one_of(at / "status", pattern["status"], {"False", "True", "Unknown"}, errors);
    }
  }
}

void validate_rule(const Value& spec, const Value& rule, const Names& containers,
                   const FieldPath& at, FieldErrors& errors) {
  const Value& action = rule["action"];
  if (action.empty()) {
    errors.push_back(
        required(at / "action", "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]"));
  } else if (action.as_string() == "FailIndex") {
    if (!spec.has("backoffLimitPerIndex")) {
      errors.push_back(
          invalid_value(at / "action", action, "requires the backoffLimitPerIndex to be set"));
    }
  } else {
    validate_one_of(at / "action", action, {"Count", "FailIndex", "FailJob", "Ignore"}, errors);
  }
  const bool codes = rule.has("onExitCodes");
  const bool conditions = !rule["onPodConditions"].empty();
  if (codes) validate_exit_codes(rule["onExitCodes"], containers, at / "onExitCodes", errors);
  if (conditions) validate_conditions(rule["onPodConditions"], at / "onPodConditions", errors);
  if (codes != conditions) return;
  errors.push_back({"FieldValueInvalid", at.str(),
                    codes ? "Invalid value: specifying both OnExitCodes and OnPodConditions is "
                            "not supported"
                          : "Invalid value: specifying one of OnExitCodes and OnPodConditions is "
                            "required"});
}

}  // namespace

void validate_pod_failure_policy(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& rules = spec["podFailurePolicy"]["rules"];
  const FieldPath at = path / "rules";
  if (rules.size() > kMaxRules) errors.push_back(too_many(at, rules.size(), kMaxRules));
  Names containers;
  for (const char* list : {"containers", "initContainers"}) {
    for (const Value& container : spec["template"]["spec"][list].items())
      containers.insert(container["name"].str());
  }
  std::size_t index = 0;
  for (const Value& rule : rules.items())
    validate_rule(spec, rule, containers, at.index(index++), errors);
}

void validate_success_policy(const Value& spec, const FieldPath& path, FieldErrors& errors) {
  const Value& rules = spec["successPolicy"]["rules"];
  const FieldPath rules_path = path / "rules";
  if (rules.empty()) {
    errors.push_back(required(rules_path,
                              "at least one rules must be specified when the successPolicy is "
                              "specified"));
  }
  if (rules.size() > kMaxRules) errors.push_back(too_many(rules_path, rules.size(), kMaxRules));
  const std::int64_t completions = spec["completions"].as_int();
  std::size_t index = 0;
  for (const Value& rule : rules.items()) {
    const FieldPath at = rules_path.index(index++);
    const Value& count = rule["succeededCount"];
    if (count.is_null() && !rule.has("succeededIndexes")) {
      errors.push_back(
          required(at, "at least one of succeededCount or succeededIndexes must be specified"));
    }
    if (count.is_null()) continue;
    validate_not_negative(at / "succeededCount", count, errors);
    if (count.as_int() > completions) {
      errors.push_back(invalid_value(at / "succeededCount", count,
                                     "must be less than or equal to " +
                                         std::to_string(completions) +
                                         " (the number of specified completions)"));
    }
  }
}

}  // namespace inferlab::sim
