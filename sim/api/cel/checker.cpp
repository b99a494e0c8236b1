#include "sim/api/cel/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/api/cel/overload.h"
#include "sim/api/cel/type_names.h"
#include "sim/api/cel/unify.h"
#include "sim/api/cel/validators.h"

namespace inferlab::sim::cel {

namespace {

using Kind = Type::Kind;

const Type kError(Kind::kError);
const Type kBool(Kind::kBool);

// "a.b.c" of a chain of names; empty for anything else.
std::string qualified_name(const Expr& expr) {
  if (expr.kind == Expr::Kind::kIdent) return expr.name;
  if (expr.kind != Expr::Kind::kSelect || expr.test_only || expr.optional) return {};
  const std::string operand = qualified_name(*expr.target);
  return operand.empty() ? operand : operand + "." + expr.name;
}

class Checker {
 public:
  Checker(const Variables& variables, Issues& issues) : variables_(variables), issues_(issues) {}

  void run(Expr& root) {
    check(root);
    finish(root);
    if (unifier_.exhausted() && issues_.empty())
      issues_.add("the types of the expression are too complex");
  }

 private:
  const Type* lookup(std::string_view name) const {
    for (auto local = locals_.rbegin(); local != locals_.rend(); ++local) {
      if (local->first == name) return &local->second;
    }
    for (const auto& [variable, type] : variables_) {
      if (variable == name) return &type;
    }
    return type_named(name);
  }

  void undeclared(const Expr& expr, std::string_view name) {
    issues_.add(expr.offset, fmt::format("undeclared reference to '{}' (in container '')", name));
  }
  void mismatch(const Expr& expr, const Type& expected, const Type& found) {
    issues_.add(expr.offset,
                fmt::format("expected type '{}' but found '{}'", expected.str(), found.str()));
  }
  void no_overload(const Expr& expr, std::string_view name, const std::vector<Type>& types,
                   bool member) {
    std::string signature;
    for (std::size_t i = 0; i < types.size(); ++i) {
      const std::string shown = unifier_.substitute(types[i], true).str();
      if (member && i == 0) {
        signature = shown + ".(";
        continue;
      }
      if (signature.empty()) signature = "(";
      if (i > (member ? 1U : 0U)) signature += ", ";
      signature += shown;
    }
    if (signature.empty()) signature = "(";
    issues_.add(expr.offset, fmt::format("found no matching overload for '{}' applied to '{})'",
                                         name, signature));
  }

  void check(Expr& expr) {
    switch (expr.kind) {
      case Expr::Kind::kError:
        expr.type = kError;
        break;
      case Expr::Kind::kLiteral:
        expr.type = literal_type(expr.literal);
        break;
      case Expr::Kind::kIdent:
        check_ident(expr);
        break;
      case Expr::Kind::kSelect:
        check_select(expr);
        break;
      case Expr::Kind::kCall:
        check_call(expr);
        break;
      case Expr::Kind::kList:
        check_list(expr);
        break;
      case Expr::Kind::kMap:
        check_map(expr);
        break;
      case Expr::Kind::kStruct:
        check_struct(expr);
        break;
      case Expr::Kind::kFold:
        check_fold(expr);
        break;
      case Expr::Kind::kBind:
        check_bind(expr);
        break;
    }
  }

  static Type literal_type(const Val& literal) {
    switch (literal.kind()) {
      case Val::Kind::kNull:
        return Type(Kind::kNull);
      case Val::Kind::kBool:
        return kBool;
      case Val::Kind::kInt:
        return Type(Kind::kInt);
      case Val::Kind::kUint:
        return Type(Kind::kUint);
      case Val::Kind::kDouble:
        return Type(Kind::kDouble);
      case Val::Kind::kString:
        return Type(Kind::kString);
      default:
        return Type(Kind::kBytes);
    }
  }

  void check_ident(Expr& expr) {
    const Type* type = lookup(expr.name);
    if (type == nullptr) {
      undeclared(expr, expr.name);
      expr.type = kError;
      return;
    }
    expr.type = *type;
  }

