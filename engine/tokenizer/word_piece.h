#pragma once

#include <string_view>
#include <vector>

#include "engine/tokenizer/vocabulary.h"

namespace inferlab {

/// WordPiece: cuts a normalized text at white space and around punctuation, and each word into the
/// longest tokens from the left, the first of which is spelled with the space mark in GGUF; a word
/// that they do not make up is one unknown token.
/// Source: BERT's reference tokenizer; Hugging Face tokenizers' BertPreTokenizer and WordPiece.
void append_word_pieces(const Tokenizer::Vocabulary& vocabulary, std::string_view text,
                        std::vector<TokenId>& out);

}  // namespace inferlab
