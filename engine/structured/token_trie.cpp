#include "engine/structured/token_trie.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::structured {

std::shared_ptr<const TokenTrie> TokenTrie::build(const Tokenizer& tokenizer) {
  std::vector<std::string> bytes(tokenizer.size());
  std::vector<TokenId> ends;
  for (TokenId id = 0; id < tokenizer.size(); ++id) {
    const TokenKind kind = tokenizer.token_kind(id);
    if (tokenizer.is_end(id)) ends.push_back(id);
    if (kind == TokenKind::kControl || kind == TokenKind::kUnused || kind == TokenKind::kUnknown) {
      continue;
    }
    bytes[id] = tokenizer.token_bytes(id);
  }
  return build(std::move(bytes), std::move(ends));
}

std::shared_ptr<const TokenTrie> TokenTrie::build(std::vector<std::string> bytes,
                                                  std::vector<TokenId> ends) {
  return std::shared_ptr<const TokenTrie>(new TokenTrie(std::move(bytes), std::move(ends)));
}

TokenTrie::TokenTrie(std::vector<std::string> bytes, std::vector<TokenId> ends)
    : num_tokens_(static_cast<std::int32_t>(bytes.size())),
      bytes_(std::move(bytes)),
      ends_(std::move(ends)) {
  constexpr std::size_t kMaxBytes = UINT16_MAX;
  std::ranges::sort(ends_);
  for (const TokenId id : ends_) {
    INFERLAB_CHECK(id >= 0 && id < num_tokens_);
    bytes_[id].clear();
  }
  for (TokenId id = 0; id < num_tokens_; ++id) {
    if (bytes_[id].size() > kMaxBytes) bytes_[id].clear();
    if (bytes_[id].empty()) continue;
    sorted_.push_back(id);
    longest_bytes_ = std::max(longest_bytes_, bytes_[id].size());
  }
  std::ranges::stable_sort(sorted_, {},
                           [this](TokenId id) -> const std::string& { return bytes_[id]; });
  // A path of nodes from the root to the token before; what the next one shares with it stays.
  std::vector<std::uint32_t> path;
  const auto close_to = [&](std::size_t depth) {
    while (path.size() > depth) {
      nodes_[path.back()].end = static_cast<std::uint32_t>(nodes_.size());
      path.pop_back();
    }
  };
  for (std::uint32_t i = 0; i < sorted_.size(); ++i) {
    const std::string& text = bytes_[sorted_[i]];
    std::size_t shared = 0;
    while (shared < path.size() && shared < text.size() &&
           nodes_[path[shared]].byte == static_cast<std::uint8_t>(text[shared])) {
      ++shared;
    }
    close_to(shared);
    while (path.size() < text.size()) {
      path.push_back(static_cast<std::uint32_t>(nodes_.size()));
      nodes_.push_back({.end = 0,
                        .first_token = i,
                        .depth = static_cast<std::uint16_t>(path.size()),
                        .byte = static_cast<std::uint8_t>(text[path.size() - 1])});
    }
  }
  close_to(0);
  nodes_.push_back(
      {.end = 0, .first_token = static_cast<std::uint32_t>(sorted_.size()), .depth = 0, .byte = 0});
}

std::string_view TokenTrie::bytes(TokenId id) const {
  INFERLAB_CHECK(id >= 0 && id < num_tokens_);
  return bytes_[id];
}

bool TokenTrie::is_end(TokenId id) const {
  return std::ranges::binary_search(ends_, id);
}

}  // namespace inferlab::structured
