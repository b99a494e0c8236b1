#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/tokenizer/normalizer.h"
#include "engine/tokenizer/pre_tokenizer.h"
#include "engine/tokenizer/prefix_index.h"
#include "engine/tokenizer/token_table.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

enum class TokenizerFamily : std::uint8_t {
  kByteBpe,        ///< merges of bytes
  kSentencePiece,  ///< merges of characters, spaces marked, bytes for what has no token
  kWordPiece,
  kUnigram,
};

/// When a text gets the space in front that `add_space_prefix` speaks of.
enum class SpacePrefix : std::uint8_t { kAlways, kUnlessSpace, kFirstUnlessSpace };

inline constexpr TokenId kNoToken = -1;
inline constexpr std::string_view kSpaceMark = "\xe2\x96\x81";  // U+2581, SentencePiece's space

/// The tokenizer part of a GGUF file's metadata, checked and indexed. Immutable after load().
struct Tokenizer::Vocabulary {
  /// What else is particular about a special token.
  struct Traits {
    bool left_strip = false;
    bool right_strip = false;
    bool single_word = false;
  };

  static Result<Vocabulary> load(const GgufFile& file);

  Vocabulary() = default;
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;
  // The tables would point into the original.
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  TokenizerFamily family = TokenizerFamily::kByteBpe;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  /// A word that is a token is taken whole, without merging (Llama 3).
  bool words_first = false;
  /// The same for words of line feeds alone (Gemma 4).
  bool line_feeds_first = false;
  bool by_merges = false;         ///< merges by rank, not by score
  bool fuse_unknown = false;      ///< a run of unknown characters is one token
  bool add_space_prefix = false;  ///< SentencePiece, Unigram; in WordPiece it shows in decoding
  SpacePrefix space_prefix = SpacePrefix::kAlways;
  std::size_t max_word_characters = 100;  ///< WordPiece
  double unknown_score = 0;               ///< Unigram
  bool add_bos = false;
  bool add_eos = false;
  std::optional<TokenId> bos;
  std::optional<TokenId> eos;
  std::optional<TokenId> eot;
  TokenId unknown = kNoToken;

  std::vector<std::string> texts;  ///< as spelled in the file
  std::vector<std::string> bytes;  ///< what a token stands for; empty for control tokens
  std::vector<TokenKind> kinds;
  std::vector<float> scores;  ///< SentencePiece: higher merges first
  std::vector<bool> ends;     ///< generation stops here
  std::array<TokenId, 256> byte_tokens;
  TokenTable by_text;
  /// What merging may make of text: all but control, byte, unknown and unused tokens.
  TokenTable mergeable;
  /// The same tokens by what they stand for; filled where words_first.
  TokenTable by_bytes;
  std::size_t longest_mergeable = 0;  ///< bytes
  std::size_t longest_token = 4;      ///< bytes of text: an unknown character has up to 4
  MergeTable merges;
  /// Control and user-defined tokens.
  PrefixIndex specials;
  PrefixIndex normalized_specials;  ///< those that are looked for after the normalizer
  std::unordered_map<TokenId, Traits> particular;
  PrefixIndex pieces;  ///< Unigram: what text may become

  [[nodiscard]] Traits traits(TokenId id) const {
    const auto found = particular.find(id);
    return found == particular.end() ? Traits{} : found->second;
  }
  /// Whether each of these bytes has a token.
  [[nodiscard]] bool has_bytes(std::string_view some) const {
    return std::ranges::all_of(
        some, [this](char c) { return byte_tokens[static_cast<unsigned char>(c)] != kNoToken; });
  }
  [[nodiscard]] std::int32_t size() const { return static_cast<std::int32_t>(texts.size()); }
  [[nodiscard]] bool has(TokenId id) const { return id >= 0 && id < size(); }
};

}  // namespace inferlab
