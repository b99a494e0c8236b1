// Kubernetes' list library and cel-go's sets.
// Source: Kubernetes documentation, "Kubernetes list library"; cel-go, "ext/sets".
#include <array>

#include "sim/api/cel/library/compare.h"
#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

namespace {

Val is_sorted(Args args, Work& /*work*/) {
  const ListData& list = args[0].as_list();
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (compare(list.at(i - 1), list.at(i)).sign > 0) return Val::boolean(false);
  }
  return Val::boolean(true);
}

template <int wanted>
Val extreme(Args args, Work& /*work*/) {
  const ListData& list = args[0].as_list();
  if (list.size() == 0) {
    return Val::error(std::string(wanted < 0 ? "min" : "max") + " called on empty list");
  }
  Val best = list.at(0);
  for (std::size_t i = 1; i < list.size(); ++i) {
    const Ordering ordering = compare(list.at(i), best);
    if (!ordering.error.empty()) return Val::error(std::string(ordering.error));
    if (ordering.sign == wanted) best = list.at(i);
  }
  return best;
}

Val sum_from(Val zero, const ListData& list, Work& work) {
  static const Function kAdd = find_overloads("_+_").front().run;
  Val total = std::move(zero);
  for (std::size_t i = 0; i < list.size() && !total.is_error(); ++i) {
    const std::array<Val, 2> terms = {total, list.at(i)};
    total = kAdd(terms, work);
  }
  return total;
}

Val sum_ints(Args args, Work& work) {
  return sum_from(Val::integer(0), args[0].as_list(), work);
}
Val sum_uints(Args args, Work& work) {
  return sum_from(Val::uinteger(0), args[0].as_list(), work);
}
Val sum_doubles(Args args, Work& work) {
  return sum_from(Val::number(0), args[0].as_list(), work);
}
Val sum_durations(Args args, Work& work) {
  return sum_from(Val::duration({}), args[0].as_list(), work);
}

Val index_of(Args args, Work& work) {
  const ListData& list = args[0].as_list();
  for (std::size_t i = 0; i < list.size() && !work.spent(); ++i) {
    if (equal(list.at(i), args[1], work)) return Val::integer(static_cast<std::int64_t>(i));
  }
  return Val::integer(-1);
}

Val last_index_of(Args args, Work& work) {
  const ListData& list = args[0].as_list();
  for (std::size_t i = list.size(); i > 0 && !work.spent(); --i) {
    if (equal(list.at(i - 1), args[1], work)) return Val::integer(static_cast<std::int64_t>(i) - 1);
  }
  return Val::integer(-1);
}

bool has_item(const ListData& list, const Val& item, Work& work) {
  for (std::size_t i = 0; i < list.size() && !work.spent(); ++i) {
    if (equal(list.at(i), item, work)) return true;
  }
  return false;
}

bool has_all(const ListData& list, const ListData& items, Work& work) {
  for (std::size_t i = 0; i < items.size() && !work.spent(); ++i) {
    if (!has_item(list, items.at(i), work)) return false;
  }
  return true;
}

Val sets_contains(Args args, Work& work) {
  return Val::boolean(has_all(args[0].as_list(), args[1].as_list(), work));
}
Val sets_equivalent(Args args, Work& work) {
  return Val::boolean(has_all(args[0].as_list(), args[1].as_list(), work) &&
                      has_all(args[1].as_list(), args[0].as_list(), work));
}
Val sets_intersects(Args args, Work& work) {
  const ListData& list = args[0].as_list();
  for (std::size_t i = 0; i < list.size() && !work.spent(); ++i) {
    if (has_item(args[1].as_list(), list.at(i), work)) return Val::boolean(true);
  }
  return Val::boolean(false);
}

constexpr auto kGlobal = LibraryRow::Form::kGlobal;
constexpr auto kMember = LibraryRow::Form::kMember;

#define INFERLAB_CEL_COMPARABLE(type)                                           \
  {"isSorted", kMember, "list(" type ") -> bool", is_sorted, Cost::kItems},     \
      {"min", kMember, "list(" type ") -> " type, extreme<-1>, Cost::kItems}, { \
    "max", kMember, "list(" type ") -> " type, extreme<1>, Cost::kItems         \
  }

constexpr LibraryRow kRows[] = {
    INFERLAB_CEL_COMPARABLE("int"),
    INFERLAB_CEL_COMPARABLE("uint"),
    INFERLAB_CEL_COMPARABLE("double"),
    INFERLAB_CEL_COMPARABLE("bool"),
    INFERLAB_CEL_COMPARABLE("duration"),
    INFERLAB_CEL_COMPARABLE("timestamp"),
    INFERLAB_CEL_COMPARABLE("string"),
    INFERLAB_CEL_COMPARABLE("bytes"),
    {"sum", kMember, "list(int) -> int", sum_ints, Cost::kItems},
    {"sum", kMember, "list(uint) -> uint", sum_uints, Cost::kItems},
    {"sum", kMember, "list(double) -> double", sum_doubles, Cost::kItems},
    {"sum", kMember, "list(duration) -> duration", sum_durations, Cost::kItems},
    {"indexOf", kMember, "list(A), A -> int", index_of, Cost::kItems},
    {"lastIndexOf", kMember, "list(A), A -> int", last_index_of, Cost::kItems},
    {"sets.contains", kGlobal, "list(T), list(T) -> bool", sets_contains, Cost::kProduct},
    {"sets.equivalent", kGlobal, "list(T), list(T) -> bool", sets_equivalent, Cost::kProductTwice},
    {"sets.intersects", kGlobal, "list(T), list(T) -> bool", sets_intersects, Cost::kProduct},
};

#undef INFERLAB_CEL_COMPARABLE

}  // namespace

Library list_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
