#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/cel/expr.h"
#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

/// What the variables of an expression are in one evaluation.
class Bindings {
 public:
  void set(std::string name, Val value) { values_.emplace_back(std::move(name), std::move(value)); }
  /// nullptr when there is none of that name.
  [[nodiscard]] const Val* find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, Val>> values_;
};

/// Walks a checked expression, for one evaluation.
///
/// Counts the units that cel-go's cost tracking would: one for each variable and field, what
/// call_cost() says for a call, 10 for a list and 30 for a map that are not constant. An evaluation
/// that takes more than its limit is given up, whatever && or || would have made of it.
/// Source: CEL language definition, "Evaluation"; cel-go, runtime cost.
class Evaluator {
 public:
  Evaluator(const Bindings& bindings, std::int64_t cost_limit)
      : bindings_(bindings), cost_limit_(cost_limit) {}

  Val evaluate(const Expr& expr);
  [[nodiscard]] std::int64_t cost() const { return cost_; }
  [[nodiscard]] bool gave_up() const { return cost_ > cost_limit_ || work_.spent(); }

 private:
  Val node(const Expr& expr);
  Val attribute(const Expr& expr, bool count_base);
  Val branch(const Expr& expr);
  Val variable(std::string_view name) const;
  Val presence(const Expr& expr);
  Val call(const Expr& expr);
  Val dispatch(const Expr& expr, Args args);
  Val logical(const Expr& expr, bool absorbing);
  Val conditional(const Expr& expr);
  Val equality(const Expr& expr);
  Val or_else(const Expr& expr);
  Val list(const Expr& expr);
  Val map(const Expr& expr);
  Val fold(const Expr& expr);
  Val quantify(const Fold& fold, const Val& range);
  Val exactly_one(const Fold& fold, const Val& range);
  Val transform(const Fold& fold, const Val& range);
  Val bind(const Expr& expr);
  void charge(std::int64_t units) { cost_ += units; }
  void enter(const Fold& fold, const Val& range, std::size_t index);
  void leave(const Fold& fold);

  const Bindings& bindings_;
  std::int64_t cost_limit_;
  std::int64_t cost_ = 0;
  Work work_;
  std::vector<std::pair<std::string_view, Val>> locals_;  // the innermost last
};

}  // namespace inferlab::sim::cel
