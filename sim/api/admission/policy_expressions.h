#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/cel/cel.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// What an expression of a ValidatingAdmissionPolicy may use besides `object`, `oldObject`,
/// `request` and `namespaceObject`.
struct PolicyScope {
  bool params = false;            // the policy has a paramKind
  bool authorizer = true;         // message expressions have none
  bool request_resource = true;   // authorizer.requestResource
  bool composed = true;           // `variables`
  cel::Type object, params_type;  // dyn but where types are checked
  cel::Type variables = cel::Type::object("kubernetes.variables");  // those that come before
};

cel::Environment policy_environment(const PolicyScope& scope, bool stored);

/// What an expression has to come to.
enum class PolicyResult : std::uint8_t { kAny, kBool, kString, kStringOrNull };

/// One expression of a policy, compiled. Immutable.
struct PolicyExpression {
  std::string text;
  std::optional<cel::Program> program;
  std::string error = {};  // why there is no program: "compilation failed: …"
};

/// `stored`: it was accepted before, and may use what newer servers brought.
PolicyExpression compile_policy_expression(std::string_view text, const PolicyScope& scope,
                                           PolicyResult wanted, bool stored);

/// Lets later expressions see a variable: only simple types, lists and maps stay known, and past
/// kMostTypedVariables none, so that a policy of many variables costs no more than it is long.
void add_variable(PolicyScope& scope, std::string_view name, const PolicyExpression& expression);
inline constexpr std::size_t kMostTypedVariables = 500;

/// All expressions of a policy, compiled once when it begins to hold.
struct PolicyPrograms {
  struct Named {
    std::string name;
    PolicyExpression expression;
  };
  struct Validation {
    PolicyExpression expression;
    std::optional<PolicyExpression> message_expression;
    std::string message;
    std::string reason;  // "Forbidden"; empty: Invalid
  };
  bool ignores_errors = false;  // failurePolicy: Ignore
  std::vector<Named> match_conditions, variables, audit_annotations;
  std::vector<Validation> validations;
};

/// Of the spec of a policy that was validated.
PolicyPrograms compile_policy(const Value& spec);

}  // namespace inferlab::sim
