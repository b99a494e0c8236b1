#include "sim/api/cel/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/api/cel/dispatch.h"
#include "sim/api/cel/fold_result.h"
#include "sim/api/cel/qualify.h"
#include "sim/api/cel/type_names.h"

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

constexpr std::int64_t kListCost = 10;
constexpr std::int64_t kMapCost = 30;

Val given_up() {
  return Val::error("operation cancelled: actual cost limit exceeded");
}

// Variables, fields and items: they are read, not called.
bool is_attribute(const Expr& expr) {
  if (expr.kind == Expr::Kind::kIdent) return true;
  if (expr.kind == Expr::Kind::kSelect) return !expr.test_only;
  return expr.kind == Expr::Kind::kCall && (expr.name == "_[_]" || expr.name == "_[?_]");
}

// A constant list of simple values is made a set beforehand: searching it is free. Its first item
// speaks for all: literals of mixed types are refused.
bool is_searched_as_set(const Expr& expr) {
  if (expr.kind != Expr::Kind::kLiteral || !expr.literal.is(Kind::kList)) return false;
  const ListData& items = expr.literal.as_list();
  if (items.size() == 0) return true;
  const Kind kind = items.at(0).kind();
  return kind == Kind::kNull || kind == Kind::kBool || kind == Kind::kInt || kind == Kind::kUint ||
         kind == Kind::kDouble || kind == Kind::kString;
}

// The units of one step of what the macro stands for: `so_far + [item]`, in which a constant list
// is free, or a call that inserts into a map.
std::int64_t step_cost(const Fold& fold) {
  if (fold.kind == FoldKind::kTransformMap) return 3;
  if (fold.kind == FoldKind::kMergeMaps) return 2;
  return 2 + (fold.body->kind == Expr::Kind::kLiteral ? 0 : kListCost);
}

std::size_t range_size(const Val& range) {
  return range.is(Kind::kList) ? range.as_list().size() : range.as_map().size();
}

}  // namespace

const Val* Bindings::find(std::string_view name) const {
  const auto found = std::find_if(values_.rbegin(), values_.rend(),
                                  [&](const auto& each) { return each.first == name; });
  return found == values_.rend() ? nullptr : &found->second;
}

Val Evaluator::evaluate(const Expr& expr) {
  --work_.steps_left;
  if (gave_up()) return given_up();
  Val out = node(expr);
  return gave_up() ? given_up() : out;
}

Val Evaluator::node(const Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::kLiteral:
      return expr.literal;
    case Expr::Kind::kIdent:
      return attribute(expr, true);
    case Expr::Kind::kSelect:
      return expr.test_only ? presence(expr) : attribute(expr, true);
    case Expr::Kind::kCall:
      return is_attribute(expr) ? attribute(expr, true) : call(expr);
    case Expr::Kind::kList:
      return list(expr);
    case Expr::Kind::kMap:
      return map(expr);
    case Expr::Kind::kFold:
      return fold(expr);
    case Expr::Kind::kBind:
      return bind(expr);
    case Expr::Kind::kError:
    case Expr::Kind::kStruct:
      break;
  }
  return Val::error("expression does not compile");
}

Val Evaluator::variable(std::string_view name) const {
  for (auto local = locals_.rbegin(); local != locals_.rend(); ++local) {
    if (local->first == name) return local->second;
  }
  if (const Val* bound = bindings_.find(name)) return *bound;
  if (const Type* type = type_named(name)) return Val::type(type->item());
  return Val::error("no such attribute(s): " + std::string(name));
}

// `count_base`: what the chain of fields begins with takes a unit of its own; in the branch of a
// condition and in has() it does not.
Val Evaluator::attribute(const Expr& expr, bool count_base) {
  --work_.steps_left;
  if (!is_attribute(expr)) {
    Val out = evaluate(expr);
    if (count_base) charge(1);
    return out;
  }
  if (expr.kind == Expr::Kind::kIdent) {
    Val out = variable(expr.name);
    // The name of a type is a constant.
    if (count_base && !out.is(Kind::kType)) charge(1);
    return out;
  }
  const bool select = expr.kind == Expr::Kind::kSelect;
  const Val object = attribute(select ? *expr.target : *expr.args[0], count_base);
  if (object.is_error()) return object;
  if (object.is(Kind::kOptional) && object.as_optional() == nullptr) return object;
  const Val key = select ? Val::string(expr.name) : branch(*expr.args[1]);
  if (key.is_error()) return key;
  charge(1);
  return qualify(object, key, select ? expr.optional : expr.name == "_[?_]");
}

