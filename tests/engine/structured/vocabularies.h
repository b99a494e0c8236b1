#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/rng.h"
#include "engine/structured/grammar.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab::test {

using Trie = std::shared_ptr<const structured::TokenTrie>;

/// All bytes, and behind them <end>, a token without text, and `more`.
Trie byte_vocabulary(const std::vector<std::string>& more = {});
/// The pieces that tokens of large vocabularies have in JSON: marks that belong to several
/// terminals (`":"`, `"},`), words with a space in front, parts of characters, long spaces.
Trie json_vocabulary();
/// The tokenizer of the model in assets/.
const Tokenizer& model_tokenizer();
Trie model_vocabulary();
/// A small SentencePiece vocabulary.
Trie sentence_piece_vocabulary();

/// A mask, filled. Checks: no error.
std::vector<std::uint32_t> mask_of(structured::TokenMatcher& matcher,
                                   const structured::TokenTrie& trie);
inline bool allows(const std::vector<std::uint32_t>& mask, TokenId id) {
  return ((mask[static_cast<std::size_t>(id) / 32] >> (static_cast<unsigned>(id) % 32)) & 1U) != 0;
}

/// Whether the mask allows exactly the tokens that accept() takes; the first that differs, or -1.
TokenId first_wrong_bit(structured::TokenMatcher& matcher, const structured::TokenTrie& trie);

/// `text` as random tokens of the vocabulary. Checks: it has all bytes.
std::vector<TokenId> random_split(std::string_view text, const structured::TokenTrie& trie,
                                  Rng& rng);

/// Whether the whole text is a match, given token by token.
bool matches(const std::shared_ptr<const structured::Grammar>& grammar, std::string_view text,
             Rng& rng);

/// What a random model says: any allowed token at first, then what comes to an end. Checks every
/// mask, if `check_masks`. "" with `error` set when it did not end.
std::string random_answer(const std::shared_ptr<const structured::Grammar>& grammar, Rng& rng,
                          bool check_masks, std::string& error);

}  // namespace inferlab::test
