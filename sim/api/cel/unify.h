#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/api/cel/type.h"

namespace inferlab::sim::cel {

/// What the checker knows of its type variables, and which types agree under that.
///
/// Every step is counted: the types of a hostile expression can share their parts so often that a
/// walk over them would not end. After kMostSteps everything agrees with everything and exhausted()
/// says so.
/// Source: CEL language definition, "Gradual Type Checking"; the algorithm is unification with an
/// occurs check.
class Unifier {
 public:
  [[nodiscard]] Type fresh();
  /// Whether a value of type `from` can stand where `to` is asked for; binds variables if so, and
  /// leaves them as they were if not.
  bool assignable(const Type& from, const Type& to);
  bool assignable(const std::vector<Type>& from, const std::vector<Type>& to);
  /// The type with its variables replaced by what they are bound to; those that are free become
  /// dyn when `free_to_dyn`.
  [[nodiscard]] Type substitute(const Type& type, bool free_to_dyn);
  /// Of two types that agree the more general one.
  [[nodiscard]] Type more_general(const Type& a, const Type& b);
  /// The type of a declaration with its parameters ("A") replaced by `params`, one variable each.
  [[nodiscard]] Type instantiate(const Type& type,
                                 std::vector<std::pair<std::string, Type>>& params);
  [[nodiscard]] bool exhausted() const { return steps_ > kMostSteps; }

 private:
  static constexpr std::int64_t kMostSteps = 1'000'000;
  struct Undo {
    int id;
    Type before;
    bool was_bound;
  };
  [[nodiscard]] const Type* bound(const Type& type) const;
  void bind(int id, Type type);
  void undo_to(std::size_t mark);
  bool agree(const Type& from, const Type& to);
  // Whether `type` can be what `variable` stands for; `had`: it stood for something already.
  bool substitutes(const Type& type, const Type& variable, bool& had);
  bool occurs(const Type& variable, const Type& within);
  bool less_specific(const Type& a, const Type& b);
  bool step() { return ++steps_ <= kMostSteps; }

  std::vector<Type> bindings_;
  std::vector<bool> bound_;
  std::vector<Undo> trail_;
  std::int64_t steps_ = 0;
};

}  // namespace inferlab::sim::cel
