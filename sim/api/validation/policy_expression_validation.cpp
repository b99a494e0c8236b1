#include "sim/api/validation/policy_expression_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "sim/api/admission/policy_expressions.h"
#include "sim/api/go_space.h"
#include "sim/api/validation/field_rules.h"
#include "sim/api/validation/names.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kMostConditions = 64;
constexpr std::size_t kMostAnnotations = 20;
constexpr std::size_t kMostAnnotationBytes = 5 * 1024;

bool has_line_break(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

bool is_identifier(std::string_view name) {
  static constexpr std::array<std::string_view, 21> kReserved = {
      "true",     "false",   "null",      "in",       "as",  "break",  "const",
      "continue", "else",    "for",       "function", "if",  "import", "let",
      "loop",     "package", "namespace", "return",   "var", "void",   "while"};
  if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) return false;
  const bool digit_first = !name.empty() && name.front() >= '0' && name.front() <= '9';
  return !name.empty() && !digit_first && std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

class PolicyChecker {
 public:
  PolicyChecker(const Value& spec, const Value& old_spec, FieldErrors& errors) : errors_(errors) {
    scope_.params = spec.has("paramKind");
    // Without variables there is nothing of that name.
    scope_.composed = !spec["variables"].empty();
    for (const char* list : {"matchConditions", "validations", "auditAnnotations"}) {
      for (const Value& item : old_spec[list].items()) {
        for (const char* field : {"expression", "messageExpression", "valueExpression"})
          stored_.insert(item[field].str());
      }
    }
  }

  void check_conditions(const Value& list, const FieldPath& path) {
    if (list.size() > kMostConditions)
      errors_.push_back(too_many(path, list.size(), kMostConditions));
    PolicyScope scope = scope_;
    scope.composed = false;  // what they will see; here the server does not know of it
    Names names;
    std::size_t index = 0;
    for (const Value& item : list.items()) {
      const FieldPath at = path.index(index++);
      const std::string text = go_trimmed(item["expression"].as_string());
      if (text.empty()) {
        errors_.push_back(required(at / "expression"));
      } else {
        compile(text, scope, PolicyResult::kBool, at / "expression", Value(text));
      }
      const Value& name = item["name"];
      const FieldPath name_path = at / "name";
      if (name.empty()) {
        errors_.push_back(required(name_path));
        continue;
      }
      add_name_errors(name_path, name, check_qualified_name(name.as_string()), errors_);
      if (!names.insert(name.str()).second) errors_.push_back(duplicate(name_path, name));
    }
  }

  void check_variables(const Value& list, const FieldPath& path) {
    std::size_t index = 0;
    for (const Value& item : list.items()) {
      const FieldPath at = path.index(index++);
      const Value& name = item["name"];
      if (go_trimmed(name.as_string()).empty()) {
        errors_.push_back(required(at / "name", "name is not specified"));
      } else if (!is_identifier(name.as_string())) {
        errors_.push_back(invalid_value(at / "name", name, "name is not a valid CEL identifier"));
      }
      const Value& text = item["expression"];
      const FieldPath text_path = at / "expression";
      if (go_trimmed(text.as_string()).empty()) {
        errors_.push_back(required(text_path, "expression is not specified"));
        continue;
      }
      const PolicyExpression expression =
          compile(text.as_string(), scope_, PolicyResult::kAny, text_path, text);
      add_variable(scope_, name.as_string(), expression);
    }
  }

  void check_validations(const Value& list, const FieldPath& path) {
    std::size_t index = 0;
    for (const Value& item : list.items()) check_validation(item, path.index(index++));
  }

  void check_annotations(const Value& list, const std::string& policy, const FieldPath& path) {
    if (list.size() > kMostAnnotations) {
      errors_.push_back(invalid_value(
          path, list,
          fmt::format("must not have more than {} auditAnnotations", kMostAnnotations)));
    }
    Names keys;
    std::size_t index = 0;
    for (const Value& item : list.items()) {
      const FieldPath at = path.index(index++);
      const FieldPath key_path = at / "key";
      const std::string whole = policy + "/" + item["key"].str();
      add_name_errors(key_path, Value(whole), check_qualified_name(whole), errors_);
      check_value(item["valueExpression"], at / "valueExpression");
      if (!keys.insert(item["key"].str()).second)
        errors_.push_back(duplicate(key_path, item["key"]));
    }
  }

 private:
  PolicyExpression compile(std::string_view text, const PolicyScope& scope, PolicyResult wanted,
                           const FieldPath& path, const Value& told) {
    PolicyExpression out = compile_policy_expression(text, scope, wanted, stored_.contains(text));
    if (out.error.starts_with("program instantiation failed")) {
      errors_.push_back({"InternalError", path.str(), "Internal error: " + out.error});
    } else if (!out.error.empty()) {
      errors_.push_back(invalid_value(path, told, out.error));
    }
    return out;
  }

  void check_validation(const Value& item, const FieldPath& path) {
    const Value& text = item["expression"];
    const FieldPath text_path = path / "expression";
    if (go_trimmed(text.as_string()).empty()) {
      errors_.push_back(required(text_path, "expression is not specified"));
    } else {
      compile(text.as_string(), scope_, PolicyResult::kBool, text_path, text);
    }
    const Value& said = item["messageExpression"];
    const FieldPath said_path = path / "messageExpression";
    if (!said.empty() && go_trimmed(said.as_string()).empty()) {
      errors_.push_back(invalid_value(said_path, said, "must be non-empty if specified"));
    } else if (!said.empty()) {
      PolicyScope scope = scope_;
      scope.authorizer = false;
      compile(said.as_string(), scope, PolicyResult::kString, said_path, said);
    }
    const Value& message = item["message"];
    const std::string trimmed = go_trimmed(message.as_string());
    if (!message.empty() && trimmed.empty()) {
      errors_.push_back(
          invalid_value(path / "message", message, "message must be non-empty if specified"));
    } else if (has_line_break(trimmed)) {
      errors_.push_back(
          invalid_value(path / "message", message, "message must not contain line breaks"));
    }
    if (item.has("reason")) {
      validate_one_of(path / "reason", item["reason"],
                      {"Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"}, errors_);
    }
  }

  void check_value(const Value& text, const FieldPath& path) {
    const std::string trimmed = go_trimmed(text.as_string());
    if (trimmed.empty()) {
      errors_.push_back(required(path, "valueExpression is not specified"));
    } else if (trimmed.size() > kMostAnnotationBytes) {
      errors_.push_back(
          required(path, fmt::format("must not exceed {} bytes in length", kMostAnnotationBytes)));
    } else {
      compile(trimmed, scope_, PolicyResult::kStringOrNull, path, text);
    }
  }

  FieldErrors& errors_;
  PolicyScope scope_;
  std::set<std::string, std::less<>> stored_;
};

}  // namespace

void validate_policy_expressions(const Value& object, const Value& old_spec, const FieldPath& path,
                                 FieldErrors& errors) {
  const Value& spec = object["spec"];
  PolicyChecker checker(spec, old_spec, errors);
  // Conditions that an update leaves as they were are not looked at again.
  const bool same_scope = spec["paramKind"] == old_spec["paramKind"];
  const bool same =
      !old_spec.is_null() && same_scope && spec["matchConditions"] == old_spec["matchConditions"];
  if (!same) checker.check_conditions(spec["matchConditions"], path / "matchConditions");
  checker.check_variables(spec["variables"], path / "variables");
  if (spec["validations"].empty() && spec["auditAnnotations"].empty()) {
    for (const char* field : {"validations", "auditAnnotations"}) {
      errors.push_back(
          required(path / field, "validations or auditAnnotations must contain at least one item"));
    }
    return;
  }
  checker.check_validations(spec["validations"], path / "validations");
  checker.check_annotations(spec["auditAnnotations"], object["metadata"]["name"].str(),
                            path / "auditAnnotations");
}

}  // namespace inferlab::sim
