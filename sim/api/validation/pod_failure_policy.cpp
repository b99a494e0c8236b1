#include "sim/api/validation/pod_failure_policy.h"

#include <charconv>
#include <optional>
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

namespace {

// The indexes of "1,3-5", or what is wrong with it, in the API server's words.
struct IndexCount {
  std::int64_t count = 0;
  std::string fault = {};
};

std::string quoted(std::string_view text) {
  return shown(Value(text));
}

std::optional<std::int64_t> index_of(std::string_view text) {
  std::int64_t out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return out;
}

std::string fault_of_index(std::string_view text, std::int64_t completions) {
  const auto index = index_of(text);
  if (!index) return "cannot convert string to integer for index: " + quoted(text);
  return *index >= completions ? "too large index: " + quoted(text) : std::string();
}

std::string not_increasing(std::int64_t before, std::int64_t now) {
  return "non-increasing order, previous: " + std::to_string(before) +
         ", current: " + std::to_string(now);
}

IndexCount count_indexes(std::string_view text, std::int64_t completions) {
  IndexCount out;
  std::optional<std::int64_t> last;
  for (bool more = !text.empty(); more;) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
    const std::size_t dash = part.find('-');
    const std::string_view low = part.substr(0, dash);
    const bool is_range = dash != std::string_view::npos;
    const std::string_view high = is_range ? part.substr(dash + 1) : low;
    if (is_range && high.find('-') != std::string_view::npos) {
      return {0, "the fragment " + quoted(part) +
                     " violates the requirement that an index interval can have at most two parts "
                     "separated by '-'"};
    }
    for (const std::string_view one : {low, high}) {
      if (const std::string fault = fault_of_index(one, completions); !fault.empty())
        return {0, fault};
    }
    const std::int64_t first = *index_of(low);
    const std::int64_t end = *index_of(high);
    if (is_range && first >= end) return {0, not_increasing(first, end)};
    if (last && *last >= first) return {0, not_increasing(*last, first)};
    out.count += end - first + 1;
    last = end;
  }
  return out;
}

}  // namespace

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
    std::int64_t listed = 0;
    if (const Value& indexes = rule["succeededIndexes"]; !indexes.is_null()) {
      const IndexCount read = count_indexes(indexes.as_string(), completions);
      listed = read.count;
      if (!read.fault.empty()) {
        errors.push_back(invalid_value(at / "succeededIndexes", indexes,
                                       "error parsing succeededIndexes: " + read.fault));
      }
    }
    if (count.is_null()) continue;
    validate_not_negative(at / "succeededCount", count, errors);
    if (count.as_int() > completions) {
      errors.push_back(invalid_value(at / "succeededCount", count,
                                     "must be less than or equal to " +
                                         std::to_string(completions) +
                                         " (the number of specified completions)"));
    }
    if (rule.has("succeededIndexes") && count.as_int() > listed) {
      errors.push_back(
          invalid_value(at / "succeededCount", count,
                        "must be less than or equal to " + std::to_string(listed) +
                            " (the number of indexes in the specified succeededIndexes field)"));
    }
  }
}

}  // namespace inferlab::sim
