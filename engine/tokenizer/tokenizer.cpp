#include "engine/tokenizer/tokenizer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/tokenizer/encoder.h"
#include "engine/tokenizer/utf8.h"
#include "engine/tokenizer/vocabulary.h"

namespace inferlab {
namespace {

using Vocabulary = Tokenizer::Vocabulary;

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
    encoder.add_special(*id);
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
  const TokenId found = vocabulary_->by_text.find(token_text);
  if (found == kNoToken) return std::nullopt;
  return found;
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
  const bool has_bound = vocabulary_->family != TokenizerFamily::kWordPiece &&
                         vocabulary_->normalizer.empty() && !vocabulary_->fuse_unknown;
  return has_bound ? vocabulary_->longest_token : std::numeric_limits<std::int64_t>::max();
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
