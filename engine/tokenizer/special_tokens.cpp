#include "engine/tokenizer/special_tokens.h"

#include <algorithm>

#include "engine/tokenizer/char_set.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab {
namespace {

/// Where the character before `at` begins. Checks: at > 0, valid UTF-8.
std::size_t character_before(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U);
  return at;
}

bool is_word(char32_t c) {
  static const CharSet kWord = CharSet::word();
  return kWord.contains(c);
}

}  // namespace

TokenId SpecialTokens::longest_at(std::string_view text, const PrefixIndex& index) const {
  TokenId longest = kNoToken;
  index.each(text, v_.texts, [&](TokenId id, std::size_t) {
    if (v_.kinds[id] == TokenKind::kControl && !parse_control_) return;
    if (std::ranges::find(hidden_, id) == hidden_.end()) longest = id;
  });
  return longest;
}

bool SpecialTokens::stands_alone(std::string_view text, std::size_t begin, std::size_t end) const {
  const bool before =
      begin > 0 && is_word(utf8_step(text.substr(character_before(text, begin))).code);
  const bool after = end < text.size() && is_word(utf8_step(text.substr(end)).code);
  return !before && !after;
}

std::optional<SpecialTokens::Match> SpecialTokens::next(std::string_view text, std::size_t from,
                                                        bool normalized) const {
  const PrefixIndex& index = normalized ? v_.normalized_specials : v_.specials;
  if (index.empty()) return std::nullopt;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (!index.may_begin(text[i])) continue;
    const TokenId id = longest_at(text.substr(i), index);
    if (id == kNoToken) continue;
    Match match{.begin = i, .end = i + v_.texts[id].size(), .id = id};
    if (v_.traits(id).single_word && !stands_alone(text, match.begin, match.end)) {
      i = match.end - 1;
      continue;
    }
    if (v_.traits(id).left_strip) {
      while (match.begin > from) {
        const std::size_t before = character_before(text, match.begin);
        if (!is_white_space(utf8_step(text.substr(before)).code)) break;
        match.begin = before;
      }
    }
    while (v_.traits(id).right_strip && match.end < text.size()) {
      const Utf8Step step = utf8_step(text.substr(match.end));
      if (!is_white_space(step.code)) break;
      match.end += step.bytes;
    }
    return match;
  }
  return std::nullopt;
}

}  // namespace inferlab
