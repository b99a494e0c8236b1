// to_yaml: the block style of sigs.k8s.io/yaml, which kubectl prints.
#include <algorithm>

#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "sim/api/yaml_scalar.h"

namespace inferlab::sim {
namespace {

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\n' || (byte >= 0x20 && byte != 0x7f);
  });
}

// Would it read as something else than this string?
bool looks_typed(std::string_view text) {
  if (!plain_yaml_scalar(text).is_string() || text == "<<" || text == "=") return true;
  if (text == ".nan" || text == ".NaN" || text == ".NAN" || text.ends_with(".inf") ||
      text.ends_with(".Inf")) {
    return true;
  }
  // Numbers to base 60 (12:30) and dates, which older readers type.
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool numeric =
      !text.empty() && digit(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
        return digit(c) || c == ':' || c == '.' || c == '-' || c == '_';
      });
  if (!numeric) {
    return text.size() >= 10 && digit(text[0]) && text[4] == '-' && text[7] == '-' &&
           digit(text[8]) &&
           (text.size() == 10 || text[10] == 'T' || text[10] == 't' || text[10] == ' ');
  }
  if (text.find(':') != std::string_view::npos) return text.find('-') == std::string_view::npos;
  return text.size() == 10 && text[4] == '-' && text[7] == '-';
}

// May it stand without quotes? Source: YAML 1.1, "Plain style"; libyaml's emitter.
bool plain_allowed(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  constexpr std::string_view kIndicators = "#,[]{}&*!|>'\"%@`";
  if (kIndicators.find(text.front()) != std::string_view::npos) return false;
  const char first = text.front();
  if ((first == '-' || first == '?' || first == ':') && (text.size() == 1 || text[1] == ' '))
    return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  if (text.find(": ") != std::string_view::npos || text.back() == ':') return false;
  return text.find(" #") == std::string_view::npos && text.find('\n') == std::string_view::npos;
}

bool literal_allowed(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == '\n' || text.front() == ' ')
    return false;
  return text.find(" \n") == std::string_view::npos && text.back() != ' ';
}

void print_literal(std::string_view text, std::size_t indent, std::string& out) {
  out += "|";
  if (!text.ends_with('\n')) {
    out += "-";
  } else if (text.ends_with("\n\n")) {
    out += "+";
  }
  std::string_view rest = text;
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  while (true) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    out.push_back('\n');
    if (!line.empty()) out.append(indent, ' ');
    out.append(line);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

void print_string(std::string_view text, std::size_t indent, std::string& out) {
  if (!is_printable(text) || looks_typed(text)) {
    out += to_json(Value(text));
  } else if (literal_allowed(text)) {
    print_literal(text, indent, out);
  } else if (text.find('\n') != std::string_view::npos) {
    out += to_json(Value(text));
  } else if (plain_allowed(text)) {
    out.append(text);
  } else {
    out.push_back('\'');
    for (const char c : text) {
      out.push_back(c);
      if (c == '\'') out.push_back('\'');
    }
    out.push_back('\'');
  }
}

void print(const Value& value, std::size_t indent, bool at_line_start, std::string& out);

void print_members(const Value& value, std::size_t indent, bool at_line_start, std::string& out) {
  bool first = true;
  for (const Value::Member& member : value.members()) {
    if (!first || !at_line_start) out.append(indent, ' ');
    first = false;
    // YAML takes no longer key before a colon than 1024 characters; libyaml, 128.
    const bool marked = member.key.size() > 128;
    if (marked) out += "? ";
    if (member.key.find('\n') != std::string::npos) {
      out += to_json(Value(member.key));  // a key stands on one line
    } else {
      print_string(member.key, indent, out);
    }
    if (marked) out.append("\n").append(indent, ' ');
    out.push_back(':');
    const Value& inner = member.value;
    if (inner.is_object() && !inner.empty()) {
      out.push_back('\n');
      print_members(inner, indent + 2, false, out);
    } else if (inner.is_array() && !inner.empty()) {
      out.push_back('\n');
      print(inner, marked ? indent + 2 : indent, false, out);
    } else {
      out.push_back(' ');
      print(inner, indent + 2, true, out);
    }
  }
}

// Leaves the output at the start of a line. `at_line_start`: the indentation is written already.
void print(const Value& value, std::size_t indent, bool at_line_start, std::string& out) {
  if (value.is_object() && !value.empty()) {
    print_members(value, indent, at_line_start, out);
    return;
  }
  if (value.is_array() && !value.empty()) {
    bool first = true;
    for (const Value& item : value.items()) {
      if (!first || !at_line_start) out.append(indent, ' ');
      first = false;
      out += "- ";
      print(item, indent + 2, true, out);
    }
    return;
  }
  if (value.is_string()) {
    // The lines of a text are indented even where it is the whole document.
    print_string(value.as_string(), std::max<std::size_t>(indent, 2), out);
  } else {
    out += to_json(value);  // numbers, bools, null, {} and [] are written alike
  }
  out.push_back('\n');
}

}  // namespace

std::string to_yaml(const Value& value) {
  std::string out;
  print(value, 0, true, out);
  return out;
}

}  // namespace inferlab::sim
