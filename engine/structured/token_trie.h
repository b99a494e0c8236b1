#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/tokenizer.h"

namespace inferlab::structured {

/// The vocabulary of one tokenizer as a trie over bytes, so that tokens that begin alike are tried
/// together. Built once for each tokenizer. Immutable, so any thread may use it.
class TokenTrie {
 public:
  /// A trie's node, in preorder: what is below node i are the nodes i + 1 to `end` - 1.
  struct Node {
    std::uint32_t end;
    std::uint32_t first_token;  ///< tokens that end here: sorted()[first_token] up to the next
                                ///< node's first_token
    std::uint16_t depth;        ///< bytes from the root
    std::uint8_t byte;
  };

  /// Of the tokens that are text. Control, unused and unknown tokens and those that end the
  /// generation are none; neither are texts longer than 65,535 bytes.
  static std::shared_ptr<const TokenTrie> build(const Tokenizer& tokenizer);
  /// `bytes[id]` is what token id stands for; what is empty, or an end, is never text.
  static std::shared_ptr<const TokenTrie> build(std::vector<std::string> bytes,
                                                std::vector<TokenId> ends);

  [[nodiscard]] std::int32_t num_tokens() const { return num_tokens_; }
  /// 32-bit words of a mask.
  [[nodiscard]] std::size_t num_words() const { return (num_tokens_ + 31U) / 32; }
  /// Without the root. The last one is a sentinel: only its first_token counts.
  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  /// Token ids in the order of their bytes.
  [[nodiscard]] std::span<const TokenId> sorted() const { return sorted_; }
  /// Empty for what is not text. Checks: 0 <= id < num_tokens().
  [[nodiscard]] std::string_view bytes(TokenId id) const;
  [[nodiscard]] const std::vector<TokenId>& ends() const { return ends_; }
  [[nodiscard]] bool is_end(TokenId id) const;
  [[nodiscard]] std::size_t longest_bytes() const { return longest_bytes_; }

 private:
  TokenTrie(std::vector<std::string> bytes, std::vector<TokenId> ends);

  std::int32_t num_tokens_;
  std::vector<std::string> bytes_;
  std::vector<TokenId> ends_;  // sorted
  std::vector<TokenId> sorted_;
  std::vector<Node> nodes_;
  std::size_t longest_bytes_ = 0;
};

}  // namespace inferlab::structured
