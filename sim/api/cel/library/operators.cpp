// Arithmetic, comparison and membership. Integers do not wrap: what does not fit is an error.
// Source: CEL language definition, "Overflow" and the table of standard definitions.
#include <cmath>
#include <optional>

#include "sim/api/cel/library/compare.h"
#include "sim/api/cel/library/merge_lists.h"
#include "sim/api/cel/overload.h"
#include "sim/api/cel/time.h"

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

Val int_overflow() {
  return Val::error("integer overflow");
}
Val uint_overflow() {
  return Val::error("unsigned integer overflow");
}

Val timestamp_or_overflow(const std::optional<Timestamp>& time) {
  return time ? Val::timestamp(*time) : Val::error("timestamp overflow");
}
Val duration_or_overflow(const std::optional<Span>& span) {
  return span ? Val::duration(*span) : Val::error("duration overflow");
}

Val int_or_overflow(bool overflow, std::int64_t value) {
  return overflow ? int_overflow() : Val::integer(value);
}
Val uint_or_overflow(bool overflow, std::uint64_t value) {
  return overflow ? uint_overflow() : Val::uinteger(value);
}

Val add_spans(Span a, Span b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.nanos, b.nanos, &sum)) return Val::error("duration overflow");
  return Val::duration(Span{sum});
}

Val add_lists(const Val& a, const Val& b, Work& work) {
  if (a.as_list().type().merge() != Type::Merge::kAtomic) return merge_lists(a, b, work);
  if (a.as_list().size() == 0) return b;
  if (b.as_list().size() == 0) return a;
  std::vector<Val> items;
  const std::size_t total = a.as_list().size() + b.as_list().size();
  work.bytes_left -= static_cast<std::int64_t>(total * sizeof(Val));
  if (work.spent()) return Val();
  items.reserve(total);
  for (std::size_t i = 0; i < a.as_list().size(); ++i) items.push_back(a.as_list().at(i));
  for (std::size_t i = 0; i < b.as_list().size(); ++i) items.push_back(b.as_list().at(i));
  return Val::list(std::move(items));
}

Val add_any(Args args, Work& work) {
  const Val& a = args[0];
  const Val& b = args[1];
  if (a.is(Kind::kDuration) && b.is(Kind::kTimestamp)) {
    return timestamp_or_overflow(add(b.as_timestamp(), a.as_duration()));
  }
  if (a.is(Kind::kTimestamp) && b.is(Kind::kDuration)) {
    return timestamp_or_overflow(add(a.as_timestamp(), b.as_duration()));
  }
  if (a.kind() != b.kind()) return no_such_overload();
  std::int64_t sum = 0;
  std::uint64_t unsigned_sum = 0;
  switch (a.kind()) {
    case Kind::kInt: {
      const bool overflow = __builtin_add_overflow(a.as_int(), b.as_int(), &sum);
      return int_or_overflow(overflow, sum);
    }
    case Kind::kUint: {
      const bool overflow = __builtin_add_overflow(a.as_uint(), b.as_uint(), &unsigned_sum);
      return uint_or_overflow(overflow, unsigned_sum);
    }
    case Kind::kDouble:
      return Val::number(a.as_double() + b.as_double());
    case Kind::kString:
      return made_string(std::string(a.as_string()) + std::string(b.as_string()), work);
    case Kind::kBytes:
      work.bytes_left -= static_cast<std::int64_t>(a.as_bytes().size() + b.as_bytes().size());
      return Val::bytes(std::string(a.as_bytes()) + std::string(b.as_bytes()));
    case Kind::kDuration:
      return add_spans(a.as_duration(), b.as_duration());
    case Kind::kList:
      return add_lists(a, b, work);
    default:
      return no_such_overload();
  }
}

Val subtract_any(Args args, Work& /*work*/) {
  const Val& a = args[0];
  const Val& b = args[1];
  if (a.is(Kind::kTimestamp) && b.is(Kind::kDuration)) {
    return timestamp_or_overflow(subtract(a.as_timestamp(), b.as_duration()));
  }
  if (a.kind() != b.kind()) return no_such_overload();
  std::int64_t difference = 0;
  std::uint64_t unsigned_difference = 0;
  switch (a.kind()) {
    case Kind::kInt: {
      const bool overflow = __builtin_sub_overflow(a.as_int(), b.as_int(), &difference);
      return int_or_overflow(overflow, difference);
    }
    case Kind::kUint: {
      const bool overflow = __builtin_sub_overflow(a.as_uint(), b.as_uint(), &unsigned_difference);
      return uint_or_overflow(overflow, unsigned_difference);
    }
    case Kind::kDouble:
      return Val::number(a.as_double() - b.as_double());
    case Kind::kTimestamp:
      return duration_or_overflow(subtract(a.as_timestamp(), b.as_timestamp()));
    case Kind::kDuration: {
      const bool overflow =
          __builtin_sub_overflow(a.as_duration().nanos, b.as_duration().nanos, &difference);
      return overflow ? Val::error("duration overflow") : Val::duration(Span{difference});
    }
    default:
      return no_such_overload();
  }
}

