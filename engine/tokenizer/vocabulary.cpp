#include "engine/tokenizer/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/printable.h"
#include "engine/tokenizer/byte_spelling.h"
#include "engine/tokenizer/own_keys.h"
#include "engine/tokenizer/utf8.h"
#include "engine/tokenizer/vocabulary_rules.h"

namespace inferlab {
namespace {

using Vocabulary = Tokenizer::Vocabulary;

class Loader {
 public:
  explicit Loader(const GgufFile& file) : file_(file) { v_.byte_tokens.fill(kNoToken); }

  Result<Vocabulary> run() {
    INFERLAB_TRY_VOID(load_rules(file_, v_));
    INFERLAB_TRY_VOID(tokens());
    INFERLAB_TRY_VOID(ids_and_flags());
    INFERLAB_TRY_VOID(spellings());
    index();
    if (v_.by_merges) INFERLAB_TRY_VOID(merges());
    return std::move(v_);
  }

 private:
  Error invalid(std::string_view key, std::string_view why, std::string hint = {}) const {
    return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", file_.name(), key, why),
                 std::move(hint)};
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
    const bool by_scores = v_.family == TokenizerFamily::kUnigram ||
                           (v_.family == TokenizerFamily::kSentencePiece && !v_.by_merges);
    if (!by_scores) return {};
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
    const auto or_else = [this](std::optional<TokenId>& id, TokenId fallback) {
      if (!id && fallback < v_.size()) id = fallback;
    };
    std::optional<TokenId> unknown;
    INFERLAB_TRY_VOID(token_id("tokenizer.ggml.unknown_token_id", unknown));
    // What the first vocabulary of the family has, which llama.cpp takes where the file is silent.
    if (v_.family == TokenizerFamily::kSentencePiece && !v_.line_feeds_first) {
      or_else(v_.bos, 1);
      or_else(v_.eos, 2);
      or_else(unknown, 0);
    } else if (v_.family == TokenizerFamily::kWordPiece) {
      // [CLS] in front and [SEP] behind, whatever BOS and EOS are said to be. "seperator" is how
      // the key is spelled.
      std::optional<TokenId> first;
      std::optional<TokenId> last;
      INFERLAB_TRY_VOID(token_id("tokenizer.ggml.cls_token_id", first));
      INFERLAB_TRY_VOID(token_id("tokenizer.ggml.seperator_token_id", last));
      if (first) v_.bos = first;
      if (last) v_.eos = last;
      or_else(v_.bos, 101);
      or_else(v_.eos, 102);
      or_else(unknown, 100);
    } else if (v_.family == TokenizerFamily::kUnigram) {
      or_else(v_.eos, 1);
      or_else(unknown, 2);
    }
    v_.unknown = unknown.value_or(kNoToken);
    INFERLAB_TRY(v_.add_bos, file_.flag_or("tokenizer.ggml.add_bos_token", v_.add_bos));
    INFERLAB_TRY(v_.add_eos, file_.flag_or("tokenizer.ggml.add_eos_token", v_.add_eos));
    INFERLAB_TRY(v_.add_space_prefix,
                 file_.flag_or("tokenizer.ggml.add_space_prefix", v_.add_space_prefix));
    v_.add_bos = v_.add_bos && v_.bos.has_value();
    v_.add_eos = v_.add_eos && v_.eos.has_value();
    return own_ids_and_flags();
  }

  Result<void> own_ids_and_flags() {
    INFERLAB_TRY(const std::string_view prefix, file_.text_or(own_keys::kSpacePrefix, "always"));
    if (prefix == "unless_space") {
      v_.space_prefix = SpacePrefix::kUnlessSpace;
    } else if (prefix == "first_unless_space") {
      v_.space_prefix = SpacePrefix::kFirstUnlessSpace;
    } else if (prefix != "always") {
      return invalid(own_keys::kSpacePrefix, fmt::format("{} is not known", printable(prefix)));
    }
    constexpr std::int64_t kMostCharacters = 1 << 20;
    INFERLAB_TRY(const std::int64_t longest, file_.integer_or(own_keys::kMaxWord, 100));
    if (longest < 1 || longest > kMostCharacters) {
      return invalid(own_keys::kMaxWord, fmt::format("is {}", longest));
    }
    v_.max_word_characters = static_cast<std::size_t>(longest);
    INFERLAB_TRY(const auto left, ids(own_keys::kLeftStrip));
    for (const TokenId id : left) v_.particular[id].left_strip = true;
    INFERLAB_TRY(const auto right, ids(own_keys::kRightStrip));
    for (const TokenId id : right) v_.particular[id].right_strip = true;
    INFERLAB_TRY(const auto single, ids(own_keys::kSingleWord));
    for (const TokenId id : single) v_.particular[id].single_word = true;
    INFERLAB_TRY(v_.fuse_unknown, file_.flag_or(own_keys::kFuseUnknown, false));
    INFERLAB_TRY(normalized_, ids(own_keys::kNormalized));
    INFERLAB_TRY(ends_, ids(own_keys::kEndIds));
    return {};
  }

