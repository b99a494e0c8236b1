#include "sim/api/custom/rule_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "sim/api/custom/custom_rule.h"
#include "sim/api/custom/json_schema.h"
#include "sim/api/custom/rule_path.h"
#include "sim/api/go_space.h"
#include "sim/api/validation/errors.h"
#include "sim/api/validation/field_rules.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kRules = "x-kubernetes-validations";

bool has_line_break(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

// A rule as Go's %#v prints it. What a pointer points to it does not tell, only where; here that
// is always the same place.
std::string go_rule(const Value& rule) {
  const auto pointer = [](const Value& value, const char* type) {
    return fmt::format("(*{})({})", type, value.is_null() ? "nil" : "0xc000000000");
  };
  const auto text = [&rule](const char* field) { return shown(Value(rule[field].as_string())); };
  return fmt::format(
      "apiextensions.ValidationRule{{Rule:{}, Message:{}, MessageExpression:{}, Reason:{}, "
      "FieldPath:{}, OptionalOldSelf:{}}}",
      text("rule"), text("message"), text("messageExpression"),
      pointer(rule["reason"], "apiextensions.FieldValueErrorReason"), text("fieldPath"),
      pointer(rule["optionalOldSelf"], "bool"));
}

// Every rule and message expression below `schema`.
void collect_expressions(const Value& schema, std::set<std::string, std::less<>>& out, int depth) {
  if (!schema.is_object() || depth > kDeepestSchema) return;
  for (const Value& rule : schema[kRules].items()) {
    out.insert(rule["rule"].str());
    out.insert(rule["messageExpression"].str());
  }
  collect_expressions(schema["items"], out, depth + 1);
  collect_expressions(schema["additionalProperties"], out, depth + 1);
  for (const Value::Member& member : schema["properties"].members())
    collect_expressions(member.value, out, depth + 1);
}

class Checker {
 public:
  explicit Checker(std::set<std::string, std::less<>> stored) : stored_(std::move(stored)) {}

  // Where a schema stands.
  struct Place {
    bool resource_root = false;
    bool compiled = true;          // not within not, oneOf, anyOf, allOf
    std::string uncorrelatable{};  // the list above whose items cannot be told apart
    int depth = 0;
  };

  // Errors of the schema's own, and of what its expressions say of it, which are told after all of
  // the first kind and not at all where those are wrong.
  struct Found {
    FieldErrors schema, expressions;
    void add(Found&& more) {
      const auto move_to = [](FieldErrors& from, FieldErrors& to) {
        std::move(from.begin(), from.end(), std::back_inserter(to));
      };
      move_to(more.schema, schema);
      move_to(more.expressions, expressions);
    }
  };

  Found check(const Value& schema, const FieldPath& path, const Place& place) {
    Found out;
    if (!schema.is_object() || place.depth > kDeepestSchema) return out;
    const auto inside = [&](const Value& deeper) {
      Place next = place;
      ++next.depth;
      next.resource_root = deeper["x-kubernetes-embedded-resource"].as_bool();
      return next;
    };
    const Value& additional = schema["additionalProperties"];
    if (additional.is_object())
      out.add(check(additional, path / "additionalProperties", inside(additional)));
    const FieldPath properties = path / "properties";
    for (const Value::Member& member : schema["properties"].members())
      out.add(check(member.value, properties.key(member.key), inside(member.value)));
    check_alternatives(schema, path, place, out);
    if (const Value& items = schema["items"]; items.is_object()) {
      Place next = inside(items);
      // Only items of a list of type "map" can be found again after an update.
      if (schema["x-kubernetes-list-type"].as_string() != "map" && next.uncorrelatable.empty())
        next.uncorrelatable = path.str();
      out.add(check(items, path / "items", next));
    }
    const FieldPath rules = path / kRules;
    std::size_t index = 0;
    for (const Value& rule : schema[kRules].items())
      check_texts(rule, schema, rules.index(index++), out.schema);
    if (out.schema.empty() && place.compiled && !schema[kRules].empty())
      check_expressions(schema, rules, place, out.expressions);
    return out;
  }

 private:
  void check_alternatives(const Value& schema, const FieldPath& path, Place place, Found& out) {
    place.compiled = false;
    ++place.depth;
    out.add(check(schema["not"], path / "not", place));
    for (const char* list : {"allOf", "oneOf", "anyOf"}) {
      const FieldPath at = path / list;
      std::size_t index = 0;
      for (const Value& one : schema[list].items()) out.add(check(one, at.index(index++), place));
    }
  }

  static void check_texts(const Value& rule, const Value& schema, const FieldPath& path,
                          FieldErrors& errors) {
    const std::string text = go_trimmed(rule["rule"].as_string());
    const Value& message = rule["message"];
    const std::string trimmed = go_trimmed(message.as_string());
    const FieldPath message_path = path / "message";
    if (text.empty()) {
      errors.push_back(required(path / "rule", "rule is not specified"));
    } else if (!message.empty() && trimmed.empty()) {
      errors.push_back(
          invalid_value(message_path, message, "message must be non-empty if specified"));
    } else if (has_line_break(trimmed)) {
      errors.push_back(
          invalid_value(message_path, message, "message must not contain line breaks"));
    } else if (has_line_break(text) && trimmed.empty()) {
      errors.push_back(
          required(message_path, "message must be specified if rule contains line breaks"));
    }
    const Value& expression = rule["messageExpression"];
    if (!expression.empty() && go_trimmed(expression.as_string()).empty()) {
      errors.push_back(
          required(path / "messageExpression", "messageExpression must be non-empty if specified"));
    }
    if (rule.has("reason")) {
      validate_one_of(
          path / "reason", rule["reason"],
          {"FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"},
          errors);
    }
    check_field_path(rule["fieldPath"], schema, path / "fieldPath", errors);
  }

  static void check_field_path(const Value& field_path, const Value& schema, const FieldPath& path,
                               FieldErrors& errors) {
    if (field_path.empty()) return;
    const auto add = [&](const char* why) {
      errors.push_back(invalid_value(path, field_path, why));
    };
    if (go_trimmed(field_path.as_string()).empty()) add("fieldPath must be non-empty if specified");
    if (has_line_break(field_path.as_string())) add("fieldPath must not contain line breaks");
    if (!rule_field_path(field_path.as_string(), schema)) add("fieldPath must be a valid path");
  }

  void check_expressions(const Value& schema, const FieldPath& path, const Place& place,
                         FieldErrors& errors) {
    const auto type = cel::schema_type(schema, "self", place.resource_root);
    if (!type) {
      errors.push_back(
          {"InternalError", path.str(),
           "Internal error: internal error: failed to construct type information for "
           "x-kubernetes-validations rules: unable to convert structural schema to CEL "
           "declarations"});
      return;
    }
    std::size_t index = 0;
    for (const Value& entry : schema[kRules].items()) {
      const FieldPath at = path.index(index++);
      const CustomRule rule =
          compile_rule(entry, schema, *type,
                       {stored_.contains(entry["rule"].as_string()),
                        stored_.contains(entry["messageExpression"].as_string())});
      const FieldPath rule_path = at / "rule";
      if (!rule.error.empty()) errors.push_back(invalid_raw(rule_path, go_rule(entry), rule.error));
      if (!rule.message_error.empty()) {
        errors.push_back(invalid_raw(at / "messageExpression", go_rule(entry), rule.message_error));
      }
      if (rule.uses_old_self && !place.uncorrelatable.empty()) {
        errors.push_back(invalid_value(
            rule_path, entry["rule"],
            "oldSelf cannot be used on the uncorrelatable portion of the schema within " +
                place.uncorrelatable));
      } else if (!rule.uses_old_self && entry.has("optionalOldSelf")) {
        errors.push_back(invalid_value(at / "optionalOldSelf", entry["optionalOldSelf"],
                                       "may not be set if oldSelf is not used in rule"));
      }
    }
  }

  std::set<std::string, std::less<>> stored_;
};

}  // namespace

