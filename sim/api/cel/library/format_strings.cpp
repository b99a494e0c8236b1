// "%s has %d".format([name, count]).
// Source: cel-go, "ext/strings", Format; numbers are written as in American English, which is what
// it does when nobody says otherwise.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

namespace {

using Kind = Val::Kind;

constexpr int kDefaultPrecision = 6;
constexpr int kMostPrecision = 1000;

Val format_error(std::string_view why) {
  return Val::error("error during formatting: " + std::string(why));
}
Val clause_error(std::string_view why) {
  return Val::error("could not parse formatting clause: " + std::string(why));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out + '"';
}

Val as_text(const Val& val, int depth = 0);

// A value inside a list or map, as an expression would write it.
Val nested_text(const Val& val, int depth) {
  switch (val.kind()) {
    case Kind::kString:
      return Val::string(quoted(val.as_string()));
    case Kind::kBytes:
      return Val::string("b" + quoted(val.as_bytes()));
    case Kind::kDouble:
      if (std::isnan(val.as_double())) return Val::string("\"NaN\"");
      if (std::isinf(val.as_double())) {
        return Val::string(val.as_double() > 0 ? "\"+Inf\"" : "\"-Inf\"");
      }
      return Val::string(fmt::format("{:.6f}", val.as_double()));
    case Kind::kType:
      return Val::string("type(" + val.text() + ")");
    case Kind::kDuration:
      return Val::string("duration(" + quoted(val.text()) + ")");
    case Kind::kTimestamp:
      return Val::string("timestamp(" + quoted(val.text()) + ")");
    default:
      return as_text(val, depth + 1);
  }
}

Val list_text(const ListData& list, int depth) {
  std::string out = "[";
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Val item = nested_text(list.at(i), depth);
    if (item.is_error()) return item;
    if (i > 0) out += ", ";
    out += item.as_string();
  }
  return Val::string(out + "]");
}

Val map_text(const MapData& map, int depth) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const Val key = map.key_at(i);
    const Val value = nested_text(map.value_at(i), depth);
    if (value.is_error()) return value;
    entries.emplace_back(key.is(Kind::kString) ? quoted(key.as_string()) : key.text(),
                         std::string(value.as_string()));
  }
  std::sort(entries.begin(), entries.end());
  std::string out = "{";
  for (const auto& [key, value] : entries) {
    if (out.size() > 1) out += ", ";
    out += key + ":" + value;
  }
  return Val::string(out + "}");
}

Val as_text(const Val& val, int depth) {
  // Documents are not deeper than their reader lets them be; expressions are not either.
  if (depth > 1000) return format_error("nested too deeply");
  switch (val.kind()) {
    case Kind::kList:
      return list_text(val.as_list(), depth);
    case Kind::kMap:
      return map_text(val.as_map(), depth);
    case Kind::kOpaque:
    case Kind::kOptional:
      return format_error(
          "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, "
          "types, durations, and timestamps, was given " +
          val.type_name());
    case Kind::kString:
      return val;
    default:
      return Val::string(val.text());
  }
}

Val in_base(const Val& val, int base) {
  std::string out(70, '\0');
  char* const end = out.data() + out.size();
  const auto result = val.is(Kind::kInt) ? std::to_chars(out.data(), end, val.as_int(), base)
                                         : std::to_chars(out.data(), end, val.as_uint(), base);
  out.resize(static_cast<std::size_t>(result.ptr - out.data()));
  return Val::string(out);
}

Val decimal(const Val& val) {
  if (val.is(Kind::kInt) || val.is(Kind::kUint)) return in_base(val, 10);
  return format_error("decimal clause can only be used on integers, was given " + val.type_name());
}

Val binary(const Val& val) {
  if (val.is(Kind::kBool)) return Val::string(val.as_bool() ? "1" : "0");
  if (val.is(Kind::kInt) || val.is(Kind::kUint)) return in_base(val, 2);
  return format_error("only integers and bools can be formatted as binary, was given " +
                      val.type_name());
}

Val octal(const Val& val) {
  if (val.is(Kind::kInt) || val.is(Kind::kUint)) return in_base(val, 8);
  return format_error("octal clause can only be used on integers, was given " + val.type_name());
}

