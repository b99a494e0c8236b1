#include "engine/tokenizer/vocabulary_rules.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "engine/base/printable.h"
#include "engine/tokenizer/own_keys.h"
#include "engine/tokenizer/split_rules.h"

namespace inferlab {
namespace {

constexpr std::string_view kCharsmap = "tokenizer.ggml.precompiled_charsmap";

class Rules {
 public:
  Rules(const GgufFile& file, Tokenizer::Vocabulary& vocabulary) : file_(file), v_(vocabulary) {}

  Result<void> run() {
    INFERLAB_TRY_VOID(family());
    return normalizer();
  }

 private:
  Error invalid(std::string_view key, std::string_view why, std::string hint = {}) const {
    return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", file_.name(), key, why),
                 std::move(hint)};
  }

  Result<void> family() {
    INFERLAB_TRY(const std::string_view model, file_.text("tokenizer.ggml.model"));
    if (model == "gpt2" || model == "gemma4") return split_rule(model);
    if (model == "llama") {
      v_.family = TokenizerFamily::kSentencePiece;
      v_.add_bos = true;
      v_.add_space_prefix = true;
      INFERLAB_TRY(v_.by_merges, file_.flag_or(own_keys::kByMerges, false));
    } else if (model == "bert") {
      v_.family = TokenizerFamily::kWordPiece;
      v_.add_bos = true;
      v_.add_eos = true;
    } else if (model == "t5") {
      v_.family = TokenizerFamily::kUnigram;
      v_.add_eos = true;
      v_.add_space_prefix = true;
    } else {
      return invalid("tokenizer.ggml.model", fmt::format("{} is not supported", printable(model)),
                     "the engine knows gpt2, llama, bert, t5 and gemma4");
    }
    return own_split();
  }

  Result<void> split_rule(std::string_view model) {
    v_.by_merges = true;
    const std::string_view fallback = model == "gpt2" ? "default" : "gemma4";
    INFERLAB_TRY(std::string_view pre, file_.text_or("tokenizer.ggml.pre", fallback));
    if (model == "gemma4") pre = model;
    const SplitRule* rule = find_split_rule(pre);
    if (rule == nullptr) {
      return invalid("tokenizer.ggml.pre", fmt::format("{} is not supported", printable(pre)),
                     "words would be cut where the model has never seen them cut; convert the "
                     "model's Hugging Face folder, which holds the rule itself");
    }
    v_.family = rule->raw ? TokenizerFamily::kSentencePiece : TokenizerFamily::kByteBpe;
    v_.line_feeds_first = rule->raw && rule->name != "sarvam-moe";
    v_.words_first = rule->words_first;
    v_.add_bos = rule->add_bos;
    v_.pre_tokenizer = rule->compile();
    return own_split();
  }

  Result<void> own_split() {
    INFERLAB_TRY(v_.words_first, file_.flag_or(own_keys::kWordsFirst, v_.words_first));
    std::vector<std::string_view> patterns;
    std::vector<std::string_view> byte_patterns;
    const bool has_patterns = file_.has(own_keys::kSplit);
    if (has_patterns) {
      INFERLAB_TRY(patterns, file_.texts(own_keys::kSplit));
    }
    if (file_.has(own_keys::kByteSplit)) {
      INFERLAB_TRY(byte_patterns, file_.texts(own_keys::kByteSplit));
    }
    constexpr std::size_t kMaxPatterns = 64;
    if (patterns.size() + byte_patterns.size() > kMaxPatterns) {
      return invalid(own_keys::kSplit, "has too many expressions");
    }
    if (!has_patterns && byte_patterns.empty()) return {};
    auto compiled = PreTokenizer::compile(patterns, byte_patterns);
    if (!compiled) return invalid(own_keys::kSplit, compiled.error().message);
    v_.pre_tokenizer = std::move(compiled).value();
    return {};
  }

  /// BERT's own steps where the file says nothing else.
  Result<void> normalizer() {
    std::vector<std::string_view> steps;
    if (file_.has(own_keys::kNormalizer)) {
      INFERLAB_TRY(steps, file_.texts(own_keys::kNormalizer));
    } else if (v_.family == TokenizerFamily::kWordPiece) {
      INFERLAB_TRY(const bool lower, file_.flag_or("tokenizer.ggml.normalizer.lowercase", true));
      INFERLAB_TRY(const bool strip,
                   file_.flag_or("tokenizer.ggml.normalizer.strip_accents", lower));
      steps = {"clean", "separate_chinese"};
      if (strip) steps.emplace_back("strip_nonspacing");
      if (lower) steps.emplace_back("lowercase");
    } else if (v_.family == TokenizerFamily::kUnigram) {
      INFERLAB_TRY(const bool squeeze,
                   file_.flag_or("tokenizer.ggml.remove_extra_whitespaces", false));
      if (file_.has(kCharsmap)) steps.emplace_back("charsmap");
      if (squeeze) steps.emplace_back("squeeze");
    }
    constexpr std::size_t kMaxSteps = 64;
    if (steps.size() > kMaxSteps) return invalid(own_keys::kNormalizer, "has too many steps");
    Charsmap charsmap;
    if (file_.has(kCharsmap)) {
      INFERLAB_TRY(const auto values, file_.integers(kCharsmap));
      std::vector<unsigned char> bytes;
      for (const std::int64_t value : values) bytes.push_back(static_cast<unsigned char>(value));
      auto parsed = Charsmap::parse(bytes);
      if (!parsed) return invalid(kCharsmap, parsed.error().message);
      charsmap = std::move(parsed).value();
    }
    auto compiled = Normalizer::compile(steps, std::move(charsmap));
    if (!compiled) return invalid(own_keys::kNormalizer, compiled.error().message);
    v_.normalizer = std::move(compiled).value();
    return {};
  }

  const GgufFile& file_;
  Tokenizer::Vocabulary& v_;
};

}  // namespace

Result<void> load_rules(const GgufFile& file, Tokenizer::Vocabulary& vocabulary) {
  return Rules(file, vocabulary).run();
}

}  // namespace inferlab
