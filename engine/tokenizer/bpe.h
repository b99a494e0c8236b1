#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/vocabulary.h"

namespace inferlab {

/// Merges the symbols of one piece of text: always the best pair, of equals the leftmost, until
/// none is left. n log n by a queue of candidate pairs over a linked list of symbols.
/// One per call of encode(); keeps its memory from piece to piece.
class BpeMerger {
 public:
  explicit BpeMerger(const Tokenizer::Vocabulary& vocabulary) : v_(vocabulary) {}

  /// Byte-level BPE: appends the tokens of one word, raw bytes.
  void merge_word(std::string_view word, std::vector<TokenId>& out);
  /// SentencePiece: appends the tokens of a text, valid UTF-8 with its spaces already marked.
  void merge_text(std::string_view text, std::vector<TokenId>& out);

 private:
  struct Symbol {
    TokenId id;  // kNoToken: a character without token
    std::uint32_t offset;
    std::uint32_t bytes;  // 0 once merged into its left neighbour
    std::int32_t previous;
    std::int32_t next;
  };
  struct Candidate {
    double cost;  // rank, or the score's negative: both are exact in a double
    std::int32_t left;
    std::int32_t right;
    TokenId left_id;  // as they were when the pair was found: a changed symbol voids it
    TokenId right_id;
    TokenId result;
    bool operator>(const Candidate& other) const {
      return cost != other.cost ? cost > other.cost : left > other.left;
    }
  };

  void add_symbol(TokenId id, std::size_t offset, std::size_t bytes);
  void run();
  void propose(std::int32_t left, std::int32_t right);

  const Tokenizer::Vocabulary& v_;
  std::string_view text_;
  std::vector<Symbol> symbols_;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue_;
};

}  // namespace inferlab
