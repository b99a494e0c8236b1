#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"
#include "engine/tokenizer/pre_tokenizer.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {

enum class TokenizerFamily : std::uint8_t { kByteBpe, kSentencePiece };

inline constexpr TokenId kNoToken = -1;

/// The tokenizer part of a GGUF file's metadata, checked and indexed. Immutable after load().
struct Tokenizer::Vocabulary {
  struct Merge {
    std::int32_t rank;  ///< lower merges first
    TokenId result;
  };

  static Result<Vocabulary> load(const GgufFile& file);

  Vocabulary() = default;
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;
  // Views into `texts` would point into the original.
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  TokenizerFamily family = TokenizerFamily::kByteBpe;
  PreTokenizer pre_tokenizer = PreTokenizer::kGpt2;
  /// A word that is a token is taken whole, without merging (Llama 3).
  bool words_first = false;
  bool add_space_prefix = false;  ///< SentencePiece
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
  std::unordered_map<std::string_view, TokenId> by_text;
  /// What merging may make of text: all but control, byte, unknown and unused tokens.
  std::unordered_map<std::string_view, TokenId> mergeable;
  /// The same tokens by what they stand for; filled where words_first.
  std::unordered_map<std::string_view, TokenId> by_bytes;
  std::size_t longest_mergeable = 0;  ///< bytes
  std::size_t longest_token = 4;      ///< bytes of text: an unknown character has up to 4
  std::unordered_map<std::uint64_t, Merge> merges;
  /// Control and user-defined tokens by first byte, the longest first.
  std::array<std::vector<TokenId>, 256> specials;

  [[nodiscard]] std::int32_t size() const { return static_cast<std::int32_t>(texts.size()); }
  [[nodiscard]] bool has(TokenId id) const { return id >= 0 && id < size(); }
  static std::uint64_t pair_key(TokenId left, TokenId right) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) |
           static_cast<std::uint32_t>(right);
  }
};

}  // namespace inferlab
