#include "sim/api/cel/library/compare.h"

#include <cmath>

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

template <typename T>
Ordering order(const T& a, const T& b) {
  return {.sign = a < b ? -1 : b < a ? 1 : 0};
}

Ordering reversed(Ordering ordering) {
  ordering.sign = -ordering.sign;
  return ordering;
}

Ordering compare_int_uint(std::int64_t a, std::uint64_t b) {
  return a < 0 ? Ordering{.sign = -1} : order(static_cast<std::uint64_t>(a), b);
}

Ordering compare_double(double a, const Val& b) {
  const double other = b.is(Kind::kInt)    ? static_cast<double>(b.as_int())
                       : b.is(Kind::kUint) ? static_cast<double>(b.as_uint())
                                           : b.as_double();
  if (std::isnan(a) || std::isnan(other)) return {.error = "NaN values cannot be ordered"};
  return order(a, other);
}

bool is_number(const Val& val) {
  return val.is(Kind::kInt) || val.is(Kind::kUint) || val.is(Kind::kDouble);
}

}  // namespace

Ordering compare(const Val& a, const Val& b) {
  if (is_number(a) && is_number(b)) {
    if (a.is(Kind::kDouble)) return compare_double(a.as_double(), b);
    if (b.is(Kind::kDouble)) return reversed(compare_double(b.as_double(), a));
    if (a.is(Kind::kInt) && b.is(Kind::kInt)) return order(a.as_int(), b.as_int());
    if (a.is(Kind::kUint) && b.is(Kind::kUint)) return order(a.as_uint(), b.as_uint());
    if (a.is(Kind::kInt)) return compare_int_uint(a.as_int(), b.as_uint());
    return reversed(compare_int_uint(b.as_int(), a.as_uint()));
  }
  if (a.kind() != b.kind()) return {.error = "no such overload"};
  switch (a.kind()) {
    case Kind::kBool:
      return order(a.as_bool(), b.as_bool());
    case Kind::kString:
      return order(a.as_string(), b.as_string());
    case Kind::kBytes:
      return order(a.as_bytes(), b.as_bytes());
    case Kind::kTimestamp:
      return order(a.as_timestamp(), b.as_timestamp());
    case Kind::kDuration:
      return order(a.as_duration(), b.as_duration());
    default:
      return {.error = "no such overload"};
  }
}

}  // namespace inferlab::sim::cel
