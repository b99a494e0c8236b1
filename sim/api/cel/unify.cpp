#include "sim/api/cel/unify.h"

#include <algorithm>

namespace inferlab::sim::cel {

namespace {

using Kind = Type::Kind;

bool is_param(const Type& type) {
  return type.kind() == Kind::kParam;
}

// What may be null: objects and the other types that are messages to cel-go.
bool nullable(const Type& type) {
  switch (type.kind()) {
    case Kind::kNull:
    case Kind::kObject:
    case Kind::kOptional:
    case Kind::kDuration:
    case Kind::kTimestamp:
      return true;
    default:
      return false;
  }
}

bool has_item(const Type& type) {
  const Kind kind = type.kind();
  return kind == Kind::kList || kind == Kind::kMap || kind == Kind::kOptional ||
         kind == Kind::kType;
}

}  // namespace

Type Unifier::fresh() {
  bindings_.emplace_back();
  bound_.push_back(false);
  return Type::variable(static_cast<int>(bindings_.size()) - 1);
}

const Type* Unifier::bound(const Type& type) const {
  if (!is_param(type) || type.variable_id() < 0) return nullptr;
  const auto id = static_cast<std::size_t>(type.variable_id());
  return bound_[id] ? &bindings_[id] : nullptr;
}

void Unifier::bind(int id, Type type) {
  const auto at = static_cast<std::size_t>(id);
  trail_.push_back({.id = id, .before = bindings_[at], .was_bound = bound_[at]});
  bindings_[at] = std::move(type);
  bound_[at] = true;
}

void Unifier::undo_to(std::size_t mark) {
  while (trail_.size() > mark) {
    const Undo& last = trail_.back();
    bindings_[static_cast<std::size_t>(last.id)] = last.before;
    bound_[static_cast<std::size_t>(last.id)] = last.was_bound;
    trail_.pop_back();
  }
}

bool Unifier::assignable(const Type& from, const Type& to) {
  const std::size_t mark = trail_.size();
  const bool out = agree(from, to);
  if (!out) undo_to(mark);
  return out;
}

bool Unifier::assignable(const std::vector<Type>& from, const std::vector<Type>& to) {
  if (from.size() != to.size()) return false;
  const std::size_t mark = trail_.size();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (agree(from[i], to[i])) continue;
    undo_to(mark);
    return false;
  }
  return true;
}

bool Unifier::agree(const Type& from, const Type& to) {
  if (!step()) return true;
  bool had = false;
  if (is_param(to)) {
    if (substitutes(from, to, had)) return true;
    if (had) return false;
  }
  if (is_param(from)) return substitutes(to, from, had);
  if (from.is_dyn_or_error() || to.is_dyn_or_error()) return true;
  if (from.kind() == Kind::kNull) return nullable(to);
  if (to.kind() == Kind::kNull) return nullable(from);
  if (from.kind() != to.kind()) return false;
  switch (from.kind()) {
    case Kind::kList:
    case Kind::kOptional:
      return agree(from.item(), to.item());
    case Kind::kMap:
      return agree(from.key(), to.key()) && agree(from.item(), to.item());
    case Kind::kObject:
      return from.name() == to.name();
    default:
      return true;
  }
}

bool Unifier::substitutes(const Type& type, const Type& variable, bool& had) {
  if (is_param(type) && type.name() == variable.name()) {
    had = true;
    return true;
  }
  if (const Type* current = bound(variable)) {
    had = true;
    const Type before = *current;
    if (is_param(type) && is_param(before) && type.name() == before.name()) return true;
    if (!agree(type, before)) return false;
    Type after = more_general(type, before);
    if (!occurs(variable, after)) bind(variable.variable_id(), std::move(after));
    return true;
  }
  if (variable.variable_id() < 0 || occurs(variable, type)) return false;
  bind(variable.variable_id(), type);
  return true;
}

bool Unifier::occurs(const Type& variable, const Type& within) {
  if (!step()) return false;
  if (is_param(within)) {
    if (within.name() == variable.name()) return true;
    const Type* current = bound(within);
    return current != nullptr && occurs(variable, *current);
  }
  if (!has_item(within)) return false;
  return occurs(variable, within.item()) ||
         (within.kind() == Kind::kMap && occurs(variable, within.key()));
}

bool Unifier::less_specific(const Type& a, const Type& b) {
  if (!step()) return true;
  if (a.is_dyn() || is_param(a)) return true;
  if (b.is_dyn() || is_param(b)) return false;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kList:
    case Kind::kOptional:
      return less_specific(a.item(), b.item());
    case Kind::kMap:
      return less_specific(a.key(), b.key()) && less_specific(a.item(), b.item());
    case Kind::kObject:
      return a.name() == b.name();
    default:
      return true;
  }
}

Type Unifier::more_general(const Type& a, const Type& b) {
  return less_specific(a, b) ? a : b;
}

Type Unifier::substitute(const Type& type, bool free_to_dyn) {
  if (!step()) return {};
  if (is_param(type)) {
    if (const Type* current = bound(type)) return substitute(Type(*current), free_to_dyn);
    return free_to_dyn ? Type() : type;
  }
  if (!has_item(type)) return type;
  const Type item = substitute(type.item(), free_to_dyn);
  const Type key = type.kind() == Kind::kMap ? substitute(type.key(), free_to_dyn) : Type();
  // What has no variables stays shared, which keeps a type with many equal parts small.
  if (item.is_copy_of(type.item()) && key.is_copy_of(type.key())) return type;
  switch (type.kind()) {
    case Kind::kList:
      return Type::list(item, type.merge(), type.merge_keys());
    case Kind::kOptional:
      return Type::optional(item);
    case Kind::kType:
      return Type::type_of(item);
    default:
      return Type::map(key, item);
  }
}

Type Unifier::instantiate(const Type& type, std::vector<std::pair<std::string, Type>>& params) {
  switch (type.kind()) {
    case Kind::kParam: {
      const auto found = std::find_if(params.begin(), params.end(),
                                      [&](const auto& each) { return each.first == type.name(); });
      if (found != params.end()) return found->second;
      params.emplace_back(type.name(), fresh());
      return params.back().second;
    }
    case Kind::kList:
      return Type::list(instantiate(type.item(), params));
    case Kind::kOptional:
      return Type::optional(instantiate(type.item(), params));
    case Kind::kType:
      return Type::type_of(instantiate(type.item(), params));
    case Kind::kMap: {
      const Type key = instantiate(type.key(), params);
      return Type::map(key, instantiate(type.item(), params));
    }
    default:
      return type;
  }
}

}  // namespace inferlab::sim::cel
