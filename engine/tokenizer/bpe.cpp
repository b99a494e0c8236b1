#include "engine/tokenizer/bpe.h"

#include "engine/tokenizer/utf8.h"

namespace inferlab {

void BpeMerger::merge_word(std::string_view word, std::vector<TokenId>& out) {
  symbols_.clear();
  text_ = word;
  for (std::size_t i = 0; i < word.size(); ++i) {
    add_symbol(v_.byte_tokens[static_cast<unsigned char>(word[i])], i, 1);
  }
  run();
  for (const Symbol& symbol : symbols_) {
    if (symbol.bytes == 0) continue;
    const TokenId id = symbol.id == kNoToken ? v_.unknown : symbol.id;
    if (id != kNoToken) out.push_back(id);
  }
}

void BpeMerger::merge_text(std::string_view text, std::vector<TokenId>& out) {
  symbols_.clear();
  text_ = text;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t bytes = utf8_step(text.substr(i)).bytes;
    add_symbol(v_.mergeable.find(text.substr(i, bytes)), i, bytes);
    i += bytes;
  }
  run();
  bool after_unknown = false;
  for (const Symbol& symbol : symbols_) {
    if (symbol.bytes == 0) continue;
    if (symbol.id != kNoToken) {
      out.push_back(symbol.id);
      after_unknown = false;
      continue;
    }
    // All of a character's bytes, or one unknown token for it.
    const std::string_view bytes = text.substr(symbol.offset, symbol.bytes);
    const bool known = v_.has_bytes(bytes);
    if (known) {
      for (const char c : bytes) out.push_back(v_.byte_tokens[static_cast<unsigned char>(c)]);
    } else if (v_.unknown != kNoToken && !(after_unknown && v_.fuse_unknown)) {
      out.push_back(v_.unknown);
    }
    after_unknown = !known;
  }
}

void BpeMerger::add_symbol(TokenId id, std::size_t offset, std::size_t bytes) {
  const auto index = static_cast<std::int32_t>(symbols_.size());
  if (index > 0) symbols_.back().next = index;
  symbols_.push_back({.id = id,
                      .offset = static_cast<std::uint32_t>(offset),
                      .bytes = static_cast<std::uint32_t>(bytes),
                      .previous = index - 1,
                      .next = -1});
}

void BpeMerger::run() {
  for (std::int32_t i = 1; i < std::ssize(symbols_); ++i) propose(i - 1, i);
  while (!queue_.empty()) {
    const Candidate best = queue_.top();
    queue_.pop();
    Symbol& left = symbols_[best.left];
    Symbol& right = symbols_[best.right];
    if (left.bytes == 0 || right.bytes == 0 || left.next != best.right || left.id != best.left_id ||
        right.id != best.right_id) {
      continue;
    }
    left.id = best.result;
    left.bytes += right.bytes;
    right.bytes = 0;
    left.next = right.next;
    if (left.next >= 0) symbols_[left.next].previous = best.left;
    if (left.previous >= 0) propose(left.previous, best.left);
    if (left.next >= 0) propose(best.left, left.next);
  }
}

void BpeMerger::propose(std::int32_t left, std::int32_t right) {
  const Symbol& a = symbols_[left];
  const Symbol& b = symbols_[right];
  Candidate candidate{.cost = 0.0,
                      .left = left,
                      .right = right,
                      .left_id = a.id,
                      .right_id = b.id,
                      .result = kNoToken};
  if (v_.by_merges) {
    const MergeTable::Merge merge = v_.merges.find(a.id, b.id);
    if (merge.rank < 0) return;
    candidate.cost = merge.rank;
    candidate.result = merge.result;
  } else {
    // Longer than any token: not worth hashing, which also keeps the time linear.
    const std::size_t bytes = std::size_t{a.bytes} + b.bytes;
    if (bytes > v_.longest_mergeable) return;
    candidate.result = v_.mergeable.find(text_.substr(a.offset, bytes));
    if (candidate.result == kNoToken) return;
    candidate.cost = -static_cast<double>(v_.scores[candidate.result]);
  }
  queue_.push(candidate);
}

}  // namespace inferlab
