// Values that may be absent: optional.of(x), x.?field.orValue(0).
// or() and orValue() look at their argument only where they need it: the evaluator does them.
// Source: cel-go, "Optional types"; Kubernetes enables them from 1.28 on.
#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

bool is_zero(const Val& val) {
  switch (val.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return !val.as_bool();
    case Kind::kInt:
      return val.as_int() == 0;
    case Kind::kUint:
      return val.as_uint() == 0;
    case Kind::kDouble:
      return val.as_double() == 0;
    case Kind::kDuration:
      return val.as_duration().nanos == 0;
    default:
      return val.size() == std::size_t{0};
  }
}

Val of(Args args, Work& /*work*/) {
  return Val::some(args[0]);
}
Val none(Args /*args*/, Work& /*work*/) {
  return Val::none();
}
Val of_non_zero(Args args, Work& /*work*/) {
  return is_zero(args[0]) ? Val::none() : Val::some(args[0]);
}
Val has_value(Args args, Work& /*work*/) {
  return Val::boolean(args[0].as_optional() != nullptr);
}
Val value(Args args, Work& /*work*/) {
  const Val* held = args[0].as_optional();
  return held != nullptr ? *held : Val::error("optional.none() dereference");
}

constexpr auto kGlobal = LibraryRow::Form::kGlobal;
constexpr auto kMember = LibraryRow::Form::kMember;

constexpr LibraryRow kRows[] = {
    {"optional.of", kGlobal, "V -> optional(V)", of},
    {"optional.ofNonZeroValue", kGlobal, "V -> optional(V)", of_non_zero},
    {"optional.none", kGlobal, "-> optional(V)", none},
    {"value", kMember, "optional(V) -> V", value},
    {"hasValue", kMember, "optional(V) -> bool", has_value},
    {"or", kMember, "optional(V), optional(V) -> optional(V)", nullptr, Cost::kNone},
    {"orValue", kMember, "optional(V), V -> V", nullptr, Cost::kNone},
};

}  // namespace

Library optional_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
