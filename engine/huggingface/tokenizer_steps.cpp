#include "engine/huggingface/tokenizer_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/base/printable.h"
#include "engine/huggingface/base64.h"
#include "engine/tokenizer/pre_tokenizer.h"

namespace inferlab::huggingface {
namespace {

constexpr std::string_view kMark = "\xe2\x96\x81";  // U+2581
constexpr int kMaxDepth = 16;                       // of sequences in sequences

class Reader {
 public:
  explicit Reader(const TokenizerModel& model) : m_(model) {}

  Result<TokenizerSteps> run() {
    INFERLAB_TRY_VOID(
        each("normalizer", "normalizers", member(m_.rest, "normalizer"), &Reader::normalizer));
    INFERLAB_TRY_VOID(each("pre_tokenizer", "pretokenizers", member(m_.rest, "pre_tokenizer"),
                           &Reader::pre_tokenizer));
    const std::vector<std::string_view> patterns(s_.patterns.begin(), s_.patterns.end());
    const std::vector<std::string_view> byte_patterns(s_.byte_patterns.begin(),
                                                      s_.byte_patterns.end());
    const auto compiled = PreTokenizer::compile(patterns, byte_patterns);
    if (!compiled) return refused("pre_tokenizer", compiled.error().message);
    INFERLAB_TRY_VOID(each("post_processor", "processors", member(m_.rest, "post_processor"),
                           &Reader::post_processor));
    INFERLAB_TRY_VOID(each("decoder", "decoders", member(m_.rest, "decoder"), &Reader::decoder));
    return std::move(s_);
  }

 private:
  using Step = Result<void> (Reader::*)(std::string_view type, const Json& step);

  Result<void> each(std::string_view where, std::string_view list, const Json& step, Step read,
                    int depth = 0) {
    if (step.is_null()) return {};
    where_ = where;
    const std::string type = text_of(step, "type");
    if (type != "Sequence") return (this->*read)(type, step);
    const Json& steps = member(step, list);
    if (!steps.is_array() || depth == kMaxDepth) return refuse("Sequence", "has no list of steps");
    for (const Json& inner : steps) {
      INFERLAB_TRY_VOID(each(where, list, inner, read, depth + 1));
    }
    return {};
  }

  Error refuse(std::string_view type, std::string_view why = "is not supported") const {
    return refused(where_, fmt::format("{}: {}", printable(type), why));
  }

  // -- normalizers
  // ---------------------------------------------------------------------------------

  Result<void> normalizer(std::string_view type, const Json& step) {
    struct Row {
      std::string_view type;
      std::string_view step;
    };
    constexpr auto kPlain = std::to_array<Row>({{"NFC", "nfc"},
                                                {"NFD", "nfd"},
                                                {"NFKC", "nfkc"},
                                                {"NFKD", "nfkd"},
                                                {"Lowercase", "lowercase"},
                                                {"StripAccents", "strip_accents"}});
    const auto row = std::ranges::find(kPlain, type, &Row::type);
    if (row != kPlain.end()) return add(row->step);
    if (type == "Strip") {
      if (flag_of(step, "strip_left", false)) INFERLAB_TRY_VOID(add("strip_left"));
      return flag_of(step, "strip_right", false) ? add("strip_right") : Result<void>();
    }
    if (type == "Prepend") return prepend(text_of(step, "prepend"));
    if (type == "Replace") return replace(step);
    if (type == "BertNormalizer") return bert_normalizer(step);
    if (type == "Precompiled") {
      const auto bytes = decode_base64(text_of(step, "precompiled_charsmap"));
      if (!bytes || !s_.charsmap.empty()) return refuse(type, "its table is broken");
      s_.charsmap = *bytes;
      return s_.charsmap.empty() ? Result<void>() : add("charsmap");
    }
    return refuse(type);
  }

  Result<void> add(std::string_view step) {
    // Behind the marks a step would see them; only those that leave them alone may follow.
    if (s_.marks_spaces) return refuse(step, "after spaces were marked is not supported");
    s_.normalizer.emplace_back(step);
    return {};
  }

