#include "engine/tokenizer/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/printable.h"
#include "engine/tokenizer/byte_spelling.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab {
namespace {

using Vocabulary = Tokenizer::Vocabulary;

constexpr std::string_view kSpaceMark = "\xe2\x96\x81";  // U+2581, SentencePiece's space

class Loader {
 public:
  explicit Loader(const GgufFile& file) : file_(file) { v_.byte_tokens.fill(kNoToken); }

  Result<Vocabulary> run() {
    INFERLAB_TRY_VOID(family());
    INFERLAB_TRY_VOID(tokens());
    INFERLAB_TRY_VOID(ids_and_flags());
    INFERLAB_TRY_VOID(spellings());
    index();
    if (v_.family == TokenizerFamily::kByteBpe) INFERLAB_TRY_VOID(merges());
    return std::move(v_);
  }

 private:
  Error invalid(std::string_view key, std::string_view why, std::string hint = {}) const {
    return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", file_.name(), key, why),
                 std::move(hint)};
  }

  Result<void> family() {
    INFERLAB_TRY(const std::string_view model, file_.text("tokenizer.ggml.model"));
    if (model == "llama") {
      v_.family = TokenizerFamily::kSentencePiece;
      v_.add_bos = true;
      v_.add_space_prefix = true;
      return {};
    }
    if (model != "gpt2") {
      return invalid("tokenizer.ggml.model", fmt::format("{} is not supported", printable(model)),
                     "the engine knows \"gpt2\" and \"llama\"");
    }
    v_.family = TokenizerFamily::kByteBpe;
    INFERLAB_TRY(const std::string_view pre, file_.text_or("tokenizer.ggml.pre", "default"));
    const auto rule = pre_tokenizer_from_name(pre);
    if (!rule) {
      return invalid("tokenizer.ggml.pre", fmt::format("{} is not supported", printable(pre)));
    }
    v_.pre_tokenizer = *rule;
    // Smaug shares Llama 3's rule, but llama.cpp gives it neither of the two flags.
    v_.words_first = *rule == PreTokenizer::kLlama3 && pre != "smaug-bpe";
    v_.add_bos = v_.words_first;
    return {};
  }