  void check_select(Expr& expr) {
    // "a.b" may be one variable's name.
    const std::string name = qualified_name(expr);
    if (const Type* type = name.empty() ? nullptr : lookup(name)) {
      expr.kind = Expr::Kind::kIdent;
      expr.name = name;
      expr.target.reset();
      expr.type = *type;
      return;
    }
    check(*expr.target);
    const Type operand = unifier_.substitute(expr.target->type, false);
    const bool was_optional = operand.kind() == Kind::kOptional;
    const Type target = was_optional ? operand.item() : operand;
    Type result;
    if (target.kind() == Kind::kMap) {
      result = target.item();
    } else if (target.kind() == Kind::kObject) {
      const Type::Field* field = target.field(expr.name);
      if (field == nullptr)
        issues_.add(expr.offset, fmt::format("undefined field '{}'", expr.name));
      result = field == nullptr ? kError : field->type;
    } else if (target.kind() == Kind::kParam) {
      unifier_.assignable(Type(), target);
    } else if (!target.is_dyn_or_error()) {
      issues_.add(expr.offset,
                  fmt::format("type '{}' does not support field selection", target.str()));
    }
    if (expr.test_only) {
      expr.type = kBool;
    } else {
      const bool optional = was_optional || expr.optional;
      expr.type = unifier_.substitute(optional ? Type::optional(result) : result, false);
    }
  }

  void check_call(Expr& expr) {
    for (const ExprPtr& arg : expr.args) check(*arg);
    if (expr.name == "_&&_" || expr.name == "_||_") {
      for (const ExprPtr& arg : expr.args) {
        if (!unifier_.assignable(arg->type, kBool)) mismatch(*arg, kBool, arg->type);
      }
      expr.type = kBool;
      return;
    }
    if (expr.target != nullptr) {
      // "sets.contains(…)" is a function of that name, not a method of `sets`.
      const std::string prefix = qualified_name(*expr.target);
      const std::string name = prefix + "." + expr.name;
      if (!prefix.empty() && !find_overloads(name).empty()) {
        expr.target.reset();
        expr.name = name;
      } else {
        check(*expr.target);
      }
    }
    const std::span<const Overload> overloads = find_overloads(expr.name);
    if (overloads.empty()) {
      undeclared(expr, expr.name);
      expr.type = kError;
      return;
    }
    resolve(expr, overloads);
  }

  void resolve(Expr& expr, std::span<const Overload> overloads) {
    std::vector<Type> types;
    if (expr.target != nullptr) types.push_back(expr.target->type);
    for (const ExprPtr& arg : expr.args) types.push_back(arg->type);
    std::optional<Type> result;
    for (const Overload& overload : overloads) {
      if (overload.member != (expr.target != nullptr)) continue;
      if (overload.params.size() != types.size()) continue;
      std::vector<std::pair<std::string, Type>> params;
      std::vector<Type> wanted;
      for (const Type& type : overload.params) wanted.push_back(unifier_.instantiate(type, params));
      const Type made = unifier_.instantiate(overload.result, params);
      if (!unifier_.assignable(types, wanted)) continue;
      expr.overloads.push_back(&overload);
      const Type found = unifier_.substitute(made, false);
      if (!result) {
        result = found;
      } else if (!result->is_dyn() && !(*result == found)) {
        result = Type();
      }
    }
    if (!result) no_overload(expr, expr.name, types, expr.target != nullptr);
    expr.type = result.value_or(kError);
  }

  // The type of all items so far and one more: dyn where they differ, which validate() refuses
  // nearly everywhere.
  Type join(const std::optional<Type>& before, const Type& type) {
    if (!before) return type;
    if (unifier_.assignable(*before, type)) return unifier_.more_general(*before, type);
    return {};
  }

  // The type of an entry marked with "?", which must be optional.
  Type unwrap(const Expr& entry) {
    const Type type = unifier_.substitute(entry.type, false);
    if (type.kind() == Kind::kOptional) return type.item();
    if (!type.is_dyn()) mismatch(entry, Type::optional(type), type);
    return type;
  }

  void check_list(Expr& expr) {
    std::optional<Type> item;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
      check(*expr.args[i]);
      item = join(item, expr.optional_args[i] ? unwrap(*expr.args[i]) : expr.args[i]->type);
    }
    expr.type = Type::list(item ? *item : unifier_.fresh());
  }

  void check_map(Expr& expr) {
    std::optional<Type> key, value;
    for (std::size_t i = 0; i + 1 < expr.args.size(); i += 2) {
      check(*expr.args[i]);
      key = join(key, expr.args[i]->type);
      Expr& entry = *expr.args[i + 1];
      check(entry);
      value = join(value, expr.optional_args[i / 2] ? unwrap(entry) : entry.type);
    }
    if (!key) key = unifier_.fresh();
    if (!value) value = unifier_.fresh();
    expr.type = Type::map(*key, *value);
  }

