#include "labs/report/escape.h"

#include <fmt/format.h>

#include <cstdint>

namespace inferlab::labs {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t length = 1;  // bytes
  bool valid = false;
};

// The next character; an invalid byte counts as a character of its own.
Character next(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {lead, 1, false};
  std::uint32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {lead, 1, false};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[length] || code > 0x10FFFF || surrogate) return {lead, 1, false};
  return {code, length, true};
}

// What a terminal or a reader would not see as itself. Source: Unicode 15, general categories Cc
// and Cf (those that direct text or are invisible), noncharacters.
bool hidden(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD || code == 0x61C ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || (code & 0xFFFE) == 0xFFFE ||
         (code >= 0xE0000 && code <= 0xE007F);
}

}  // namespace

std::string for_terminal(std::string_view text, bool multiline) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = next(text);
    if (character.valid && (character.code == '\n' || character.code == '\t')) {
      out += multiline ? static_cast<char>(character.code) : ' ';
    } else if (character.valid && !hidden(character.code)) {
      out += text.substr(0, character.length);
    } else if (character.valid) {
      out += fmt::format("<U+{:04X}>", character.code);
    } else {
      out += fmt::format("<{:02X}>", character.code);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

std::string for_xml(std::string_view text) {
  std::string out;
  for (const char c : for_terminal(text, /*multiline=*/true)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace inferlab::labs
