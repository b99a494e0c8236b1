#include "engine/huggingface/tokenizer_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/printable.h"
#include "engine/huggingface/tokenizer_model.h"
#include "engine/huggingface/tokenizer_steps.h"
#include "engine/tokenizer/own_keys.h"
#include "engine/tokenizer/split_rules.h"

namespace inferlab {

using huggingface::AddedToken;
using huggingface::flag_of;
using huggingface::integer_of;
using huggingface::Json;
using huggingface::member;
using huggingface::refused;
using huggingface::text_of;
using huggingface::TokenizerModel;
using huggingface::TokenizerSteps;

namespace {

constexpr std::string_view kMark = "\xe2\x96\x81";  // U+2581

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

/// "<0x0A>"
bool is_byte_name(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return text.size() == 6 && text.starts_with("<0x") && text[5] == '>' &&
         kDigits.find(text[3]) != std::string_view::npos &&
         kDigits.find(text[4]) != std::string_view::npos;
}

class Translator {
 public:
  Translator(const TokenizerFiles& files, GgufWriter& to) : files_(files), to_(to) {}

  Result<void> run() {
    INFERLAB_TRY(m_, TokenizerModel::parse(files_.tokenizer));
    INFERLAB_TRY(s_, huggingface::read_steps(m_));
    INFERLAB_TRY(settings_,
                 huggingface::parse_json(files_.tokenizer_config, "tokenizer_config.json"));
    INFERLAB_TRY(specials_,
                 huggingface::parse_json(files_.special_tokens_map, "special_tokens_map.json"));
    INFERLAB_TRY(generation_,
                 huggingface::parse_json(files_.generation_config, "generation_config.json"));
    INFERLAB_TRY(config_, huggingface::parse_json(files_.config, "config.json"));
    INFERLAB_TRY_VOID(family());
    INFERLAB_TRY_VOID(tokens());
    rules();
    added();
    INFERLAB_TRY_VOID(ids());
    return chat_template();
  }

 private:
  // -- the model
  // -----------------------------------------------------------------------------------

  Result<void> family() {
    switch (m_.type) {
      case TokenizerModel::Type::kWordPiece:
        return word_piece();
      case TokenizerModel::Type::kUnigram:
        if (!s_.marks_spaces || s_.byte_level) {
          return refused("pre_tokenizer", "Unigram without Metaspace is not supported");
        }
        to_.add("tokenizer.ggml.model", "t5");
        return {};
      case TokenizerModel::Type::kBpe:
        break;
    }
    byte_fallback_ = flag_of(member(m_.rest, "model"), "byte_fallback", false);
    if (s_.byte_level == s_.marks_spaces || s_.bert_words) {
      return refused("pre_tokenizer", "BPE needs either ByteLevel or spaces marked with U+2581");
    }
    to_.add("tokenizer.ggml.model", s_.byte_level ? "gpt2" : "llama");
    if (s_.marks_spaces) {
      to_.add(own_keys::kByMerges, true);
      to_.add(own_keys::kFuseUnknown, flag_of(member(m_.rest, "model"), "fuse_unk", false));
    }
    return {};
  }

  Result<void> word_piece() {
    const Json& model = member(m_.rest, "model");
    const std::string prefix = text_of(model, "continuing_subword_prefix");
    if (!prefix.empty() && prefix != "##") {
      return refused("model.continuing_subword_prefix", "is not ##");
    }
    if (!s_.bert_words || s_.byte_level || s_.marks_spaces || !s_.patterns.empty()) {
      return refused("pre_tokenizer", "WordPiece needs BertPreTokenizer alone");
    }
    constexpr std::int64_t kDefault = 100;
    const auto longest = integer_of(member(model, "max_input_chars_per_word")).value_or(kDefault);
    if (longest < 1 || longest > INT32_MAX) {
      return refused("model.max_input_chars_per_word", fmt::format("is {}", longest));
    }
    if (longest != kDefault) to_.add(own_keys::kMaxWord, static_cast<std::uint32_t>(longest));
    to_.add("tokenizer.ggml.model", "bert");
    return {};
  }

  // -- the tokens
  // ----------------------------------------------------------------------------------