  Result<void> prepend(const std::string& text) {
    if (text.find('\x1f') != std::string::npos) return refuse("Prepend");
    if (text != kMark) return add("prepend\x1f" + text);
    if (s_.space_prefix || s_.marks_spaces) return refuse("Prepend", "twice, or after Replace");
    s_.space_prefix = true;
    return {};
  }

  Result<void> replace(const Json& step) {
    const Json& pattern = member(step, "pattern");
    const std::string content = text_of(step, "content");
    std::string from = text_of(pattern, "String");
    if (from == " " && content == kMark) {
      s_.marks_spaces = true;
      return {};
    }
    if (text_of(pattern, "Regex") == " {2,}") return add("replace_runs\x1f \x1f" + content);
    const bool plain = !from.empty() && from.find('\x1f') == std::string::npos &&
                       content.find('\x1f') == std::string::npos;
    if (!plain) return refuse("Replace", "with this pattern is not supported");
    return add("replace\x1f" + from + "\x1f" + content);
  }

  Result<void> bert_normalizer(const Json& step) {
    const bool lower = flag_of(step, "lowercase", true);
    if (flag_of(step, "clean_text", true)) INFERLAB_TRY_VOID(add("clean"));
    if (flag_of(step, "handle_chinese_chars", true)) INFERLAB_TRY_VOID(add("separate_chinese"));
    if (flag_of(step, "strip_accents", lower)) INFERLAB_TRY_VOID(add("strip_nonspacing"));
    return lower ? add("lowercase") : Result<void>();
  }

  // -- pre-tokenizers
  // ------------------------------------------------------------------------------

  Result<void> pre_tokenizer(std::string_view type, const Json& step) {
    if (type == "ByteLevel") return byte_level(step);
    if (type == "Split") return split(step);
    if (type == "Digits") {
      return cut(flag_of(step, "individual_digits", false) ? R"(\p{N})" : R"(\p{N}+)");
    }
    if (type == "Punctuation") {
      const std::string behavior = text_of(step, "behavior");
      constexpr std::string_view kClass = R"([\p{P}!-/:-@\[-`{-~])";
      if (behavior.empty() || behavior == "Isolated") return cut(kClass);
      if (behavior == "Contiguous") return cut(std::string(kClass) + "+");
      return refuse(type, fmt::format("behavior {} is not supported", printable(behavior)));
    }
    if (type == "Metaspace") return metaspace(step);
    if (type == "BertPreTokenizer") {
      s_.bert_words = true;
      return {};
    }
    if (type == "WhitespaceSplit" && m_.type == TokenizerModel::Type::kUnigram) {
      s_.splits_white_space = true;
      s_.normalizer.emplace_back("squeeze");
      return {};
    }
    return refuse(type);
  }

  Result<void> cut(std::string_view pattern) {
    (s_.byte_level ? s_.byte_patterns : s_.patterns).emplace_back(pattern);
    return {};
  }

