#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/base/result.h"
#include "sim/api/cel/checker.h"
#include "sim/api/cel/evaluator.h"
#include "sim/api/cel/schema_type.h"
#include "sim/api/cel/value_adapter.h"

/// Google's Common Expression Language as Kubernetes 1.32 uses it: in a CRD's
/// x-kubernetes-validations, in ValidatingAdmissionPolicies, in match conditions.
///
///     Environment environment{.variables = {{"self", *schema_type(schema, "self")}}};
///     INFERLAB_TRY(const Program program, compile("self.replicas <= 10", environment));
///     Bindings bindings;
///     bindings.set("self", from_value(object["spec"], environment.variables[0].second));
///     Budget budget;
///     INFERLAB_TRY(const Val val, program.evaluate(bindings, budget));
///
/// Source: cel-spec, "Language Definition"; Kubernetes documentation, "Common Expression Language
/// in Kubernetes".
namespace inferlab::sim::cel {

/// What an expression may use besides the functions, which are the same everywhere: the standard
/// ones, Kubernetes' libraries up to 1.31 (those of 1.32 are for expressions that are stored
/// already), cel-go's strings (version 2), sets and optional types.
struct Environment {
  Variables variables;
  /// For expressions that are stored already: the macros that Kubernetes has added in 1.32.
  bool two_variable_macros = false;
};

/// Kubernetes' limits, in cel-go's units of cost.
inline constexpr std::int64_t kPerCallLimit = 1'000'000;
inline constexpr std::int64_t kPerRequestLimit = 10'000'000;

/// What is left for the expressions of one request, or of one kind in it.
struct Budget {
  std::int64_t left = kPerRequestLimit;
  std::int64_t per_call = kPerCallLimit;
};

/// A compiled expression: immutable, a copy is a reference count, usable from any thread.
class Program {
 public:
  explicit Program(std::shared_ptr<const Expr> root) : root_(std::move(root)) {}

  /// kInvalid with the text of the evaluation's error ("no such key: x"); kExhausted when it costs
  /// more than one call may or the budget has. What it cost is taken off the budget in all cases.
  [[nodiscard]] Result<Val> evaluate(const Bindings& bindings, Budget& budget) const;

  /// What the expression comes to, as far as is known: callers ask for a bool or a string.
  [[nodiscard]] const Type& result_type() const { return root_->type; }
  /// Whether it reads a variable of this name.
  [[nodiscard]] bool uses(std::string_view variable) const;

 private:
  std::shared_ptr<const Expr> root_;
};

/// The error's message is what the API server says after the path of the field: "compilation
/// failed: ERROR: <input>:1:5: …", or "program instantiation failed: …" for a constant part that
/// comes to an error.
Result<Program> compile(std::string_view text, const Environment& environment);

}  // namespace inferlab::sim::cel