  /// Rows of the embedding may be more than tokens.
  [[nodiscard]] std::size_t padded_size() const {
    constexpr std::int64_t kMostPadding = 1 << 16;
    const Json& nested = member(member(config_, "text_config"), "vocab_size");
    const auto rows = integer_of(nested.is_null() ? member(config_, "vocab_size") : nested);
    const auto size = std::ssize(m_.tokens);
    const bool sensible = rows && *rows > size && *rows - size <= kMostPadding;
    return static_cast<std::size_t>(sensible ? *rows : size);
  }

  [[nodiscard]] std::int32_t kind_of(std::size_t id) const {
    if (id >= m_.exists.size() || !m_.exists[id]) {
      return static_cast<std::int32_t>(TokenKind::kUnused);
    }
    const bool byte = (m_.type == TokenizerModel::Type::kUnigram || byte_fallback_) &&
                      !s_.byte_level && is_byte_name(m_.tokens[id]);
    if (byte) return static_cast<std::int32_t>(TokenKind::kByte);
    const bool unknown = m_.unknown == static_cast<TokenId>(id) && !s_.byte_level;
    return static_cast<std::int32_t>(unknown ? TokenKind::kUnknown : TokenKind::kNormal);
  }

  Result<void> tokens() {
    const std::size_t size = padded_size();
    std::vector<std::string> texts = m_.tokens;
    texts.resize(size);
    kinds_.resize(size);
    for (std::size_t id = 0; id < size; ++id) {
      kinds_[id] = kind_of(id);
      if (kinds_[id] == static_cast<std::int32_t>(TokenKind::kUnused)) {
        texts[id] = fmt::format("[PAD{}]", id);
      }
    }
    for (const AddedToken& token : m_.added) {
      kinds_[static_cast<std::size_t>(token.id)] =
          static_cast<std::int32_t>(token.special ? TokenKind::kControl : TokenKind::kUserDefined);
    }
    if (m_.type == TokenizerModel::Type::kWordPiece) mark_first_pieces(texts);
    to_.add("tokenizer.ggml.tokens", std::span<const std::string>(texts));
    to_.add("tokenizer.ggml.token_type", std::span<const std::int32_t>(kinds_));
    if (m_.type == TokenizerModel::Type::kUnigram) {
      std::vector<float> scores = m_.scores;
      scores.resize(size);
      to_.add("tokenizer.ggml.scores", std::span<const float>(scores));
    }
    if (m_.type == TokenizerModel::Type::kBpe) {
      to_.add("tokenizer.ggml.merges", std::span<const std::string>(m_.merges));
      if (s_.marks_spaces) add_scores(size);
    }
    return {};
  }

  /// GGUF marks the pieces that begin a word, BERT those that do not.
  void mark_first_pieces(std::vector<std::string>& texts) const {
    for (std::size_t id = 0; id < texts.size(); ++id) {
      if (kinds_[id] != static_cast<std::int32_t>(TokenKind::kNormal)) continue;
      texts[id] =
          texts[id].starts_with("##") ? texts[id].substr(2) : std::string(kMark) + texts[id];
    }
  }

  /// For programs that merge by scores: the earlier a token is made, the higher.
  void add_scores(std::size_t size) {
    std::vector<float> scores(size, -static_cast<float>(m_.merges.size()) - 1);
    for (std::size_t rank = m_.merges.size(); rank-- > 0;) {
      std::string token = m_.merges[rank];
      token.erase(token.find(' ', 1), 1);
      if (const auto id = m_.find(token)) {
        scores[static_cast<std::size_t>(*id)] = -static_cast<float>(rank);
      }
    }
    to_.add("tokenizer.ggml.scores", std::span<const float>(scores));
  }

  // -- normalizer, split rule, flags
  // ---------------------------------------------------------------

