// Conversions between types: int("7"), string(1.5), timestamp("…"), type(x), dyn(x), size(x).
// Source: CEL language definition, the table of standard definitions.
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "sim/api/cel/overload.h"
#include "sim/api/cel/time.h"
#include "sim/api/utf8.h"

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

Val cannot(const Val& from, std::string_view to) {
  return Val::error("type conversion error from '" + from.type_name() + "' to '" + std::string(to) +
                    "'");
}

void drop_plus(std::string_view& text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
}

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  drop_plus(text);
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  return code == std::errc{} && end == text.data() + text.size();
}

// As Go reads it: "nan(…)" is none, and what is too small is zero, not an error.
bool read_double(std::string_view text, double& out) {
  drop_plus(text);
  if (text.find('(') != std::string_view::npos) return false;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (end != text.data() + text.size()) return false;
  if (code == std::errc{}) return true;
  if (code != std::errc::result_out_of_range) return false;
  // from_chars does not say on which side: strtod does. The text holds nothing but a number here.
  out = std::strtod(std::string(text).c_str(), nullptr);
  return std::isfinite(out);
}

Val same(Args args, Work& /*work*/) {
  return args[0];
}

Val to_bool(Args args, Work& /*work*/) {
  const std::string_view text = args[0].as_string();
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return Val::boolean(true);
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return Val::boolean(false);
  }
  return cannot(args[0], "bool");
}

Val to_bytes(Args args, Work& work) {
  work.bytes_left -= static_cast<std::int64_t>(args[0].as_string().size());
  return Val::bytes(std::string(args[0].as_string()));
}

Val to_double(Args args, Work& /*work*/) {
  const Val& from = args[0];
  if (from.is(Kind::kInt)) return Val::number(static_cast<double>(from.as_int()));
  if (from.is(Kind::kUint)) return Val::number(static_cast<double>(from.as_uint()));
  double number = 0;
  if (!read_double(from.as_string(), number)) return cannot(from, "double");
  return Val::number(number);
}

Val to_int(Args args, Work& /*work*/) {
  const Val& from = args[0];
  std::int64_t number = 0;
  switch (from.kind()) {
    case Kind::kDouble:
      // The limits themselves are refused: they are no integers that a double can tell apart.
      if (!(from.as_double() > -9223372036854775808.0 &&
            from.as_double() < 9223372036854775808.0)) {
        return Val::error("integer overflow");
      }
      return Val::integer(static_cast<std::int64_t>(from.as_double()));
    case Kind::kUint:
      if (from.as_uint() > static_cast<std::uint64_t>(INT64_MAX)) {
        return Val::error("integer overflow");
      }
      return Val::integer(static_cast<std::int64_t>(from.as_uint()));
    case Kind::kTimestamp:
      return Val::integer(from.as_timestamp().seconds);
    case Kind::kDuration:
      return Val::integer(from.as_duration().nanos);
    default:
      if (!read_number(from.as_string(), number)) return cannot(from, "int");
      return Val::integer(number);
  }
}

Val to_uint(Args args, Work& /*work*/) {
  const Val& from = args[0];
  std::uint64_t number = 0;
  switch (from.kind()) {
    case Kind::kDouble:
      if (!(from.as_double() >= 0 && from.as_double() < 18446744073709551616.0)) {
        return Val::error("unsigned integer overflow");
      }
      return Val::uinteger(static_cast<std::uint64_t>(from.as_double()));
    case Kind::kInt:
      if (from.as_int() < 0) return Val::error("unsigned integer overflow");
      return Val::uinteger(static_cast<std::uint64_t>(from.as_int()));
    default:
      if (!read_number(from.as_string(), number)) return cannot(from, "uint");
      return Val::uinteger(number);
  }
}

Val to_string(Args args, Work& work) {
  const Val& from = args[0];
  if (from.is(Kind::kString)) return from;
  if (!from.is(Kind::kBytes)) return made_string(from.text(), work);
  const std::string text(from.as_bytes());
  if (valid_utf8(text) != text) {
    return Val::error("invalid UTF-8 in bytes, cannot convert to string");
  }
  return made_string(text, work);
}

Val to_duration(Args args, Work& /*work*/) {
  if (args[0].is(Kind::kInt)) return Val::duration(Span{args[0].as_int()});
  const std::optional<Span> span = parse_span(args[0].as_string());
  return span ? Val::duration(*span) : cannot(args[0], "google.protobuf.Duration");
}

