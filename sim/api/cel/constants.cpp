#include "sim/api/cel/constants.h"

#include <algorithm>
#include <array>

#include "sim/api/cel/evaluator.h"

namespace inferlab::sim::cel {

namespace {

constexpr std::array<std::string_view, 10> kConversions = {
    "bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"};
constexpr std::array<std::string_view, 3> kPatternFunctions = {"matches", "find", "findAll"};

bool is_literal(const ExprPtr& expr) {
  return expr->kind == Expr::Kind::kLiteral;
}

bool all_literal(const Expr& expr) {
  return std::all_of(expr.args.begin(), expr.args.end(), is_literal) &&
         std::none_of(expr.optional_args.begin(), expr.optional_args.end(),
                      [](bool optional) { return optional; });
}

void become_literal(Expr& expr, Val value) {
  expr.kind = Expr::Kind::kLiteral;
  expr.literal = std::move(value);
  expr.args.clear();
  expr.overloads.clear();
}

Val value_of(const Expr& expr) {
  const Bindings none;
  return Evaluator(none, INT32_MAX).evaluate(expr);
}

std::string check_pattern(const Expr& expr) {
  const std::size_t at = expr.target != nullptr ? 0 : 1;
  const bool text = expr.args.size() > at && is_literal(expr.args[at]) &&
                    expr.args[at]->literal.is(Val::Kind::kString);
  if (!text || expr.overloads.empty()) return {};
  const std::array<Val, 2> args = {Val::string(""), expr.args[at]->literal};
  Work work;
  const Val out = expr.overloads.front()->run(args, work);
  if (!out.is_error()) return {};
  const std::string& why = out.error_text();
  return why.substr(std::min(why.find("error parsing"), why.size()));
}

std::string fold_call(Expr& expr) {
  const auto is = [&](std::string_view name) { return name == expr.name; };
  if (std::any_of(kPatternFunctions.begin(), kPatternFunctions.end(), is)) {
    return check_pattern(expr);
  }
  const bool conversion = std::any_of(kConversions.begin(), kConversions.end(), is);
  if (!conversion || expr.target != nullptr || !all_literal(expr)) return {};
  Val value = value_of(expr);
  if (value.is_error()) return value.error_text();
  become_literal(expr, std::move(value));
  return {};
}

}  // namespace

std::string fold_constants(Expr& root) {
  if (root.target != nullptr) {
    if (std::string error = fold_constants(*root.target); !error.empty()) return error;
  }
  for (const ExprPtr& arg : root.args) {
    if (std::string error = fold_constants(*arg); !error.empty()) return error;
  }
  if (root.fold != nullptr) {
    for (const ExprPtr* part : {&root.fold->filter, &root.fold->body}) {
      if (*part == nullptr) continue;
      if (std::string error = fold_constants(**part); !error.empty()) return error;
    }
  }
  if (root.kind == Expr::Kind::kCall) return fold_call(root);
  const bool aggregate = root.kind == Expr::Kind::kList || root.kind == Expr::Kind::kMap;
  if (!aggregate || !all_literal(root)) return {};
  // A map that has no value (a key comes twice) says so when it is evaluated.
  Val value = value_of(root);
  if (!value.is_error()) become_literal(root, std::move(value));
  return {};
}

}  // namespace inferlab::sim::cel