  void rules() {
    const std::vector<std::string> bert = {"clean", "separate_chinese", "strip_nonspacing",
                                           "lowercase"};
    const bool implied =
        m_.type == TokenizerModel::Type::kWordPiece ? s_.normalizer == bert : s_.normalizer.empty();
    if (!implied || m_.type == TokenizerModel::Type::kUnigram) {
      to_.add(own_keys::kNormalizer, std::span<const std::string>(s_.normalizer));
    }
    if (!s_.charsmap.empty()) {
      to_.add("tokenizer.ggml.precompiled_charsmap", std::span<const std::uint8_t>(s_.charsmap));
    }
    const bool words_first = flag_of(member(m_.rest, "model"), "ignore_merges", false);
    if (m_.type == TokenizerModel::Type::kBpe) split_rule(words_first);
    if (m_.type == TokenizerModel::Type::kUnigram && !s_.patterns.empty()) {
      to_.add(own_keys::kSplit, std::span<const std::string>(s_.patterns));
    }
    if (m_.type == TokenizerModel::Type::kWordPiece) return;
    to_.add("tokenizer.ggml.add_space_prefix", s_.space_prefix);
    if (s_.space_prefix && s_.prefix_rule != "always") {
      to_.add(own_keys::kSpacePrefix, s_.prefix_rule);
    }
  }

  void split_rule(bool words_first) {
    const auto patterns = views(s_.patterns);
    const auto byte_patterns = views(s_.byte_patterns);
    const SplitRule* known = nullptr;
    // That they compile the reader has seen to.
    const auto compiled = PreTokenizer::compile(patterns, byte_patterns);
    if (s_.byte_level && compiled) {
      for (const SplitRule& rule : split_rules()) {
        if (rule.raw || !(rule.compile() == *compiled)) continue;
        if (known == nullptr ||
            (rule.words_first == words_first && known->words_first != words_first)) {
          known = &rule;
        }
      }
    }
    if (known != nullptr) {
      to_.add("tokenizer.ggml.pre", known->name);
    } else if (s_.byte_level || !s_.patterns.empty()) {
      to_.add(own_keys::kSplit, std::span<const std::string>(s_.patterns));
      to_.add(own_keys::kByteSplit, std::span<const std::string>(s_.byte_patterns));
    }
    const bool implied = known != nullptr && known->words_first == words_first;
    if (!implied && (known != nullptr || words_first)) to_.add(own_keys::kWordsFirst, words_first);
  }

  void added() {
    std::vector<std::int32_t> left;
    std::vector<std::int32_t> right;
    std::vector<std::int32_t> single;
    std::vector<std::int32_t> normalized;
    for (const AddedToken& token : m_.added) {
      if (token.left_strip) left.push_back(token.id);
      if (token.right_strip) right.push_back(token.id);
      if (token.single_word) single.push_back(token.id);
      // A control token is looked for as it is spelled, whatever becomes of the text around it.
      if (token.normalized && !token.special) normalized.push_back(token.id);
    }
    const auto write = [this](std::string_view key, const std::vector<std::int32_t>& list) {
      if (!list.empty()) to_.add(key, std::span<const std::int32_t>(list));
    };
    write(own_keys::kLeftStrip, left);
    write(own_keys::kRightStrip, right);
    write(own_keys::kSingleWord, single);
    write(own_keys::kNormalized, normalized);
  }

  // -- particular tokens
  // ---------------------------------------------------------------------------

  /// "eos_token" and the like: a text, or an object with the text.
  [[nodiscard]] std::optional<TokenId> named(const char* name) const {
    for (const Json* file : {&settings_, &specials_}) {
      const Json& value = member(*file, name);
      const std::string text =
          value.is_string() ? value.get<std::string>() : text_of(value, "content");
      if (text.empty()) continue;
      if (const auto id = m_.find(text)) return id;
    }
    return std::nullopt;
  }

  /// "eos_token_id": a number or a list of them.
  Result<std::vector<TokenId>> listed(const char* name) const {
    std::vector<TokenId> result;
    for (const Json* file : {&generation_, &config_}) {
      const Json& value = member(*file, name);
      const Json list = value.is_array() ? value : Json::array({value});
      for (const Json& entry : list) {
        if (entry.is_null()) continue;
        const auto id = integer_of(entry);
        if (!id || *id < 0 || *id >= std::ssize(kinds_)) {
          return Error{
              ErrorKind::kInvalid,
              fmt::format("{}: {}: names no token",
                          file == &generation_ ? "generation_config.json" : "config.json", name)};
        }
        result.push_back(static_cast<TokenId>(*id));
      }
      if (!result.empty()) break;
    }
    return result;
  }