void check_custom_rules(const Value& spec, const Value& old_spec, FieldErrors& errors) {
  std::set<std::string, std::less<>> stored;
  for (const Value& version : old_spec["versions"].items())
    collect_expressions(version["schema"]["openAPIV3Schema"], stored, 0);
  Checker checker(std::move(stored));
  const auto check = [&](const Value& version, const FieldPath& path) {
    const Value& schema = version["schema"]["openAPIV3Schema"];
    if (schema["type"].as_string() != "object") return;  // an error already
    Checker::Found found = checker.check(schema, path / "openAPIV3Schema", {.resource_root = true});
    std::move(found.schema.begin(), found.schema.end(), std::back_inserter(errors));
    std::move(found.expressions.begin(), found.expressions.end(), std::back_inserter(errors));
  };
  const Value::Array& versions = spec["versions"].items();
  const FieldPath root("spec");
  // Where all versions have one schema, the server keeps it once, and tells of it there.
  const bool one = std::all_of(versions.begin(), versions.end(), [&](const Value& version) {
    return version["schema"] == versions.front()["schema"];
  });
  if (one) {
    if (!versions.empty()) check(versions.front(), root / "validation");
    return;
  }
  const FieldPath list = root / "versions";
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const FieldPath at = list.index(i);
    check(versions[i], at / "schema");
  }
}

}  // namespace inferlab::sim