  Result<std::vector<TokenId>> ids(std::string_view key) const {
    std::vector<TokenId> result;
    if (!file_.has(key)) return result;
    INFERLAB_TRY(const auto numbers, file_.integers(key));
    for (const std::int64_t id : numbers) {
      if (id < 0 || id >= v_.size()) {
        return invalid(key, fmt::format("has {}, there are {} tokens", id, v_.size()));
      }
      result.push_back(static_cast<TokenId>(id));
    }
    std::ranges::sort(result);
    return result;
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
    v_.by_text = TokenTable(v_.texts, v_.texts.size());
    v_.mergeable = TokenTable(v_.texts, v_.texts.size());
    if (v_.words_first) v_.by_bytes = TokenTable(v_.bytes, v_.texts.size());
    std::vector<TokenId> specials;
    std::vector<TokenId> normalized;
    for (TokenId id = 0; id < v_.size(); ++id) {
      const std::string& text = v_.texts[id];
      v_.by_text.add(id);
      v_.longest_token = std::max({v_.longest_token, text.size(), v_.bytes[id].size()});
      const TokenKind kind = v_.kinds[id];
      if (kind == TokenKind::kNormal || kind == TokenKind::kUserDefined) {
        v_.mergeable.add(id);
        if (v_.words_first) v_.by_bytes.add(id);
        v_.longest_mergeable = std::max(v_.longest_mergeable, text.size());
      }
      const bool special = kind == TokenKind::kControl || kind == TokenKind::kUserDefined;
      if (special && !text.empty()) {
        (std::ranges::binary_search(normalized_, id) ? normalized : specials).push_back(id);
      }
      constexpr std::array<std::string_view, 7> kEnds = {
          "<|eot_id|>",    "<|im_end|>", "<|end|>", "<end_of_turn>",
          "<|endoftext|>", "<|eom_id|>", "<|EOT|>"};
      v_.ends[id] = v_.eos == id || v_.eot == id || std::ranges::binary_search(ends_, id) ||
                    (special && std::ranges::find(kEnds, text) != kEnds.end());
    }
    v_.specials = PrefixIndex(std::move(specials), v_.texts);
    v_.normalized_specials = PrefixIndex(std::move(normalized), v_.texts);
    // Decoding takes the space of the first word off again.
    if (v_.family == TokenizerFamily::kWordPiece) v_.add_space_prefix = true;
    if (v_.family == TokenizerFamily::kUnigram) index_pieces();
  }

  void index_pieces() {
    std::vector<TokenId> pieces;
    double worst = 0;
    for (TokenId id = 0; id < v_.size(); ++id) {
      const TokenKind kind = v_.kinds[id];
      if (kind == TokenKind::kNormal) worst = std::min(worst, double{v_.scores[id]});
      const bool piece = kind == TokenKind::kNormal || kind == TokenKind::kUserDefined ||
                         kind == TokenKind::kUnused;
      if (piece && !v_.texts[id].empty()) pieces.push_back(id);
    }
    constexpr double kUnknownPenalty = 10;
    v_.unknown_score = worst - kUnknownPenalty;
    v_.pieces = PrefixIndex(std::move(pieces), v_.texts);
  }

  Result<void> merges() {
    INFERLAB_TRY(const auto lines, file_.texts("tokenizer.ggml.merges"));
    v_.merges = MergeTable(lines.size());
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
      const TokenId left = v_.mergeable.find(line.substr(0, space));
      const TokenId right = v_.mergeable.find(line.substr(space + 1));
      const TokenId result = v_.mergeable.find(joined);
      // Real vocabularies carry merges of tokens that were removed: they can never apply.
      if (left == kNoToken || right == kNoToken || result == kNoToken) continue;
      v_.merges.add(left, right, {.rank = static_cast<std::int32_t>(rank), .result = result});
    }
    return {};
  }

  const GgufFile& file_;
  Vocabulary v_;
  std::vector<TokenId> normalized_;  // sorted
  std::vector<TokenId> ends_;        // sorted
};

}  // namespace

Result<Tokenizer::Vocabulary> Tokenizer::Vocabulary::load(const GgufFile& file) {
  return Loader(file).run();
}

}  // namespace inferlab
