#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace inferlab {

inline constexpr char32_t kReplacementCharacter = 0xfffd;
inline constexpr std::string_view kReplacementUtf8 = "\xef\xbf\xbd";

/// What stands at the beginning of some bytes. Source: WHATWG encoding standard, "UTF-8 decoder".
struct Utf8Step {
  enum class Kind : unsigned char {
    kCharacter,   ///< a whole character, in `code`
    kInvalid,     ///< a maximal part that no character begins with: one U+FFFD
    kIncomplete,  ///< the bytes end within a character
  };
  Kind kind;
  std::size_t bytes;  ///< how many it takes
  char32_t code;
};

/// Checks: bytes is not empty.
Utf8Step utf8_step(std::string_view bytes);

/// Checks: a character that UTF-8 can say.
void append_utf8(std::string& to, char32_t code);

/// Each invalid or incomplete part becomes one U+FFFD.
std::string to_valid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

}  // namespace inferlab
