#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/tokenizer/bpe.h"
#include "engine/tokenizer/special_tokens.h"
#include "engine/tokenizer/vocabulary.h"

namespace inferlab {

/// One call of encode(): cuts special tokens out, normalizes what lies between and makes tokens
/// of it as the vocabulary's family does.
class Encoder {
 public:
  /// As SpecialTokens.
  Encoder(const Tokenizer::Vocabulary& vocabulary, bool parse_control,
          std::span<const TokenId> hidden)
      : v_(vocabulary), specials_(vocabulary, parse_control, hidden), merger_(vocabulary) {}

  /// A token that stands before the text or behind it.
  void add_token(TokenId id) {
    ids_.push_back(id);
    after_special_ = true;
  }
  /// A special token within the text.
  void add_special(TokenId id) {
    add_token(id);
    at_start_ = false;
  }
  /// Checks: valid UTF-8.
  void add_text(std::string_view text);

  std::vector<TokenId> take() { return std::move(ids_); }

 private:
  void add_normalized(std::string_view text);
  void add_plain(std::string_view text);
  void add_bytes(std::string_view text);
  void add_marked(std::string_view text);
  void add_word(std::string_view word);

  const Tokenizer::Vocabulary& v_;
  SpecialTokens specials_;
  BpeMerger merger_;
  bool after_special_ = true;  // the start of a text counts as such
  bool at_start_ = true;       // no text yet
  std::vector<TokenId> ids_;
};

}  // namespace inferlab
