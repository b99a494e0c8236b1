#include "engine/tokenizer/tokenizer.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/tokenizer/bpe.h"
#include "engine/tokenizer/utf8.h"
#include "engine/tokenizer/vocabulary.h"

namespace inferlab {
namespace {

using Vocabulary = Tokenizer::Vocabulary;

/// One call of encode(): cuts special tokens out and merges what lies between.
class Encoder {
 public:
  /// `parse_control`: whether control tokens are recognised in text. `hidden`: tokens that are not.
  Encoder(const Vocabulary& vocabulary, bool parse_control, std::span<const TokenId> hidden)
      : v_(vocabulary), parse_control_(parse_control), hidden_(hidden), merger_(vocabulary) {}

  void add_token(TokenId id) {
    ids_.push_back(id);
    after_special_ = true;
  }

  /// Checks: valid UTF-8.
  void add_text(std::string_view text) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
      const TokenId special = special_at(text.substr(i));
      if (special == kNoToken) {
        ++i;
        continue;
      }
      add_plain(text.substr(begin, i - begin));
      add_token(special);
      i += v_.texts[special].size();
      begin = i;
    }
    add_plain(text.substr(begin));
  }

  std::vector<TokenId> take() { return std::move(ids_); }

 private:
  [[nodiscard]] TokenId special_at(std::string_view text) const {
    for (const TokenId id : v_.specials[static_cast<unsigned char>(text[0])]) {
      if (v_.kinds[id] == TokenKind::kControl && !parse_control_) continue;
      if (text.starts_with(v_.texts[id]) && std::ranges::find(hidden_, id) == hidden_.end()) {
        return id;
      }
    }
    return kNoToken;
  }

  void add_plain(std::string_view text) {
    if (text.empty()) return;
    if (v_.family == TokenizerFamily::kByteBpe) {
      for (const std::string_view word : pre_tokenize(text, v_.pre_tokenizer)) add_word(word);
    } else {
      std::string marked;
      marked.reserve(text.size() + 3);
      if (v_.add_space_prefix && after_special_) marked = kSpaceMark;
      for (const char c : text) {
        if (c == ' ') {
          marked += kSpaceMark;
        } else {
          marked += c;
        }
      }
      merger_.merge_text(marked, ids_);
    }
    after_special_ = false;
  }

  void add_word(std::string_view word) {
    if (v_.words_first) {
      if (const auto found = v_.by_bytes.find(word); found != v_.by_bytes.end()) {
        ids_.push_back(found->second);
        return;
      }
    }
    merger_.merge_word(word, ids_);
  }

  static constexpr std::string_view kSpaceMark = "\xe2\x96\x81";  // U+2581

  const Vocabulary& v_;
  bool parse_control_;
  std::span<const TokenId> hidden_;
  BpeMerger merger_;
  bool after_special_ = true;  // the start of a text counts as such
  std::vector<TokenId> ids_;
};

void add_valid(Encoder& encoder, std::string_view text) {
  if (is_valid_utf8(text)) {
    encoder.add_text(text);
  } else {
    encoder.add_text(to_valid_utf8(text));
  }
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const Vocabulary> vocabulary)
    : vocabulary_(std::move(vocabulary)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::load(const GgufFile& file) {
  INFERLAB_TRY(Vocabulary vocabulary, Vocabulary::load(file));
  return Tokenizer(std::make_unique<const Vocabulary>(std::move(vocabulary)));
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, EncodeOptions options) const {
  Encoder encoder(*vocabulary_, options.parse_special, {});
  if (options.add_special && vocabulary_->add_bos) encoder.add_token(*vocabulary_->bos);
  add_valid(encoder, text);
  if (options.add_special && vocabulary_->add_eos) encoder.add_token(*vocabulary_->eos);
  return encoder.take();
}

std::vector<TokenId> Tokenizer::encode_prompt(std::span<const PromptPart> parts,
                                              bool add_bos) const {
  std::vector<TokenId> markers;
  for (const PromptPart& part : parts) {
    const auto id = part.is_marker ? find_special(part.text) : std::nullopt;
    if (id && std::ranges::find(markers, *id) == markers.end()) markers.push_back(*id);
  }
  Encoder encoder(*vocabulary_, /*parse_control=*/false, markers);
  if (add_bos && vocabulary_->bos) encoder.add_token(*vocabulary_->bos);
  std::string text;
  for (const PromptPart& part : parts) {
    const auto id = part.is_marker ? find_special(part.text) : std::nullopt;
    if (!id) {
      text += part.text;
      continue;
    }
    add_valid(encoder, text);
    text.clear();
    encoder.add_token(*id);
  }
  add_valid(encoder, text);
  return encoder.take();
}

std::string Tokenizer::decode(std::span<const TokenId> ids, DecodeOptions options) const {
  std::string bytes;
  for (const TokenId id : ids) {
    if (options.show_control && vocabulary_->has(id) && token_kind(id) == TokenKind::kControl) {
      bytes += token_text(id);
    } else {
      bytes += token_bytes(id);
    }
  }
  const bool strip = options.at_start && adds_space_prefix() && bytes.starts_with(' ');
  return to_valid_utf8(std::string_view(bytes).substr(strip ? 1 : 0));
}

std::string_view Tokenizer::token_bytes(TokenId id) const {
  return vocabulary_->has(id) ? std::string_view(vocabulary_->bytes[id]) : std::string_view{};
}

std::string_view Tokenizer::token_text(TokenId id) const {
  INFERLAB_CHECK(vocabulary_->has(id));
  return vocabulary_->texts[id];
}

TokenKind Tokenizer::token_kind(TokenId id) const {
  INFERLAB_CHECK(vocabulary_->has(id));
  return vocabulary_->kinds[id];
}

std::optional<TokenId> Tokenizer::find(std::string_view token_text) const {
  const auto found = vocabulary_->by_text.find(token_text);
  if (found == vocabulary_->by_text.end()) return std::nullopt;
  return found->second;
}

std::optional<TokenId> Tokenizer::find_special(std::string_view token_text) const {
  const auto id = find(token_text);
  if (!id) return std::nullopt;
  const TokenKind kind = token_kind(*id);
  if (kind != TokenKind::kControl && kind != TokenKind::kUserDefined) return std::nullopt;
  return id;
}

std::int32_t Tokenizer::size() const {
  return vocabulary_->size();
}
std::optional<TokenId> Tokenizer::bos() const {
  return vocabulary_->bos;
}
std::optional<TokenId> Tokenizer::eos() const {
  return vocabulary_->eos;
}
std::size_t Tokenizer::longest_token_bytes() const {
  return vocabulary_->longest_token;
}
bool Tokenizer::adds_bos() const {
  return vocabulary_->add_bos;
}
bool Tokenizer::adds_space_prefix() const {
  return vocabulary_->add_space_prefix;
}

bool Tokenizer::is_end(TokenId id) const {
  return vocabulary_->has(id) && vocabulary_->ends[id];
}

}  // namespace inferlab