  void check_struct(Expr& expr) {
    const Type* type = lookup(expr.name);
    if (type == nullptr) {
      undeclared(expr, expr.name);
    } else if (type->kind() != Kind::kType) {
      issues_.add(expr.offset, fmt::format("'{}' is not a type", type->runtime_name()));
    } else {
      issues_.add(expr.offset,
                  fmt::format("'{}' is not a message type", type->item().runtime_name()));
    }
    expr.type = kError;
  }

  void check_fold(Expr& expr) {
    Fold& fold = *expr.fold;
    check(*expr.target);
    const Type range = unifier_.substitute(expr.target->type, false);
    Type first, second;
    switch (range.kind()) {
      case Kind::kList:
        first = fold.var2.empty() ? range.item() : Type(Kind::kInt);
        second = range.item();
        break;
      case Kind::kMap:
        first = range.key();
        second = range.item();
        break;
      case Kind::kDyn:
      case Kind::kError:
      case Kind::kParam:
        unifier_.assignable(Type(), range);
        break;
      default:
        issues_.add(expr.target->offset,
                    fmt::format("expression of type '{}' cannot be range of a comprehension (must "
                                "be list, map, or dynamic)",
                                range.str()));
        first = second = kError;
    }
    locals_.emplace_back(fold.var, first);
    if (!fold.var2.empty()) locals_.emplace_back(fold.var2, second);
    if (fold.filter != nullptr) check(*fold.filter);
    check(*fold.body);
    locals_.resize(locals_.size() - (fold.var2.empty() ? 1 : 2));
    const Type body = unifier_.substitute(fold.body->type, false);
    Type out = kBool;
    if (fold.kind == FoldKind::kMap) out = Type::list(body);
    if (fold.kind == FoldKind::kTransformMap) {
      out = Type::map(range.kind() == Kind::kList ? Type(Kind::kInt) : range.key(), body);
    }
    if (fold.kind == FoldKind::kMergeMaps) {
      out = body;
      if (body.kind() != Kind::kMap && !body.is_dyn_or_error()) {
        no_overload(expr, "cel.@mapInsert", {Type::map({}, {}), body}, false);
      }
    }
    check_predicate(expr, out);
    expr.type = out;
  }

  void check_predicate(Expr& expr, const Type& made) {
    Fold& fold = *expr.fold;
    if (fold.kind == FoldKind::kAll || fold.kind == FoldKind::kExists) {
      if (!unifier_.assignable(fold.body->type, kBool))
        mismatch(*fold.body, kBool, fold.body->type);
      return;
    }
    // The other macros stand for a choice between taking the item and leaving it.
    const bool counts = fold.kind == FoldKind::kExistsOne;
    const Expr* predicate = counts ? fold.body.get() : fold.filter.get();
    if (predicate == nullptr || unifier_.assignable(predicate->type, kBool)) return;
    const Type branch = counts ? Type(Kind::kInt) : made;
    no_overload(expr, "_?_:_", {predicate->type, branch, branch}, false);
  }

  void check_bind(Expr& expr) {
    check(*expr.target);
    const Type target = unifier_.substitute(expr.target->type, false);
    const bool fits = target.kind() == Kind::kOptional || target.is_dyn_or_error();
    if (!fits) no_overload(expr, "hasValue", {target}, true);
    locals_.emplace_back(expr.fold->var, target.item());
    check(*expr.fold->body);
    locals_.pop_back();
    const Type body = unifier_.substitute(expr.fold->body->type, false);
    const bool flat = expr.name == "optFlatMap";
    if (flat && body.kind() != Kind::kOptional && !body.is_dyn_or_error()) {
      no_overload(expr, "_?_:_", {kBool, body, Type::optional({})}, false);
    }
    expr.type = flat ? body : Type::optional(body);
  }

  // Replaces what is known of variables in all types.
  void finish(Expr& expr) {
    expr.type = unifier_.substitute(expr.type, true);
    if (expr.target != nullptr) finish(*expr.target);
    for (const ExprPtr& arg : expr.args) finish(*arg);
    if (expr.fold == nullptr) return;
    if (expr.fold->filter != nullptr) finish(*expr.fold->filter);
    finish(*expr.fold->body);
  }

  const Variables& variables_;
  Issues& issues_;
  Unifier unifier_;
  std::vector<std::pair<std::string, Type>> locals_;  // the innermost last
};

}  // namespace

void check(Expr& root, const Variables& variables, Issues& issues) {
  Checker(variables, issues).run(root);
  if (issues.empty()) validate(root, issues);
}

}  // namespace inferlab::sim::cel
