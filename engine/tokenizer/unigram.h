#pragma once

#include <string_view>
#include <vector>

#include "engine/tokenizer/vocabulary.h"

namespace inferlab {

/// Unigram: the tokens that make up a text (normalized, its spaces marked) with the greatest sum
/// of scores, by Viterbi's algorithm. A character without token costs ten more than the worst one
/// and is unknown, a run of them one token, unless there are tokens for its bytes.
/// Source: Kudo, "Subword Regularization" (ACL 2018), section 3.2; SentencePiece, where the ten is.
void append_unigram(const Tokenizer::Vocabulary& vocabulary, std::string_view text,
                    std::vector<TokenId>& out);

}  // namespace inferlab
