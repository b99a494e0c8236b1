#include "engine/tokenizer/byte_spelling.h"

#include "engine/tokenizer/utf8.h"

namespace inferlab {

ByteSpelling::ByteSpelling() {
  bytes_.fill(-1);
  char32_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    const char32_t code = printable ? byte : next++;
    std::string& spelling = spellings_[byte];
    if (code < 0x80) {
      spelling += static_cast<char>(code);
    } else {
      spelling += static_cast<char>(0xc0U | (code >> 6));
      spelling += static_cast<char>(0x80U | (code & 0x3fU));
    }
    bytes_.at(code) = static_cast<std::int16_t>(byte);
  }
}

std::string ByteSpelling::decode(std::string_view text) const {
  std::string result;
  while (!text.empty()) {
    const Utf8Step step = utf8_step(text);
    const bool spells = step.kind == Utf8Step::Kind::kCharacter && step.code < bytes_.size() &&
                        bytes_[step.code] >= 0;
    if (spells) {
      result += static_cast<char>(bytes_[step.code]);
    } else {
      result += text.substr(0, step.bytes);
    }
    text.remove_prefix(step.bytes);
  }
  return result;
}

}  // namespace inferlab
