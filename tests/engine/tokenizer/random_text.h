#pragma once

#include <cstdint>
#include <string>

#include "engine/base/rng.h"

namespace inferlab::test {

inline void append_code_point(std::string& to, std::uint32_t c) {
  const auto put = [&to](std::uint32_t byte) { to += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0U | (c >> 6));
    put(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    put(0xe0U | (c >> 12));
    put(0x80U | ((c >> 6) & 0x3fU));
    put(0x80U | (c & 0x3fU));
  } else {
    put(0xf0U | (c >> 18));
    put(0x80U | ((c >> 12) & 0x3fU));
    put(0x80U | ((c >> 6) & 0x3fU));
    put(0x80U | (c & 0x3fU));
  }
}

/// Valid UTF-8 from all of Unicode, with spaces, digits, quotes and line ends overrepresented.
inline std::string random_text(Rng& rng, std::uint64_t characters) {
  constexpr std::string_view kCommon = "  \n\r\t'sS019aetnop.,<|>";
  std::string text;
  while (characters-- > 0) {
    switch (rng.below(4)) {
      case 0:
      case 1:
        text += kCommon[rng.below(kCommon.size())];
        break;
      case 2:
        append_code_point(text, static_cast<std::uint32_t>(1 + rng.below(0x3000)));
        break;
      default: {
        const auto c = static_cast<std::uint32_t>(rng.below(0x110000));
        append_code_point(text, c >= 0xd800 && c <= 0xdfff ? 0x1f600U : c);
      }
    }
  }
  return text;
}

inline std::string random_bytes(Rng& rng, std::uint64_t count) {
  std::string bytes;
  while (count-- > 0) bytes += static_cast<char>(rng.below(256));
  return bytes;
}

}  // namespace inferlab::test
