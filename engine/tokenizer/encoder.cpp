#include "engine/tokenizer/encoder.h"

#include <algorithm>
#include <string>

#include "engine/tokenizer/unigram.h"
#include "engine/tokenizer/word_piece.h"

namespace inferlab {

void Encoder::add_text(std::string_view text) {
  std::size_t begin = 0;
  while (const auto match = specials_.next(text, begin, /*normalized=*/false)) {
    add_normalized(text.substr(begin, match->begin - begin));
    add_special(match->id);
    begin = match->end;
  }
  add_normalized(text.substr(begin));
}

void Encoder::add_normalized(std::string_view text) {
  std::string normalized;
  if (!v_.normalizer.empty()) {
    normalized = v_.normalizer.apply(text);
    text = normalized;
  }
  std::size_t begin = 0;
  while (const auto match = specials_.next(text, begin, /*normalized=*/true)) {
    add_plain(text.substr(begin, match->begin - begin));
    add_special(match->id);
    begin = match->end;
  }
  add_plain(text.substr(begin));
}

void Encoder::add_plain(std::string_view text) {
  if (text.empty()) return;
  switch (v_.family) {
    case TokenizerFamily::kByteBpe:
      add_bytes(text);
      break;
    case TokenizerFamily::kWordPiece:
      append_word_pieces(v_, text, ids_);
      break;
    case TokenizerFamily::kSentencePiece:
    case TokenizerFamily::kUnigram:
      add_marked(text);
      break;
  }
  after_special_ = false;
  at_start_ = false;
}

void Encoder::add_bytes(std::string_view text) {
  std::string spaced;
  if (v_.add_space_prefix && after_special_ && !text.starts_with(' ')) {
    spaced = " " + std::string(text);
    text = spaced;
  }
  for (const std::string_view word : v_.pre_tokenizer.split(text)) add_word(word);
}

void Encoder::add_marked(std::string_view text) {
  std::string marked;
  marked.reserve(text.size() + kSpaceMark.size());
  if (v_.add_space_prefix && after_special_) {
    const bool has_space = text.starts_with(' ') || text.starts_with(kSpaceMark);
    const bool wanted = v_.space_prefix == SpacePrefix::kAlways ||
                        (!has_space && (at_start_ || v_.space_prefix == SpacePrefix::kUnlessSpace));
    if (wanted) marked = kSpaceMark;
  }
  for (const char c : text) {
    if (c == ' ') {
      marked += kSpaceMark;
    } else {
      marked += c;
    }
  }
  const bool unigram = v_.family == TokenizerFamily::kUnigram;
  if (v_.pre_tokenizer.empty()) {
    return unigram ? append_unigram(v_, marked, ids_) : merger_.merge_text(marked, ids_);
  }
  for (const std::string_view word : v_.pre_tokenizer.split(marked)) {
    if (unigram) {
      append_unigram(v_, word, ids_);
      continue;
    }
    const bool whole = v_.words_first ||
                       (v_.line_feeds_first && std::ranges::count(word, '\n') == std::ssize(word));
    const TokenId found = whole ? v_.mergeable.find(word) : kNoToken;
    if (found != kNoToken) {
      ids_.push_back(found);
    } else {
      merger_.merge_text(word, ids_);
    }
  }
}

void Encoder::add_word(std::string_view word) {
  if (v_.words_first) {
    if (const TokenId found = v_.by_bytes.find(word); found != kNoToken) {
      ids_.push_back(found);
      return;
    }
  }
  merger_.merge_word(word, ids_);
}

}  // namespace inferlab
