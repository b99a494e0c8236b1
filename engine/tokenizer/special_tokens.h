#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/tokenizer/prefix_index.h"
#include "engine/tokenizer/vocabulary.h"

namespace inferlab {

/// Control and user-defined tokens, found in a text from the left, the longest first.
/// Source: Hugging Face tokenizers' "added tokens" (lstrip, rstrip, single_word).
class SpecialTokens {
 public:
  struct Match {
    std::size_t begin;  ///< with the white space that goes along
    std::size_t end;
    TokenId id;
  };

  /// `parse_control`: whether control tokens are recognised. `hidden`: tokens that are not.
  SpecialTokens(const Tokenizer::Vocabulary& vocabulary, bool parse_control,
                std::span<const TokenId> hidden)
      : v_(vocabulary), parse_control_(parse_control), hidden_(hidden) {}

  /// The first match that begins at `from` or later. `normalized`: of the tokens that are looked
  /// for after the normalizer, otherwise of the others.
  [[nodiscard]] std::optional<Match> next(std::string_view text, std::size_t from,
                                          bool normalized) const;

 private:
  [[nodiscard]] TokenId longest_at(std::string_view text, const PrefixIndex& index) const;
  [[nodiscard]] bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) const;

  const Tokenizer::Vocabulary& v_;
  bool parse_control_;
  std::span<const TokenId> hidden_;
};

}  // namespace inferlab
