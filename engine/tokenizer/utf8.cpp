#include "engine/tokenizer/utf8.h"

#include "engine/base/check.h"

namespace inferlab {

Utf8Step utf8_step(std::string_view bytes) {
  using enum Utf8Step::Kind;
  INFERLAB_CHECK(!bytes.empty());
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return {.kind = kCharacter, .bytes = 1, .code = first};
  // The second byte's range keeps overlong forms, surrogates and what is above U+10FFFF out.
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xbf;
  char32_t code = 0;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
    code = first & 0x1fU;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
    code = first & 0x0fU;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
    code = first & 0x07U;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else {
    return {.kind = kInvalid, .bytes = 1, .code = kReplacementCharacter};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return {.kind = kIncomplete, .bytes = i, .code = kReplacementCharacter};
    if (at(i) < low || at(i) > high) {
      return {.kind = kInvalid, .bytes = i, .code = kReplacementCharacter};
    }
    code = (code << 6) | (at(i) & 0x3fU);
    low = 0x80;
    high = 0xbf;
  }
  return {.kind = kCharacter, .bytes = length, .code = code};
}

void append_utf8(std::string& to, char32_t code) {
  INFERLAB_CHECK(code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
  const auto put = [&to](char32_t byte) { to += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0U | (code >> 6));
  } else {
    if (code < 0x10000) {
      put(0xe0U | (code >> 12));
    } else {
      put(0xf0U | (code >> 18));
      put(0x80U | ((code >> 12) & 0x3fU));
    }
    put(0x80U | ((code >> 6) & 0x3fU));
  }
  put(0x80U | (code & 0x3fU));
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    const Utf8Step step = utf8_step(bytes);
    const bool whole = step.kind == Utf8Step::Kind::kCharacter;
    result += whole ? bytes.substr(0, step.bytes) : kReplacementUtf8;
    bytes.remove_prefix(step.bytes);
  }
  return result;
}

bool is_valid_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Utf8Step step = utf8_step(bytes);
    if (step.kind != Utf8Step::Kind::kCharacter) return false;
    bytes.remove_prefix(step.bytes);
  }
  return true;
}

}  // namespace inferlab