  Result<void> byte_level(const Json& step) {
    if (s_.byte_level) return refuse("ByteLevel", "twice");
    if (flag_of(step, "add_prefix_space", true)) {
      // The space belongs to a piece of text; with cuts before, each part would get one.
      if (!s_.patterns.empty()) return refuse("ByteLevel", "add_prefix_space after other steps");
      s_.space_prefix = true;
      s_.prefix_rule = "unless_space";
    }
    if (flag_of(step, "use_regex", true)) {
      INFERLAB_TRY_VOID(
          cut(R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"));
    }
    s_.byte_level = true;
    return {};
  }

  Result<void> split(const Json& step) {
    const Json& pattern = member(step, "pattern");
    const std::string text = text_of(pattern, "String");
    const std::string behavior = text_of(step, "behavior");
    // There is no space any more (Gemma).
    if (text == " " && s_.marks_spaces) return {};
    std::string expression = text_of(pattern, "Regex");
    if (!text.empty()) expression = escaped(text);
    if (expression.empty()) return refuse("Split", "has no pattern");
    if (behavior == "Isolated") return cut(expression);
    if (behavior == "Removed" && flag_of(step, "invert", false)) {
      const std::array<std::string_view, 1> one = {expression};
      const auto compiled = PreTokenizer::compile(one);
      if (!compiled) return refuse("Split", compiled.error().message);
      if (compiled->matches_everything() && s_.patterns.empty()) return cut(expression);
      return refuse("Split", "removes what does not match, which would lose text");
    }
    return refuse("Split", fmt::format("behavior {} is not supported", printable(behavior)));
  }

  static std::string escaped(std::string_view text) {
    constexpr std::string_view kMeaning = "\\^$.|?*+()[]{}";
    std::string result;
    for (const char c : text) {
      if (kMeaning.find(c) != std::string_view::npos) result += '\\';
      result += c;
    }
    return result;
  }

  Result<void> metaspace(const Json& step) {
    const std::string mark = text_of(step, "replacement");
    if (mark != kMark || s_.byte_level || s_.marks_spaces) {
      return refuse("Metaspace", "with another mark, or twice");
    }
    s_.marks_spaces = true;
    std::string scheme = text_of(step, "prepend_scheme");
    if (scheme.empty()) scheme = flag_of(step, "add_prefix_space", true) ? "always" : "never";
    if (scheme != "always" && scheme != "first" && scheme != "never") {
      return refuse("Metaspace", fmt::format("prepend_scheme {}", printable(scheme)));
    }
    s_.space_prefix = scheme != "never";
    s_.prefix_rule = scheme == "first" ? "first_unless_space" : "unless_space";
    if (flag_of(step, "split", true)) return cut(R"(\x{2581}[^\x{2581}]*|[^\x{2581}]+)");
    return {};
  }

  // -- post-processors and decoders
  // ----------------------------------------------------------------

  Result<void> post_processor(std::string_view type, const Json& step) {
    if (type == "ByteLevel") return {};  // about offsets, of which we have none
    if (type == "BertProcessing" || type == "RobertaProcessing") {
      const auto id = [&](const char* name) -> std::optional<TokenId> {
        const Json& pair = member(step, name);
        if (!pair.is_array() || pair.size() != 2) return std::nullopt;
        return checked(integer_of(pair[1]));
      };
      s_.first = id("cls");
      s_.last = id("sep");
      return s_.first && s_.last ? Result<void>() : refuse(type, "has no cls and sep");
    }
    if (type == "TemplateProcessing") return template_processing(step);
    return refuse(type);
  }

  [[nodiscard]] std::optional<TokenId> checked(std::optional<std::int64_t> id) const {
    if (!id || *id < 0 || *id >= std::ssize(m_.tokens)) return std::nullopt;
    return static_cast<TokenId>(*id);
  }

  Result<void> template_processing(const Json& step) {
    const Json& single = member(step, "single");
    bool seen_text = false;
    for (const Json& part : single.is_array() ? single : Json::array()) {
      if (member(part, "Sequence").is_object() && !seen_text) {
        seen_text = true;
        continue;
      }
      const std::string name = text_of(member(part, "SpecialToken"), "id");
      const Json& ids = member(member(member(step, "special_tokens"), name), "ids");
      std::optional<TokenId>& to = seen_text ? s_.last : s_.first;
      if (name.empty() || to || !ids.is_array() || ids.size() != 1 ||
          !checked(integer_of(ids[0]))) {
        return refuse("TemplateProcessing", "more than one token in front or behind");
      }
      to = checked(integer_of(ids[0]));
    }
    return seen_text ? Result<void>() : refuse("TemplateProcessing", "has no place for the text");
  }

  /// The family's own way of decoding is the only one there is; a step that would do something
  /// else has no place in it.
  Result<void> decoder(std::string_view type, const Json& step) {
    constexpr auto kKnown = std::to_array<std::string_view>(
        {"ByteLevel", "ByteFallback", "Fuse", "Metaspace", "WordPiece"});
    if (std::ranges::find(kKnown, type) != kKnown.end()) return {};
    if (type == "Strip" && text_of(step, "content") == " ") return {};
    if (type == "Replace" && text_of(member(step, "pattern"), "String") == kMark &&
        text_of(step, "content") == " ") {
      return {};
    }
    return refuse(type);
  }

  const TokenizerModel& m_;
  TokenizerSteps s_;
  std::string_view where_;
};

}  // namespace

Result<TokenizerSteps> read_steps(const TokenizerModel& model) {
  return Reader(model).run();
}

}  // namespace inferlab::huggingface
