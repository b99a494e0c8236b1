#pragma once

#include <array>
#include <span>
#include <string_view>

#include "engine/tokenizer/pre_tokenizer.h"

namespace inferlab {

/// A named split rule (`tokenizer.ggml.pre`), and what the name says besides.
struct SplitRule {
  std::string_view name;
  std::array<std::string_view, 6> patterns = {};       ///< the rest is empty
  std::array<std::string_view, 2> byte_patterns = {};  ///< as in PreTokenizer::compile
  /// A word that is a token is taken whole, without merging.
  bool words_first = false;
  /// Where the file does not say.
  bool add_bos = false;
  /// Merges on characters with spaces marked and byte tokens for the rest, as SentencePiece has
  /// it, instead of on bytes (Gemma 4).
  bool raw = false;

  [[nodiscard]] PreTokenizer compile() const;
};

/// All that are known. Of rules alike in all but the name the first is the one best known.
std::span<const SplitRule> split_rules();
/// Null when there is none.
const SplitRule* find_split_rule(std::string_view name);

}  // namespace inferlab
