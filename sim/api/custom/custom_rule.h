#pragma once

#include <optional>
#include <string>

#include "sim/api/cel/cel.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// One entry of x-kubernetes-validations, compiled. Immutable; may be used from any thread.
/// Source: Kubernetes documentation, "Validation rules"; apiextensions-apiserver 1.32.
struct CustomRule {
  std::string rule, message, message_expression;
  std::string reason;      // "FieldValueForbidden"; empty: FieldValueInvalid
  std::string field_path;  // "spec.replicas", below the rule's own place; empty: that place
  bool optional_old_self = false;
  bool uses_old_self = false;  // a transition rule

  std::optional<cel::Program> program;          // none: `error`, or the rule is empty
  std::optional<cel::Program> message_program;  // none: `message_error`, or there is none to be
  std::string error, message_error;             // "compilation failed: …"

  /// What error texts show of it: the message, or else the rule.
  [[nodiscard]] const std::string& shown() const { return message.empty() ? rule : message; }
};

/// Which of a rule's two expressions were there before: those may use what newer servers brought.
struct StoredExpressions {
  bool rule = true, message = true;
};

/// `entry` of the x-kubernetes-validations of `schema`, whose values are of type `self`.
CustomRule compile_rule(const Value& entry, const Value& schema, const cel::Type& self,
                        StoredExpressions stored = {});

}  // namespace inferlab::sim
