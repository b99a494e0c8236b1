#include "engine/tokenizer/word_piece.h"

#include <algorithm>
#include <string>

#include "engine/tokenizer/char_set.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab {
namespace {

/// False, with nothing appended, when the tokens do not make the word up.
bool append_pieces(const Tokenizer::Vocabulary& v, std::string_view word,
                   std::vector<TokenId>& out) {
  const std::size_t before = out.size();
  std::string first;  // the word with its mark
  while (!word.empty()) {
    const bool begins = out.size() == before;
    if (begins) first = std::string(kSpaceMark) + std::string(word);
    const std::string_view rest = begins ? std::string_view(first) : word;
    const std::size_t mark = begins ? kSpaceMark.size() : 0;
    std::size_t bytes = std::min(rest.size(), v.longest_mergeable);
    TokenId id = kNoToken;
    // Tokens with the mark begin a word; one that stands in the text is a character like others.
    if (!begins && rest.starts_with(kSpaceMark)) bytes = 0;
    for (; bytes > mark; --bytes) {
      id = v.mergeable.find(rest.substr(0, bytes));
      if (id != kNoToken) break;
    }
    if (id == kNoToken) {
      out.resize(before);
      return false;
    }
    out.push_back(id);
    word.remove_prefix(bytes - mark);
  }
  return true;
}

}  // namespace

void append_word_pieces(const Tokenizer::Vocabulary& v, std::string_view text,
                        std::vector<TokenId>& out) {
  std::size_t begin = 0;       // of the word
  std::size_t characters = 0;  // in it
  const auto end_word = [&](std::size_t end) {
    if (characters == 0) return;
    const std::string_view word = text.substr(begin, end - begin);
    const bool fits = characters <= v.max_word_characters;
    if ((!fits || !append_pieces(v, word, out)) && v.unknown != kNoToken) out.push_back(v.unknown);
    characters = 0;
  };
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Step step = utf8_step(text.substr(i));
    const bool space = is_white_space(step.code);
    const bool alone = space || is_punctuation(step.code);
    if (alone) end_word(i);
    if (!space) {
      if (characters == 0) begin = i;
      ++characters;
    }
    i += step.bytes;
    if (alone) end_word(i);
  }
  end_word(text.size());
}

}  // namespace inferlab