  void add_id(std::string_view key, std::optional<TokenId> id) {
    if (id) to_.add(key, static_cast<std::uint32_t>(*id));
  }

  /// What the classes of these names put around a text is what their settings say, not what the
  /// post-processor does. Source: transformers, LlamaTokenizerFast.update_post_processor and kin.
  [[nodiscard]] bool settings_decide() const {
    const std::string name = text_of(settings_, "tokenizer_class");
    return std::ranges::any_of(
        std::array<std::string_view, 4>{"Llama", "CodeLlama", "Gemma", "Cohere"},
        [&](std::string_view begin) { return name.starts_with(begin); });
  }

  Result<void> ids() {
    INFERLAB_TRY(const auto ends, listed("eos_token_id"));
    INFERLAB_TRY(const auto begins, listed("bos_token_id"));
    std::optional<TokenId> bos = named("bos_token");
    std::optional<TokenId> eos = named("eos_token");
    if (!bos && !begins.empty()) bos = begins[0];
    if (!eos && !ends.empty()) eos = ends[0];
    bool adds_first = s_.first.has_value();
    bool adds_last = s_.last.has_value();
    if (s_.first) bos = s_.first;
    // What stands behind a text need not be what ends a generation: [SEP].
    const bool word_piece = m_.type == TokenizerModel::Type::kWordPiece;
    if (s_.last && !word_piece && eos && *s_.last != *eos) {
      return refused("post_processor", "puts another token than EOS behind the text");
    }
    if (s_.last) eos = s_.last;
    if (settings_decide()) {
      adds_first = flag_of(settings_, "add_bos_token", adds_first) && bos.has_value();
      adds_last = flag_of(settings_, "add_eos_token", adds_last) && eos.has_value();
    }
    add_id("tokenizer.ggml.bos_token_id", bos);
    add_id("tokenizer.ggml.eos_token_id", eos);
    if (word_piece) {
      add_id("tokenizer.ggml.cls_token_id", s_.first ? s_.first : named("cls_token"));
      add_id("tokenizer.ggml.seperator_token_id", s_.last ? s_.last : named("sep_token"));
    }
    add_id("tokenizer.ggml.unknown_token_id", m_.unknown ? m_.unknown : named("unk_token"));
    add_id("tokenizer.ggml.padding_token_id", named("pad_token"));
    add_id("tokenizer.ggml.mask_token_id", named("mask_token"));
    to_.add("tokenizer.ggml.add_bos_token", adds_first);
    to_.add("tokenizer.ggml.add_eos_token", adds_last);
    if (ends.size() > 1 || (ends.size() == 1 && ends[0] != eos)) {
      to_.add(own_keys::kEndIds, std::span<const std::int32_t>(ends));
    }
    return {};
  }

  /// A text, or a list of named ones, of which "default" is meant.
  Result<void> chat_template() {
    std::string text = files_.chat_template;
    const Json& value = member(settings_, "chat_template");
    if (text.empty() && value.is_string()) text = value.get<std::string>();
    if (text.empty() && value.is_array()) {
      for (const Json& entry : value) {
        if (text_of(entry, "name") == "default") text = text_of(entry, "template");
      }
    }
    if (!text.empty()) to_.add("tokenizer.chat_template", text);
    return {};
  }

  const TokenizerFiles& files_;
  GgufWriter& to_;
  TokenizerModel m_{};
  TokenizerSteps s_;
  Json settings_, specials_, generation_, config_;
  bool byte_fallback_ = false;
  std::vector<std::int32_t> kinds_;
};

}  // namespace

Result<void> add_tokenizer_metadata(const TokenizerFiles& files, GgufWriter& to) {
  return Translator(files, to).run();
}

Result<void> add_tokenizer_metadata(const std::string& folder, GgufWriter& to) {
  INFERLAB_TRY(const TokenizerFiles files, TokenizerFiles::read(folder));
  auto done = add_tokenizer_metadata(files, to);
  if (done) return {};
  Error error = std::move(done).error();
  error.message = folder + "/" + error.message;
  return error;
}

}  // namespace inferlab
