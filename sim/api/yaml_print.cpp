// to_yaml: the block style of sigs.k8s.io/yaml, which kubectl prints.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "sim/api/yaml_scalar.h"

namespace inferlab::sim {
namespace {

// One character of valid UTF-8 at `at`.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const std::uint32_t first = byte(at);
  const std::size_t bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t code = bytes == 1 ? first : first & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes && at + i < text.size(); ++i) {
    code = (code << 6) | (byte(at + i) & 0x3fU);
  }
  return {code, bytes};
}

// As libyaml's emitter and its ports to Go see it: they escape a byte order mark, and everything
// beyond the basic plane.
bool is_printable(std::uint32_t code) {
  return code == '\n' || (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xd7ff) ||
         (code >= 0xe000 && code <= 0xfffd && code != 0xfeff);
}

bool is_printable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (!is_printable(character.code)) return false;
    at += character.bytes;
  }
  return true;
}

void print_escape(std::uint32_t code, std::string& out) {
  constexpr std::pair<std::uint32_t, char> kShort[] = {
      {0x00, '0'}, {0x07, 'a'}, {0x08, 'b'}, {0x09, 't'}, {0x0a, 'n'}, {0x0b, 'v'},
      {0x0c, 'f'}, {0x0d, 'r'}, {0x1b, 'e'}, {'"', '"'},  {'\\', '\\'}};
  out.push_back('\\');
  for (const auto& [known, letter] : kShort) {
    if (known == code) {
      out.push_back(letter);
      return;
    }
  }
  out += code <= 0xff     ? fmt::format("x{:02X}", code)
         : code <= 0xffff ? fmt::format("u{:04X}", code)
                          : fmt::format("U{:08X}", code);
}

// In double quotes, on one line. U+0085 as \x85: yaml-cpp reads the short form, \N, wrongly.
void print_quoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (is_printable(character.code) && character.code != '\n' && character.code != '"' &&
        character.code != '\\') {
      out.append(text.substr(at, character.bytes));
    } else {
      print_escape(character.code, out);
    }
    at += character.bytes;
  }
  out.push_back('"');
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
    print_quoted(text, out);
  } else if (literal_allowed(text)) {
    print_literal(text, indent, out);
  } else if (text.find('\n') != std::string_view::npos) {
    print_quoted(text, out);
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
      print_quoted(member.key, out);  // a key stands on one line
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