  Result<void> tokens() {
    INFERLAB_TRY(const auto texts, file_.texts("tokenizer.ggml.tokens"));
    constexpr std::size_t kMaxTokens = 1 << 24;
    if (texts.empty() || texts.size() > kMaxTokens) {
      return invalid("tokenizer.ggml.tokens", fmt::format("has {} tokens", texts.size()));
    }
    v_.texts.assign(texts.begin(), texts.end());
    v_.kinds.assign(texts.size(), TokenKind::kNormal);
    if (file_.has("tokenizer.ggml.token_type")) {
      INFERLAB_TRY(const auto kinds, file_.integers("tokenizer.ggml.token_type"));
      INFERLAB_TRY_VOID(same_length("tokenizer.ggml.token_type", kinds.size()));
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        // 0 is "undefined" in old files: an ordinary token.
        if (kinds[i] < 0 || kinds[i] > 6) {
          return invalid("tokenizer.ggml.token_type", fmt::format("token {} is {}", i, kinds[i]));
        }
        if (kinds[i] != 0) v_.kinds[i] = static_cast<TokenKind>(kinds[i]);
      }
    }
    if (v_.family != TokenizerFamily::kSentencePiece) return {};
    INFERLAB_TRY(const auto scores, file_.numbers("tokenizer.ggml.scores"));
    INFERLAB_TRY_VOID(same_length("tokenizer.ggml.scores", scores.size()));
    for (const double score : scores) {
      if (std::isnan(score)) return invalid("tokenizer.ggml.scores", "a score is not a number");
      v_.scores.push_back(static_cast<float>(score));
    }
    return {};
  }

  Result<void> same_length(std::string_view key, std::size_t length) const {
    if (length == v_.texts.size()) return {};
    return invalid(key, fmt::format("has {} entries for {} tokens", length, v_.texts.size()));
  }

  Result<void> token_id(std::string_view key, std::optional<TokenId>& to) const {
    if (!file_.has(key)) return {};
    INFERLAB_TRY(const std::int64_t id, file_.integer(key));
    if (id < 0 || id >= v_.size()) {
      return invalid(key, fmt::format("is {}, there are {} tokens", id, v_.size()));
    }
    to = static_cast<TokenId>(id);
    return {};
  }

  Result<void> ids_and_flags() {
    INFERLAB_TRY_VOID(token_id("tokenizer.ggml.bos_token_id", v_.bos));
    INFERLAB_TRY_VOID(token_id("tokenizer.ggml.eos_token_id", v_.eos));
    INFERLAB_TRY_VOID(token_id("tokenizer.ggml.eot_token_id", v_.eot));
    if (v_.family == TokenizerFamily::kSentencePiece) {
      // The ids of Llama's own vocabulary, which llama.cpp takes where the file names none.
      if (!v_.bos && v_.size() > 1) v_.bos = 1;
      if (!v_.eos && v_.size() > 2) v_.eos = 2;
      v_.unknown = 0;
    }
    std::optional<TokenId> unknown;
    INFERLAB_TRY_VOID(token_id("tokenizer.ggml.unknown_token_id", unknown));
    v_.unknown = unknown.value_or(v_.unknown);
    INFERLAB_TRY(v_.add_bos, file_.flag_or("tokenizer.ggml.add_bos_token", v_.add_bos));
    INFERLAB_TRY(v_.add_eos, file_.flag_or("tokenizer.ggml.add_eos_token", v_.add_eos));
    INFERLAB_TRY(v_.add_space_prefix,
                 file_.flag_or("tokenizer.ggml.add_space_prefix", v_.add_space_prefix));
    v_.add_bos = v_.add_bos && v_.bos.has_value();
    v_.add_eos = v_.add_eos && v_.eos.has_value();
    return {};
  }

  /// Fills `bytes` and `byte_tokens`.
  Result<void> spellings() {
    const ByteSpelling spelling;
    v_.bytes.resize(v_.texts.size());
    for (TokenId id = 0; id < v_.size(); ++id) {
      const std::string& text = v_.texts[id];
      switch (v_.kinds[id]) {
        case TokenKind::kControl:
        case TokenKind::kUnused:
          break;
        case TokenKind::kUnknown:
          v_.bytes[id] = kReplacementUtf8;
          break;
        case TokenKind::kUserDefined:
          v_.bytes[id] = text;
          break;
        case TokenKind::kByte: {
          const auto byte = byte_of_name(text);
          if (!byte) {
            return invalid("tokenizer.ggml.tokens", fmt::format("token {} names no byte", id));
          }
          v_.bytes[id] = static_cast<char>(*byte);
          v_.byte_tokens[*byte] = id;
          break;
        }
        case TokenKind::kNormal:
          v_.bytes[id] =
              v_.family == TokenizerFamily::kByteBpe ? spelling.decode(text) : with_spaces(text);
          break;
      }
      if (v_.family == TokenizerFamily::kByteBpe && v_.kinds[id] == TokenKind::kNormal &&
          v_.bytes[id].size() == 1) {
        TokenId& token = v_.byte_tokens[static_cast<unsigned char>(v_.bytes[id][0])];
        if (token == kNoToken) token = id;
      }
    }
    return {};
  }

  /// "<0x0A>" is 10.
  static std::optional<unsigned char> byte_of_name(std::string_view text) {
    if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return std::nullopt;
    unsigned value = 0;
    for (const char c : text.substr(3, 2)) {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const std::size_t digit = kDigits.find(c);
      if (digit == std::string_view::npos) return std::nullopt;
      value = value * 16 + static_cast<unsigned>(digit);
    }
    return static_cast<unsigned char>(value);
  }

  static std::string with_spaces(std::string_view text) {
    std::string result;
    while (!text.empty()) {
      const bool mark = text.starts_with(kSpaceMark);
      result += mark ? ' ' : text[0];
      text.remove_prefix(mark ? kSpaceMark.size() : 1);
    }
    return result;
  }

  void index() {
    v_.ends.assign(v_.texts.size(), false);
    for (TokenId id = 0; id < v_.size(); ++id) {
      const std::string& text = v_.texts[id];
      v_.by_text.emplace(text, id);  // of equal spellings the first counts
      v_.longest_token = std::max({v_.longest_token, text.size(), v_.bytes[id].size()});
      const TokenKind kind = v_.kinds[id];
      if (kind == TokenKind::kNormal || kind == TokenKind::kUserDefined) {
        v_.mergeable.emplace(text, id);
        if (v_.words_first) v_.by_bytes.emplace(v_.bytes[id], id);
        v_.longest_mergeable = std::max(v_.longest_mergeable, text.size());
      }
      const bool special = kind == TokenKind::kControl || kind == TokenKind::kUserDefined;
      if (special && !text.empty()) {
        v_.specials[static_cast<unsigned char>(text[0])].push_back(id);
      }
      constexpr std::array<std::string_view, 7> kEnds = {
          "<|eot_id|>",    "<|im_end|>", "<|end|>", "<end_of_turn>",
          "<|endoftext|>", "<|eom_id|>", "<|EOT|>"};
      v_.ends[id] = v_.eos == id || v_.eot == id ||
                    (special && std::ranges::find(kEnds, text) != kEnds.end());
    }
    for (auto& list : v_.specials) {
      std::ranges::stable_sort(list, std::ranges::greater{},
                               [this](TokenId id) { return v_.texts[id].size(); });
    }
  }

  Result<void> merges() {
    INFERLAB_TRY(const auto lines, file_.texts("tokenizer.ggml.merges"));
    v_.merges.reserve(lines.size());
    std::string joined;
    for (std::size_t rank = 0; rank < lines.size(); ++rank) {
      const std::string_view line = lines[rank];
      // A part is never empty, and may itself begin with a space in odd vocabularies.
      const std::size_t space = line.find(' ', 1);
      if (space == std::string_view::npos || space + 1 >= line.size()) {
        return invalid("tokenizer.ggml.merges", fmt::format("entry {} has no two parts", rank));
      }
      joined.assign(line.substr(0, space));
      joined += line.substr(space + 1);
      const auto left = v_.mergeable.find(line.substr(0, space));
      const auto right = v_.mergeable.find(line.substr(space + 1));
      const auto result = v_.mergeable.find(joined);
      // Real vocabularies carry merges of tokens that were removed: they can never apply.
      const auto none = v_.mergeable.end();
      if (left == none || right == none || result == none) continue;
      v_.merges.emplace(
          Vocabulary::pair_key(left->second, right->second),
          Vocabulary::Merge{.rank = static_cast<std::int32_t>(rank), .result = result->second});
    }
    return {};
  }

  const GgufFile& file_;
  Vocabulary v_;
};

}  // namespace

Result<Tokenizer::Vocabulary> Tokenizer::Vocabulary::load(const GgufFile& file) {
  return Loader(file).run();
}

}  // namespace inferlab