Val multiply(Args args, Work& /*work*/) {
  const Val& a = args[0];
  const Val& b = args[1];
  if (a.kind() != b.kind()) return no_such_overload();
  std::int64_t product = 0;
  std::uint64_t unsigned_product = 0;
  if (a.is(Kind::kInt)) {
    const bool overflow = __builtin_mul_overflow(a.as_int(), b.as_int(), &product);
    return int_or_overflow(overflow, product);
  }
  if (a.is(Kind::kUint)) {
    const bool overflow = __builtin_mul_overflow(a.as_uint(), b.as_uint(), &unsigned_product);
    return uint_or_overflow(overflow, unsigned_product);
  }
  if (a.is(Kind::kDouble)) return Val::number(a.as_double() * b.as_double());
  return no_such_overload();
}

Val divide(Args args, Work& /*work*/) {
  const Val& a = args[0];
  const Val& b = args[1];
  if (a.kind() != b.kind()) return no_such_overload();
  if (a.is(Kind::kInt)) {
    if (b.as_int() == 0) return Val::error("division by zero");
    if (a.as_int() == INT64_MIN && b.as_int() == -1) return int_overflow();
    return Val::integer(a.as_int() / b.as_int());
  }
  if (a.is(Kind::kUint)) {
    if (b.as_uint() == 0) return Val::error("division by zero");
    return Val::uinteger(a.as_uint() / b.as_uint());
  }
  if (a.is(Kind::kDouble)) return Val::number(a.as_double() / b.as_double());
  return no_such_overload();
}

Val modulo(Args args, Work& /*work*/) {
  const Val& a = args[0];
  const Val& b = args[1];
  if (a.kind() != b.kind()) return no_such_overload();
  if (a.is(Kind::kInt)) {
    if (b.as_int() == 0) return Val::error("modulus by zero");
    if (a.as_int() == INT64_MIN && b.as_int() == -1) return int_overflow();
    return Val::integer(a.as_int() % b.as_int());
  }
  if (a.is(Kind::kUint)) {
    if (b.as_uint() == 0) return Val::error("modulus by zero");
    return Val::uinteger(a.as_uint() % b.as_uint());
  }
  return no_such_overload();
}

Val negate(Args args, Work& /*work*/) {
  const Val& a = args[0];
  if (a.is(Kind::kInt)) {
    return a.as_int() == INT64_MIN ? int_overflow() : Val::integer(-a.as_int());
  }
  if (a.is(Kind::kDouble)) return Val::number(-a.as_double());
  return no_such_overload();
}

Val logical_not(Args args, Work& /*work*/) {
  return args[0].is(Kind::kBool) ? Val::boolean(!args[0].as_bool()) : no_such_overload();
}

constexpr bool is_less(int sign) {
  return sign < 0;
}
constexpr bool is_less_or_equal(int sign) {
  return sign <= 0;
}
constexpr bool is_greater(int sign) {
  return sign > 0;
}
constexpr bool is_greater_or_equal(int sign) {
  return sign >= 0;
}

template <bool (*accepts)(int)>
Val ordered(Args args, Work& /*work*/) {
  const Ordering ordering = compare(args[0], args[1]);
  if (!ordering.error.empty()) return Val::error(std::string(ordering.error));
  return Val::boolean(accepts(ordering.sign));
}

Val contained(Args args, Work& work) {
  if (args[1].is(Kind::kMap)) return Val::boolean(args[1].as_map().find(args[0]).has_value());
  if (!args[1].is(Kind::kList)) return no_such_overload();
  const ListData& list = args[1].as_list();
  for (std::size_t i = 0; i < list.size() && !work.spent(); ++i) {
    if (equal(args[0], list.at(i), work)) return Val::boolean(true);
  }
  return Val::boolean(false);
}

constexpr auto kLess = ordered<is_less>;
constexpr auto kLessEqual = ordered<is_less_or_equal>;
constexpr auto kGreater = ordered<is_greater>;
constexpr auto kGreaterEqual = ordered<is_greater_or_equal>;

constexpr auto kGlobal = LibraryRow::Form::kGlobal;