Val Evaluator::branch(const Expr& expr) {
  return is_attribute(expr) ? attribute(expr, false) : evaluate(expr);
}

Val Evaluator::presence(const Expr& expr) {
  const Val object = attribute(*expr.target, false);
  if (object.is_error()) return object;
  charge(1);
  return has_key(object, Val::string(expr.name));
}

Val Evaluator::call(const Expr& expr) {
  if (expr.name == "_&&_") return logical(expr, false);
  if (expr.name == "_||_") return logical(expr, true);
  if (expr.name == "_?_:_") return conditional(expr);
  if (expr.name == "_==_" || expr.name == "_!=_") return equality(expr);
  if (expr.name == "or" || expr.name == "orValue") return or_else(expr);
  std::vector<Val> args;
  args.reserve(expr.args.size() + 1);
  if (expr.target != nullptr) args.push_back(evaluate(*expr.target));
  for (const ExprPtr& arg : expr.args) {
    if (!args.empty() && args.back().is_error()) break;
    args.push_back(evaluate(*arg));
  }
  if (!args.empty() && args.back().is_error()) return args.back();
  return dispatch(expr, args);
}

Val Evaluator::dispatch(const Expr& expr, Args args) {
  const Overload* overload = matching_overload(expr.overloads, args);
  if (overload == nullptr) {
    charge(1);
    return no_overload_at_run_time(expr.name, args);
  }
  Val out = overload->run(args, work_);
  const bool free = expr.name == "@in" && is_searched_as_set(*expr.args[1]);
  if (!free) charge(call_cost(overload->cost, args, out));
  return out;
}

// && and ||: the absorbing value decides, whatever errors the other terms have.
Val Evaluator::logical(const Expr& expr, bool absorbing) {
  std::optional<Val> error;
  for (const ExprPtr& term : expr.args) {
    Val val = evaluate(*term);
    if (gave_up()) return given_up();
    if (val.is(Kind::kBool)) {
      if (val.as_bool() == absorbing) return val;
    } else if (!error) {
      error = val.is_error() ? std::move(val) : no_such_overload();
    }
  }
  return error ? *error : Val::boolean(!absorbing);
}

Val Evaluator::conditional(const Expr& expr) {
  const Val condition = evaluate(*expr.args[0]);
  if (condition.is_error()) return condition;
  if (!condition.is(Kind::kBool)) return no_such_overload();
  return branch(condition.as_bool() ? *expr.args[1] : *expr.args[2]);
}

Val Evaluator::equality(const Expr& expr) {
  const std::array<Val, 2> sides = {evaluate(*expr.args[0]), evaluate(*expr.args[1])};
  for (const Val& side : sides) {
    if (side.is_error()) return side;
  }
  charge(call_cost(Cost::kSmaller, sides, Val()));
  return Val::boolean(equal(sides[0], sides[1], work_) == (expr.name == "_==_"));
}

Val Evaluator::or_else(const Expr& expr) {
  Val first = evaluate(*expr.target);
  if (!first.is(Kind::kOptional)) return first;
  const Val* held = first.as_optional();
  if (held == nullptr) return evaluate(*expr.args[0]);
  return expr.name == "or" ? first : *held;
}

Val Evaluator::list(const Expr& expr) {
  std::vector<Val> items;
  items.reserve(expr.args.size());
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    Val item = evaluate(*expr.args[i]);
    if (item.is_error()) return item;
    if (expr.optional_args[i]) {
      if (!item.is(Kind::kOptional)) {
        return Val::error("cannot initialize optional list element from non-optional value " +
                          item.text());
      }
      const Val* held = item.as_optional();
      if (held == nullptr) continue;
      item = Val(*held);
    }
    items.push_back(std::move(item));
  }
  charge(kListCost);
  return made_list(std::move(items), work_);
}

Val Evaluator::map(const Expr& expr) {
  std::vector<std::pair<Val, Val>> entries;
  for (std::size_t i = 0; i + 1 < expr.args.size(); i += 2) {
    Val key = evaluate(*expr.args[i]);
    if (key.is_error()) return key;
    Val value = evaluate(*expr.args[i + 1]);
    if (value.is_error()) return value;
    if (expr.optional_args[i / 2]) {
      if (!value.is(Kind::kOptional)) {
        return Val::error(
            fmt::format("cannot initialize optional entry '{}' from non-optional value {}",
                        key.text(), value.text()));
      }
      const Val* held = value.as_optional();
      if (held == nullptr) continue;
      value = Val(*held);
    }
    entries.emplace_back(std::move(key), std::move(value));
  }
  charge(kMapCost);
  work_.bytes_left -= static_cast<std::int64_t>(entries.size() * 2 * sizeof(Val));
  return Val::map(std::move(entries));
}