Val to_timestamp(Args args, Work& /*work*/) {
  if (args[0].is(Kind::kInt)) {
    if (!in_timestamp_range(args[0].as_int())) return Val::error("timestamp overflow");
    return Val::timestamp(Timestamp{.seconds = args[0].as_int()});
  }
  const std::optional<Timestamp> time = parse_timestamp(args[0].as_string());
  if (!time) return cannot(args[0], "google.protobuf.Timestamp");
  if (!in_timestamp_range(time->seconds)) return Val::error("timestamp overflow");
  return Val::timestamp(*time);
}

Val type_of(Args args, Work& /*work*/) {
  using TypeKind = Type::Kind;
  switch (args[0].kind()) {
    case Kind::kNull:
      return Val::type(Type(TypeKind::kNull));
    case Kind::kBool:
      return Val::type(Type(TypeKind::kBool));
    case Kind::kInt:
      return Val::type(Type(TypeKind::kInt));
    case Kind::kUint:
      return Val::type(Type(TypeKind::kUint));
    case Kind::kDouble:
      return Val::type(Type(TypeKind::kDouble));
    case Kind::kString:
      return Val::type(Type(TypeKind::kString));
    case Kind::kBytes:
      return Val::type(Type(TypeKind::kBytes));
    case Kind::kTimestamp:
      return Val::type(Type(TypeKind::kTimestamp));
    case Kind::kDuration:
      return Val::type(Type(TypeKind::kDuration));
    case Kind::kList:
      return Val::type(Type::list({}));
    case Kind::kMap:
      return Val::type(Type::map({}, {}));
    case Kind::kType:
      return Val::type(Type::type_of({}));
    default:
      return Val::type(Type::object(args[0].type_name()));
  }
}

Val size_of(Args args, Work& /*work*/) {
  const std::optional<std::size_t> size = args[0].size();
  return size ? Val::integer(static_cast<std::int64_t>(*size)) : no_such_overload();
}

constexpr auto kGlobal = LibraryRow::Form::kGlobal;
constexpr auto kBoth = LibraryRow::Form::kBoth;

constexpr LibraryRow kRows[] = {
    {"size", kBoth, "bytes -> int", size_of},
    {"size", kBoth, "list(A) -> int", size_of},
    {"size", kBoth, "map(A, B) -> int", size_of},
    {"size", kBoth, "string -> int", size_of},
    {"type", kGlobal, "A -> type(A)", type_of},
    {"dyn", kGlobal, "A -> dyn", same},
    {"bool", kGlobal, "bool -> bool", same},
    {"bool", kGlobal, "string -> bool", to_bool},
    {"bytes", kGlobal, "bytes -> bytes", same},
    {"bytes", kGlobal, "string -> bytes", to_bytes, Cost::kTraverse},
    {"double", kGlobal, "double -> double", same},
    {"double", kGlobal, "int -> double", to_double},
    {"double", kGlobal, "string -> double", to_double},
    {"double", kGlobal, "uint -> double", to_double},
    {"duration", kGlobal, "duration -> duration", same},
    {"duration", kGlobal, "int -> duration", to_duration},
    {"duration", kGlobal, "string -> duration", to_duration},
    {"int", kGlobal, "int -> int", same},
    {"int", kGlobal, "double -> int", to_int},
    {"int", kGlobal, "duration -> int", to_int},
    {"int", kGlobal, "string -> int", to_int},
    {"int", kGlobal, "timestamp -> int", to_int},
    {"int", kGlobal, "uint -> int", to_int},
    {"string", kGlobal, "string -> string", same},
    {"string", kGlobal, "bool -> string", to_string},
    {"string", kGlobal, "bytes -> string", to_string, Cost::kTraverse},
    {"string", kGlobal, "double -> string", to_string},
    {"string", kGlobal, "duration -> string", to_string},
    {"string", kGlobal, "int -> string", to_string},
    {"string", kGlobal, "timestamp -> string", to_string},
    {"string", kGlobal, "uint -> string", to_string},
    {"timestamp", kGlobal, "timestamp -> timestamp", same},
    {"timestamp", kGlobal, "int -> timestamp", to_timestamp},
    {"timestamp", kGlobal, "string -> timestamp", to_timestamp},
    {"uint", kGlobal, "uint -> uint", same},
    {"uint", kGlobal, "double -> uint", to_uint},
    {"uint", kGlobal, "int -> uint", to_uint},
    {"uint", kGlobal, "string -> uint", to_uint},
};

}  // namespace

Library conversion_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
