// The printing half of json.h.
#include <charconv>
#include <cmath>

#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

void print_string(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(run, i - run));
    run = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        out += "\\u00";
        out.push_back(kHex[c >> 4]);
        out.push_back(kHex[c & 15]);
    }
  }
  out.append(text.substr(run));
  out.push_back('"');
}

// As Go's encoding/json: fixed notation for exponents from -6 to 20, else 1e+21 and 1e-7.
void print_double(double value, std::string& out) {
  if (!std::isfinite(value)) {  // JSON has no word for it
    out += "null";
    return;
  }
  char text[64];
  const double size = std::fabs(value);
  const bool scientific = size != 0 && (size < 1e-6 || size >= 1e21);
  const auto end =
      std::to_chars(text, text + sizeof text, value,
                    scientific ? std::chars_format::scientific : std::chars_format::fixed)
          .ptr;
  std::string_view printed(text, static_cast<std::size_t>(end - text));
  const std::size_t e = printed.find('e');
  if (e != std::string_view::npos && printed.substr(e + 1, 2) == "-0") {  // e-09 is e-9
    out.append(printed.substr(0, e + 2));
    out.append(printed.substr(e + 3));
    return;
  }
  out.append(printed);
}

// indent < 0: compact.
void print(const Value& value, int indent, std::size_t level, std::string& out) {
  const auto new_line = [&](std::size_t depth) {
    if (indent < 0) return;
    out.push_back('\n');
    out.append(depth * static_cast<std::size_t>(indent), ' ');
  };
  switch (value.kind()) {
    case Value::Kind::kNull:
      out += "null";
      return;
    case Value::Kind::kBool:
      out += value.as_bool() ? "true" : "false";
      return;
    case Value::Kind::kInt:
      out += std::to_string(value.as_int());
      return;
    case Value::Kind::kDouble:
      print_double(value.as_double(), out);
      return;
    case Value::Kind::kString:
      print_string(value.as_string(), out);
      return;
    case Value::Kind::kArray: {
      out.push_back('[');
      bool first = true;
      for (const Value& item : value.items()) {
        if (!first) out.push_back(',');
        first = false;
        new_line(level + 1);
        print(item, indent, level + 1, out);
      }
      if (!first) new_line(level);
      out.push_back(']');
      return;
    }
    case Value::Kind::kObject: {
      out.push_back('{');
      bool first = true;
      for (const Value::Member& member : value.members()) {
        if (!first) out.push_back(',');
        first = false;
        new_line(level + 1);
        print_string(member.key, out);
        out += indent < 0 ? ":" : ": ";
        print(member.value, indent, level + 1, out);
      }
      if (!first) new_line(level);
      out.push_back('}');
      return;
    }
  }
}

}  // namespace

std::string to_json(const Value& value) {
  std::string out;
  print(value, -1, 0, out);
  return out;
}

std::string to_json(const Value& value, int indent) {
  std::string out;
  print(value, indent, 0, out);
  return out;
}

}  // namespace inferlab::sim
