#include "sim/api/cel/cel.h"

#include <algorithm>

#include "sim/api/cel/constants.h"
#include "sim/api/cel/issues.h"
#include "sim/api/cel/parser.h"

namespace inferlab::sim::cel {

namespace {

// No deeper than the parser lets expressions be.
bool reads(const Expr& expr, std::string_view variable) {
  if (expr.kind == Expr::Kind::kIdent && expr.name == variable) return true;
  if (expr.target != nullptr && reads(*expr.target, variable)) return true;
  if (expr.fold != nullptr) {
    if (expr.fold->filter != nullptr && reads(*expr.fold->filter, variable)) return true;
    if (expr.fold->body != nullptr && reads(*expr.fold->body, variable)) return true;
  }
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [&](const ExprPtr& arg) { return reads(*arg, variable); });
}

}  // namespace

bool Program::uses(std::string_view variable) const {
  return reads(*root_, variable);
}

Result<Val> Program::evaluate(const Bindings& bindings, Budget& budget) const {
  Evaluator evaluator(bindings, budget.per_call);
  Val out = evaluator.evaluate(*root_);
  budget.left -= evaluator.cost();
  if (evaluator.gave_up()) {
    return Error{ErrorKind::kExhausted, "operation cancelled: actual cost limit exceeded"};
  }
  if (budget.left < 0) {
    return Error{ErrorKind::kExhausted,
                 "validation failed due to running out of cost budget, no further validation rules "
                 "will be run"};
  }
  if (out.is_error()) return Error{ErrorKind::kInvalid, out.error_text()};
  return out;
}

Result<Program> compile(std::string_view text, const Environment& environment) {
  Issues issues(text);
  ExprPtr root = parse(text, {.two_variable_macros = environment.two_variable_macros}, issues);
  if (issues.empty()) check(*root, environment.variables, issues);
  if (!issues.empty()) {
    return Error{ErrorKind::kInvalid, "compilation failed: " + issues.str()};
  }
  const std::string constant_error = fold_constants(*root);
  if (!constant_error.empty()) {
    return Error{ErrorKind::kInvalid, "program instantiation failed: " + constant_error};
  }
  return Program(std::shared_ptr<const Expr>(std::move(root)));
}

}  // namespace inferlab::sim::cel
