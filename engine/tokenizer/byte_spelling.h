#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace inferlab {

/// GPT-2's spelling of bytes by printable characters: printable Latin-1 bytes stand for themselves,
/// the others for U+0100 and on, so that a vocabulary is plain text ("\u0120the" is " the").
class ByteSpelling {
 public:
  ByteSpelling();
  [[nodiscard]] std::string_view of(unsigned char byte) const { return spellings_[byte]; }
  /// The bytes that a token's text stands for; characters that stand for none stay as they are.
  [[nodiscard]] std::string decode(std::string_view text) const;

 private:
  std::array<std::string, 256> spellings_;
  // By character, all of which are below; -1 where there is no byte.
  std::array<std::int16_t, 0x144> bytes_;
};

}  // namespace inferlab
