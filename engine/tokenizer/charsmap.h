#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab {

/// SentencePiece's table of replacements (`tokenizer.ggml.precompiled_charsmap`): the number of
/// bytes of a Darts double array over UTF-8, the array, and the replacements, each ended by a zero.
/// Source: SentencePiece, doc/normalization.md; the Darts-clone documentation.
class Charsmap {
 public:
  Charsmap() = default;
  /// kInvalid when the lengths contradict each other.
  static Result<Charsmap> parse(std::span<const unsigned char> bytes);

  /// Replaces from the left, the longest entry at each place. A replacement stands for a whole
  /// cluster in Hugging Face's implementation and for bytes in SentencePiece's; this is the latter.
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  struct Match {
    std::size_t bytes;  // of the text; 0: none
    std::uint32_t replacement;
  };
  [[nodiscard]] Match longest(std::string_view text) const;

  std::vector<std::uint32_t> units_;
  std::string replacements_;
};

}  // namespace inferlab
