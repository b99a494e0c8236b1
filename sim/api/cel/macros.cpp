#include "sim/api/cel/macros.h"

#include <algorithm>

namespace inferlab::sim::cel {

namespace {

ExprPtr refuse(const Expr& argument, std::string why, Issues& issues) {
  issues.add(argument.offset, std::move(why));
  auto out = std::make_unique<Expr>();
  out->offset = argument.offset;
  return out;
}

ExprPtr make_fold(ExprPtr call, Fold fold) {
  auto out = std::make_unique<Expr>();
  out->kind = Expr::Kind::kFold;
  out->offset = call->offset;
  out->depth = call->depth;
  out->name = std::move(call->name);
  out->target = std::move(call->target);
  out->fold = std::make_unique<Fold>(std::move(fold));
  return out;
}

ExprPtr identifier(const std::string& name, std::size_t offset) {
  auto out = std::make_unique<Expr>();
  out->kind = Expr::Kind::kIdent;
  out->offset = offset;
  out->name = name;
  return out;
}

struct Form {
  std::string_view name;
  std::size_t args;
  FoldKind kind;
  std::size_t variables;
  bool filters;  // the predicate chooses the items that are kept
  std::string_view complaint;
};

constexpr std::string_view kSimple = "argument must be a simple name";
constexpr std::string_view kNoIdent = "argument is not an identifier";

constexpr Form kForms[] = {
    {"all", 2, FoldKind::kAll, 1, false, kSimple},
    {"exists", 2, FoldKind::kExists, 1, false, kSimple},
    {"exists_one", 2, FoldKind::kExistsOne, 1, false, kSimple},
    {"map", 2, FoldKind::kMap, 1, false, kNoIdent},
    {"map", 3, FoldKind::kMap, 1, true, kNoIdent},
    {"filter", 2, FoldKind::kMap, 1, true, kNoIdent},
    {"all", 3, FoldKind::kAll, 2, false, kSimple},
    {"exists", 3, FoldKind::kExists, 2, false, kSimple},
    {"existsOne", 3, FoldKind::kExistsOne, 2, false, kSimple},
    {"exists_one", 3, FoldKind::kExistsOne, 2, false, kSimple},
    {"transformList", 3, FoldKind::kMap, 2, false, kSimple},
    {"transformList", 4, FoldKind::kMap, 2, true, kSimple},
    {"transformMap", 3, FoldKind::kTransformMap, 2, false, kSimple},
    {"transformMap", 4, FoldKind::kTransformMap, 2, true, kSimple},
    {"transformMapEntry", 3, FoldKind::kMergeMaps, 2, false, kSimple},
    {"transformMapEntry", 4, FoldKind::kMergeMaps, 2, true, kSimple},
};

ExprPtr expand_fold(ExprPtr call, const Form& form, Issues& issues) {
  for (std::size_t i = 0; i < form.variables; ++i) {
    if (call->args[i]->kind != Expr::Kind::kIdent) {
      return refuse(*call->args[i], std::string(form.complaint), issues);
    }
  }
  if (form.variables > 1 && call->args[0]->name == call->args[1]->name) {
    return refuse(*call->args[1], "duplicate variable name: " + call->args[0]->name, issues);
  }
  Fold fold{.kind = form.kind,
            .var = call->args[0]->name,
            .var2 = form.variables > 1 ? call->args[1]->name : std::string(),
            .filter = nullptr,
            .body = std::move(call->args.back())};
  if (form.filters && call->args.size() > form.variables + 1) {
    fold.filter = std::move(call->args[form.variables]);
  } else if (form.filters) {
    fold.filter = std::move(fold.body);
    fold.body = identifier(fold.var, call->args[0]->offset);
  }
  return make_fold(std::move(call), std::move(fold));
}

ExprPtr expand_has(ExprPtr call, Issues& issues) {
  ExprPtr select = std::move(call->args.front());
  if (select->kind != Expr::Kind::kSelect || select->optional || select->test_only) {
    return refuse(*select, "invalid argument to has() macro", issues);
  }
  select->offset = call->offset;
  select->test_only = true;
  return select;
}

ExprPtr expand_bind(ExprPtr call, Issues& issues) {
  if (call->args[0]->kind != Expr::Kind::kIdent) {
    return refuse(*call->args[0], call->name + "() variable name must be a simple identifier",
                  issues);
  }
  call->kind = Expr::Kind::kBind;
  call->fold = std::make_unique<Fold>();
  call->fold->var = call->args[0]->name;
  call->fold->body = std::move(call->args[1]);
  call->args.clear();
  return call;
}

}  // namespace

ExprPtr expand_macro(ExprPtr call, const ParseOptions& options, Issues& issues) {
  const std::size_t count = call->args.size();
  if (call->target == nullptr) {
    if (call->name == "has" && count == 1) return expand_has(std::move(call), issues);
    return call;
  }
  if ((call->name == "optMap" || call->name == "optFlatMap") && count == 2) {
    return expand_bind(std::move(call), issues);
  }
  for (const Form& form : kForms) {
    if (form.name != call->name || form.args != count) continue;
    if (form.variables > 1 && !options.two_variable_macros) continue;
    return expand_fold(std::move(call), form, issues);
  }
  return call;
}

}  // namespace inferlab::sim::cel