// Numbers of different types may be ordered among each other.
#define INFERLAB_CEL_ORDER(name, run)                                                            \
  {name, kGlobal, "bool, bool -> bool", run}, {name, kGlobal, "int, int -> bool", run},          \
      {name, kGlobal, "int, double -> bool", run}, {name, kGlobal, "int, uint -> bool", run},    \
      {name, kGlobal, "uint, uint -> bool", run}, {name, kGlobal, "uint, double -> bool", run},  \
      {name, kGlobal, "uint, int -> bool", run}, {name, kGlobal, "double, double -> bool", run}, \
      {name, kGlobal, "double, int -> bool", run}, {name, kGlobal, "double, uint -> bool", run}, \
      {name, kGlobal, "string, string -> bool", run, Cost::kSmaller},                            \
      {name, kGlobal, "bytes, bytes -> bool", run, Cost::kSmaller},                              \
      {name, kGlobal, "timestamp, timestamp -> bool", run}, {                                    \
    name, kGlobal, "duration, duration -> bool", run                                             \
  }

constexpr LibraryRow kRows[] = {
    {"_?_:_", kGlobal, "bool, A, A -> A", nullptr, Cost::kNone},
    {"!_", kGlobal, "bool -> bool", logical_not},
    {"_==_", kGlobal, "A, A -> bool", nullptr, Cost::kSmaller},
    {"_!=_", kGlobal, "A, A -> bool", nullptr, Cost::kSmaller},
    {"_+_", kGlobal, "bytes, bytes -> bytes", add_any, Cost::kBoth},
    {"_+_", kGlobal, "double, double -> double", add_any},
    {"_+_", kGlobal, "duration, duration -> duration", add_any},
    {"_+_", kGlobal, "duration, timestamp -> timestamp", add_any},
    {"_+_", kGlobal, "timestamp, duration -> timestamp", add_any},
    {"_+_", kGlobal, "int, int -> int", add_any},
    {"_+_", kGlobal, "list(A), list(A) -> list(A)", add_any},
    {"_+_", kGlobal, "string, string -> string", add_any, Cost::kBoth},
    {"_+_", kGlobal, "uint, uint -> uint", add_any},
    {"_/_", kGlobal, "double, double -> double", divide},
    {"_/_", kGlobal, "int, int -> int", divide},
    {"_/_", kGlobal, "uint, uint -> uint", divide},
    {"_%_", kGlobal, "int, int -> int", modulo},
    {"_%_", kGlobal, "uint, uint -> uint", modulo},
    {"_*_", kGlobal, "double, double -> double", multiply},
    {"_*_", kGlobal, "int, int -> int", multiply},
    {"_*_", kGlobal, "uint, uint -> uint", multiply},
    {"-_", kGlobal, "double -> double", negate},
    {"-_", kGlobal, "int -> int", negate},
    {"_-_", kGlobal, "double, double -> double", subtract_any},
    {"_-_", kGlobal, "duration, duration -> duration", subtract_any},
    {"_-_", kGlobal, "int, int -> int", subtract_any},
    {"_-_", kGlobal, "timestamp, duration -> timestamp", subtract_any},
    {"_-_", kGlobal, "timestamp, timestamp -> duration", subtract_any},
    {"_-_", kGlobal, "uint, uint -> uint", subtract_any},
    INFERLAB_CEL_ORDER("_<_", kLess),
    INFERLAB_CEL_ORDER("_<=_", kLessEqual),
    INFERLAB_CEL_ORDER("_>_", kGreater),
    INFERLAB_CEL_ORDER("_>=_", kGreaterEqual),
    {"_[_]", kGlobal, "list(A), int -> A", nullptr},
    {"_[_]", kGlobal, "map(A, B), A -> B", nullptr},
    {"_[_]", kGlobal, "optional(list(V)), int -> optional(V)", nullptr},
    {"_[_]", kGlobal, "optional(map(K, V)), K -> optional(V)", nullptr},
    {"_[?_]", kGlobal, "list(V), int -> optional(V)", nullptr},
    {"_[?_]", kGlobal, "optional(list(V)), int -> optional(V)", nullptr},
    {"_[?_]", kGlobal, "map(K, V), K -> optional(V)", nullptr},
    {"_[?_]", kGlobal, "optional(map(K, V)), K -> optional(V)", nullptr},
    {"@in", kGlobal, "A, list(A) -> bool", contained, Cost::kSecondSize},
    {"@in", kGlobal, "A, map(A, B) -> bool", contained},
};

#undef INFERLAB_CEL_ORDER

}  // namespace

Library operator_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
