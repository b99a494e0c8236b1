#include "sim/api/cel/validators.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/api/cel/format_check.h"
#include "sim/api/cel/library/regex.h"
#include "sim/api/cel/time.h"

namespace inferlab::sim::cel {

namespace {

class Validator {
 public:
  explicit Validator(Issues& issues) : issues_(issues) {}

  void walk(const Expr& expr, bool in_format) {
    if (expr.kind == Expr::Kind::kCall) check_call(expr);
    if (expr.kind == Expr::Kind::kList && !in_format) check_list(expr);
    if (expr.kind == Expr::Kind::kMap && !in_format) check_map(expr);
    const bool below = in_format || (expr.kind == Expr::Kind::kCall && expr.name == "format");
    if (expr.target != nullptr) walk(*expr.target, below);
    for (const ExprPtr& arg : expr.args) walk(*arg, below);
    if (expr.fold == nullptr) return;
    if (expr.fold->filter != nullptr) walk(*expr.fold->filter, below);
    walk(*expr.fold->body, below);
  }

 private:
  static bool is_text(const Expr& expr) {
    return expr.kind == Expr::Kind::kLiteral && expr.literal.is(Val::Kind::kString);
  }

  void check_call(const Expr& expr) {
    if (expr.name == "format" && expr.target != nullptr && is_text(*expr.target) &&
        expr.args.size() == 1 && expr.args[0]->kind == Expr::Kind::kList) {
      check_format(expr, issues_);
    }
    if (expr.args.empty() || !is_text(*expr.args[0])) return;
    const std::string_view text = expr.args[0]->literal.as_string();
    const bool bad = (expr.name == "duration" && !parse_span(text)) ||
                     (expr.name == "timestamp" && !parse_timestamp(text)) ||
                     (expr.name == "matches" && !is_pattern(text));
    if (bad) issues_.add(expr.args[0]->offset, fmt::format("invalid {} argument", expr.name));
  }

  // False where the two types differ, which is reported then.
  bool same(std::optional<Type>& expected, const Expr& entry, bool optional) {
    const Type type =
        optional && entry.type.kind() == Type::Kind::kOptional ? entry.type.item() : entry.type;
    if (!expected) expected = type;
    if (*expected == type) return true;
    issues_.add(entry.offset,
                fmt::format("expected type '{}' but found '{}'", expected->str(), type.str()));
    return false;
  }

  void check_list(const Expr& expr) {
    std::optional<Type> item;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
      if (!same(item, *expr.args[i], expr.optional_args[i])) return;
    }
  }
  void check_map(const Expr& expr) {
    std::optional<Type> key, value;
    for (std::size_t i = 0; i + 1 < expr.args.size(); i += 2) {
      same(key, *expr.args[i], false);
      same(value, *expr.args[i + 1], expr.optional_args[i / 2]);
    }
  }

  Issues& issues_;
};

}  // namespace

void validate(const Expr& root, Issues& issues) {
  Validator(issues).walk(root, false);
}

}  // namespace inferlab::sim::cel