Val hex(const Val& val, bool upper) {
  std::string out;
  if (val.is(Kind::kInt) || val.is(Kind::kUint)) {
    out = in_base(val, 16).as_string();
  } else if (val.is(Kind::kString) || val.is(Kind::kBytes)) {
    const std::string_view bytes = val.is(Kind::kString) ? val.as_string() : val.as_bytes();
    for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  } else {
    return format_error(
        "only integers, byte buffers, and strings can be formatted as hex, was given " +
        val.type_name());
  }
  if (upper) {
    for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 0x20 : c);
  }
  return Val::string(out);
}

// The number of a floating-point clause; some texts stand for numbers that have no literal.
std::optional<double> floating(const Val& val) {
  if (val.is(Kind::kDouble)) return val.as_double();
  if (!val.is(Kind::kString)) return std::nullopt;
  if (val.as_string() == "NaN") return std::nan("");
  if (val.as_string() == "Infinity") return INFINITY;
  if (val.as_string() == "-Infinity") return -INFINITY;
  return std::nullopt;
}

std::optional<std::string> not_finite(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "\u221e" : "-\u221e";
  return std::nullopt;
}

Val fixed(const Val& val, int precision) {
  const std::optional<double> number = floating(val);
  if (!number) {
    return format_error("fixed-point clause can only be used on doubles, was given " +
                        val.type_name());
  }
  if (const auto name = not_finite(*number)) return Val::string(*name);
  std::string out = fmt::format("{:.{}f}", *number, precision);
  // Thousands are set apart by commas.
  const std::size_t sign = out.front() == '-' ? 1 : 0;
  const std::size_t whole = std::min(out.find('.'), out.size());
  for (std::size_t at = whole; at > sign + 3; at -= 3) out.insert(at - 3, ",");
  return Val::string(out);
}

Val scientific(const Val& val, int precision) {
  static constexpr std::string_view kRaised[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                                 "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
  const std::optional<double> number = floating(val);
  if (!number) {
    return format_error("scientific clause can only be used on doubles, was given " +
                        val.type_name());
  }
  if (const auto name = not_finite(*number)) return Val::string(*name);
  const std::string plain = fmt::format("{:.{}e}", *number, precision);
  const std::size_t e = plain.find('e');
  std::string out = plain.substr(0, e) + "\u202f\u00d7\u202f10";
  for (const char c : plain.substr(e + 1)) {
    if (c == '-') out += "\u207b";
    if (c >= '0' && c <= '9') out += kRaised[c - '0'];
  }
  return Val::string(out);
}

Val clause(char kind, const Val& val, int precision) {
  switch (kind) {
    case 's':
      return as_text(val);
    case 'd':
      return decimal(val);
    case 'f':
      return fixed(val, precision);
    case 'e':
      return scientific(val, precision);
    case 'b':
      return binary(val);
    case 'x':
    case 'X':
      return hex(val, kind == 'X');
    case 'o':
      return octal(val);
    default:
      return clause_error(fmt::format("unrecognized formatting clause \"{}\"", kind));
  }
}

Val format(Args args, Work& work) {
  const std::string_view pattern = args[0].as_string();
  const ListData& values = args[1].as_list();
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '%') {
      out += pattern[at];
      continue;
    }
    if (++at < pattern.size() && pattern[at] == '%') {
      out += '%';
      continue;
    }
    if (used >= values.size()) return Val::error(fmt::format("index {} out of range", used));
    if (at >= pattern.size()) return Val::error("unexpected end of string");
    int precision = kDefaultPrecision;
    if (pattern[at] == '.') {
      std::size_t end = at + 1;
      while (end < pattern.size() && pattern[end] >= '0' && pattern[end] <= '9') ++end;
      const auto [stop, code] =
          std::from_chars(pattern.data() + at + 1, pattern.data() + end, precision);
      if (end >= pattern.size()) {
        return clause_error(
            "error while parsing precision: could not find end of precision specifier");
      }
      if (code != std::errc{} || precision > kMostPrecision) {
        return clause_error(
            "error while parsing precision: error while converting precision to integer");
      }
      at = end;
    }
    const Val piece = clause(pattern[at], values.at(used++), precision);
    if (piece.is_error()) return piece;
    work.bytes_left -= static_cast<std::int64_t>(piece.as_string().size());
    if (work.spent()) break;
    out += piece.as_string();
  }
  return made_string(std::move(out), work);
}

constexpr LibraryRow kRows[] = {
    {"format", LibraryRow::Form::kMember, "string, list(dyn) -> string", format, Cost::kTraverse},
};

}  // namespace

Library format_string_library() {
  return kRows;
}

}  // namespace inferlab::sim::cel
