#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/gguf.h"

namespace inferlab {

using TokenId = std::int32_t;

/// What a token of the vocabulary is, with GGUF's own numbers (`tokenizer.ggml.token_type`).
enum class TokenKind : std::uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,      ///< <|im_end|>, </s>: never text
  kUserDefined = 4,  ///< matched in text before everything else
  kUnused = 5,
  kByte = 6,  ///< <0x0A>: one byte, for what has no token (SentencePiece)
};

struct EncodeOptions {
  /// Puts BOS in front (and EOS behind) where the model's metadata ask for it.
  bool add_special = true;
  /// Reads "<|im_end|>" and the like as the control token. Only for text that we wrote ourselves
  /// (a chat template): in a user's text it would let the user end the turn.
  bool parse_special = false;
};

/// A piece of a prompt that is put together from a template: a control marker or plain text.
struct PromptPart {
  std::string text;
  bool is_marker = false;
};

struct DecodeOptions {
  /// The ids begin a text, so that the space that SentencePiece put in front is taken off again.
  bool at_start = true;
  /// Shows control tokens as they are spelled; otherwise they give no text.
  bool show_control = false;
};

/// Text to token ids and back, for the families of vocabularies that GGUF files carry:
/// `tokenizer.ggml.model` = "gpt2" (byte-level BPE with merges), "llama" (SentencePiece BPE by
/// scores with byte fallback), "gemma4" (the same by merges), "bert" (WordPiece) and "t5"
/// (Unigram). A vocabulary whose normalizer changes texts (BERT's lower case) gives back the
/// changed one.
///
/// Text is bytes: what is not UTF-8 is read as U+FFFD, one for each maximal invalid part, as in
/// the WHATWG encoding standard. Time is n log n in the length of the text.
/// Owns all it needs (the GgufFile may go). Immutable, so any thread may use it.
/// Source: GGUF specification; GPT-2's and SentencePiece's published algorithms.
class Tokenizer {
 public:
  /// kInvalid names the metadata key that is missing or contradicts another.
  static Result<Tokenizer> load(const GgufFile& file);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  [[nodiscard]] std::vector<TokenId> encode(std::string_view text,
                                            EncodeOptions options = {}) const;
  /// Each marker becomes the control or user-defined token of this spelling; neighbouring plain
  /// parts are encoded as one text, in which no control token and none of these markers is
  /// recognised. A marker that is no such token is plain text. BOS comes first if `add_bos`.
  [[nodiscard]] std::vector<TokenId> encode_prompt(std::span<const PromptPart> parts,
                                                   bool add_bos) const;
  /// Always valid UTF-8: incomplete characters become U+FFFD. Ids outside the vocabulary give none.
  [[nodiscard]] std::string decode(std::span<const TokenId> ids, DecodeOptions options = {}) const;
  /// The bytes of one token, perhaps a part of a character. Control tokens: empty.
  [[nodiscard]] std::string_view token_bytes(TokenId id) const;
  /// As spelled in the vocabulary. Checks: 0 <= id < size().
  [[nodiscard]] std::string_view token_text(TokenId id) const;
  [[nodiscard]] TokenKind token_kind(TokenId id) const;
  /// The token with exactly this spelling.
  [[nodiscard]] std::optional<TokenId> find(std::string_view token_text) const;

  [[nodiscard]] std::int32_t size() const;
  [[nodiscard]] std::optional<TokenId> bos() const;
  [[nodiscard]] std::optional<TokenId> eos() const;
  /// No token stands for more bytes of text than this: the largest std::int64_t where one token may
  /// be an unknown word of any length, or the normalizer drops parts of a text.
  [[nodiscard]] std::size_t longest_token_bytes() const;
  [[nodiscard]] bool adds_bos() const;
  /// Whether encoding puts a space in front of the text (SentencePiece).
  [[nodiscard]] bool adds_space_prefix() const;
  /// A control or user-defined token of this spelling.
  [[nodiscard]] std::optional<TokenId> find_special(std::string_view token_text) const;
  /// Whether generation stops here: EOS, EOT and their like.
  [[nodiscard]] bool is_end(TokenId id) const;

  struct Vocabulary;  ///< tokenizer/vocabulary.h, for the files of this room only

 private:
  explicit Tokenizer(std::unique_ptr<const Vocabulary> vocabulary);
  std::unique_ptr<const Vocabulary> vocabulary_;
};

/// Turns a stream of tokens into a stream of whole characters: bytes wait until their character is
/// complete. One per request; the tokenizer must outlive it.
class StreamDecoder {
 public:
  /// `at_start` is false after a prompt: the first space is then part of the text. `show_control`
  /// as in DecodeOptions.
  explicit StreamDecoder(const Tokenizer& tokenizer, bool at_start = false,
                         bool show_control = false);

  /// The text that this token completes, valid UTF-8, often empty.
  std::string push(TokenId id);
  /// What is left when the stream ends: U+FFFD where a character was cut.
  std::string finish();

 private:
  const Tokenizer* tokenizer_;
  bool at_start_;
  bool show_control_;
  std::string pending_;  // an incomplete character
};

}  // namespace inferlab