Val Evaluator::fold(const Expr& expr) {
  const Val range = evaluate(*expr.target);
  if (range.is_error()) return range;
  if (!range.is(Kind::kList) && !range.is(Kind::kMap)) return not_iterable(range);
  const Fold& parts = *expr.fold;
  if (parts.kind == FoldKind::kAll || parts.kind == FoldKind::kExists) {
    return quantify(parts, range);
  }
  return parts.kind == FoldKind::kExistsOne ? exactly_one(parts, range) : transform(parts, range);
}

void Evaluator::enter(const Fold& fold, const Val& range, std::size_t index) {
  --work_.steps_left;
  const bool list = range.is(Kind::kList);
  const bool two = !fold.var2.empty();
  Val item = list ? range.as_list().at(index) : range.as_map().key_at(index);
  if (!two) {
    locals_.emplace_back(fold.var, std::move(item));
    return;
  }
  Val second = list ? std::move(item) : range.as_map().value_at(index);
  Val first = list ? Val::integer(static_cast<std::int64_t>(index)) : std::move(item);
  locals_.emplace_back(fold.var, std::move(first));
  locals_.emplace_back(fold.var2, std::move(second));
}

void Evaluator::leave(const Fold& fold) {
  locals_.resize(locals_.size() - (fold.var2.empty() ? 1 : 2));
}

// all() and exists() are chains of && and ||. Each step asks whether it is decided already, which
// takes units as the operators do that the macro stands for.
Val Evaluator::quantify(const Fold& fold, const Val& range) {
  const bool absorbing = fold.kind == FoldKind::kExists;
  const std::int64_t step_cost = absorbing ? 4 : 3;
  std::optional<Val> error;
  for (std::size_t i = 0; i < range_size(range); ++i) {
    charge(step_cost);
    enter(fold, range, i);
    Val val = evaluate(*fold.body);
    leave(fold);
    if (gave_up()) return given_up();
    if (val.is(Kind::kBool)) {
      if (val.as_bool() != absorbing) continue;
      charge(i + 1 < range_size(range) ? step_cost : 1);
      return val;
    }
    if (!error) error = val.is_error() ? std::move(val) : no_such_overload();
  }
  charge(1);
  return error ? *error : Val::boolean(!absorbing);
}

Val Evaluator::exactly_one(const Fold& fold, const Val& range) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < range_size(range); ++i) {
    enter(fold, range, i);
    Val val = evaluate(*fold.body);
    leave(fold);
    if (val.is_error()) return val;
    if (!val.is(Kind::kBool)) return no_such_overload();
    if (!val.as_bool()) continue;
    charge(2);
    ++count;
  }
  charge(2);
  return Val::boolean(count == 1);
}

Val Evaluator::transform(const Fold& fold, const Val& range) {
  FoldResult made(fold.kind);
  for (std::size_t i = 0; i < range_size(range); ++i) {
    enter(fold, range, i);
    Val taken = fold.filter != nullptr ? evaluate(*fold.filter) : Val::boolean(true);
    Val val = Val();
    const bool wanted = taken.is(Kind::kBool) && taken.as_bool();
    const Val key = locals_[locals_.size() - (fold.var2.empty() ? 1 : 2)].second;
    if (wanted) val = evaluate(*fold.body);
    leave(fold);
    if (taken.is_error()) return taken;
    if (!taken.is(Kind::kBool)) return no_such_overload();
    if (!wanted) continue;
    if (val.is_error()) return val;
    charge(step_cost(fold));
    const std::size_t entries = val.is(Kind::kMap) ? val.as_map().size() + 1 : 1;
    work_.bytes_left -= static_cast<std::int64_t>(entries * 2 * sizeof(Val));
    if (gave_up()) return given_up();
    if (std::optional<Val> error = made.add(key, std::move(val))) return *std::move(error);
  }
  charge(1);
  return made.take();
}

Val Evaluator::bind(const Expr& expr) {
  Val target = evaluate(*expr.target);
  if (target.is_error()) return target;
  if (!target.is(Kind::kOptional)) return no_such_overload();
  charge(1);
  const Val* held = target.as_optional();
  if (held == nullptr) return Val::none();
  charge(1);
  locals_.emplace_back(expr.fold->var, *held);
  Val out = evaluate(*expr.fold->body);
  locals_.pop_back();
  if (out.is_error() || expr.name == "optFlatMap") return out;
  return Val::some(std::move(out));
}

}  // namespace inferlab::sim::cel
