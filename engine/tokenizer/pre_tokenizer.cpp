#include "engine/tokenizer/pre_tokenizer.h"

#include <utf8proc.h>

#include <array>
#include <cstddef>

#include "engine/tokenizer/utf8.h"

namespace inferlab {
namespace {

enum class Class : std::uint8_t { kLetter, kNumber, kSpace, kOther };

/// Unicode's White_Space property, which \s means in the models' expressions.
bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

Class class_of(char32_t c) {
  if (is_white_space(c)) return Class::kSpace;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) return Class::kLetter;
  if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) return Class::kNumber;
  return Class::kOther;
}

struct Character {
  std::size_t offset;  // in the text
  char32_t code;
  Class kind;
};

/// The expressions' alternatives, tried in their order at one position; each gives the end of its
/// match, or the position itself when it does not match.
class Splitter {
 public:
  Splitter(std::string_view text, PreTokenizer rule) : text_(text), rule_(rule) {
    std::size_t offset = 0;
    characters_.reserve(text.size());
    while (offset < text.size()) {
      const Utf8Step step = utf8_step(text.substr(offset));
      characters_.push_back({.offset = offset, .code = step.code, .kind = class_of(step.code)});
      offset += step.bytes;
    }
    end_ = characters_.size();
  }

  std::vector<std::string_view> run() {
    if (rule_ == PreTokenizer::kDefault) return run_default();
    if (rule_ != PreTokenizer::kStarcoder) {
      split(0, characters_.size());
      return std::move(words_);
    }
    std::size_t begin = 0;
    for (std::size_t i = 0; i < characters_.size(); ++i) {
      if (characters_[i].kind != Class::kNumber) continue;
      split(begin, i);
      emit(i, i + 1);
      begin = i + 1;
    }
    split(begin, characters_.size());
    return std::move(words_);
  }

 private:
  /// llama.cpp's expressions for a file that names no rule, applied one after the other.
  std::vector<std::string_view> run_default() {
    for (std::size_t i = 0; i < characters_.size();) {
      std::size_t next = i;
      while (next < characters_.size() && is_punctuation(next)) ++next;
      if (next > i) {
        emit(i, next);
      } else {
        while (next < characters_.size() && !is_punctuation(next)) ++next;
        split(i, next);
      }
      i = next;
    }
    return std::move(words_);
  }

  /// [\p{P}\$\+<=>\^~\|]
  [[nodiscard]] bool is_punctuation(std::size_t i) const {
    constexpr std::u32string_view kMore = U"$+<=>^~|";
    const char32_t code = characters_[i].code;
    if (kMore.find(code) != std::u32string_view::npos) return true;
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
  }

  /// A word of kGpt2 under kDefault: \p{N}+ stands apart, and [0-9]{3} within it.
  void emit_default(std::size_t from, std::size_t to) {
    const std::size_t number = from < to && !is(from, Class::kNumber) ? from + 1 : from;
    if (number >= to || !is(number, Class::kNumber)) return emit(from, to);
    if (number > from) emit(from, number);
    const auto is_digit = [&](std::size_t i) {
      return characters_[i].code >= '0' && characters_[i].code <= '9';
    };
    std::size_t rest = number;  // what no three digits have claimed yet
    for (std::size_t i = number; i + 3 <= to;) {
      if (!is_digit(i) || !is_digit(i + 1) || !is_digit(i + 2)) {
        ++i;
        continue;
      }
      if (i > rest) emit(rest, i);
      emit(i, i + 3);
      i += 3;
      rest = i;
    }
    if (rest < to) emit(rest, to);
  }

  void emit(std::size_t from, std::size_t to) {
    const std::size_t begin = characters_[from].offset;
    const std::size_t end = to < characters_.size() ? characters_[to].offset : text_.size();
    words_.push_back(text_.substr(begin, end - begin));
  }

  void split(std::size_t begin, std::size_t end) {
    end_ = end;
    const bool gpt2 = rule_ != PreTokenizer::kLlama3 && rule_ != PreTokenizer::kQwen2;
    for (std::size_t i = begin; i < end;) {
      const std::size_t next = gpt2 ? gpt2_word(i) : llama3_word(i);
      if (rule_ == PreTokenizer::kDefault) {
        emit_default(i, next);
      } else {
        emit(i, next);
      }
      i = next;
    }
  }

  [[nodiscard]] bool is(std::size_t i, Class kind) const {
    return i < end_ && characters_[i].kind == kind;
  }
  [[nodiscard]] bool is_line_end(std::size_t i) const {
    return i < end_ && (characters_[i].code == '\r' || characters_[i].code == '\n');
  }
  [[nodiscard]] std::size_t skip(std::size_t i, Class kind) const {
    while (is(i, kind)) ++i;
    return i;
  }

  /// 's 't 're 've 'm 'll 'd
  [[nodiscard]] std::size_t contraction(std::size_t i, bool any_case) const {
    if (characters_[i].code != '\'') return i;
    constexpr std::array<std::string_view, 7> kEndings = {"s", "t", "re", "ve", "m", "ll", "d"};
    for (const std::string_view ending : kEndings) {
      std::size_t k = 0;
      while (k < ending.size() && i + 1 + k < end_) {
        char32_t c = characters_[i + 1 + k].code;
        if (any_case && c >= 'A' && c <= 'Z') c += 'a' - 'A';
        if (c != static_cast<char32_t>(ending[k])) break;
        ++k;
      }
      if (k == ending.size()) return i + 1 + k;
    }
    return i;
  }

  /// \s+(?!\S)|\s+ : the last space of a run goes with what follows, unless nothing does.
  [[nodiscard]] std::size_t spaces(std::size_t i) const {
    const std::size_t end = skip(i, Class::kSpace);
    return end < end_ && end - i > 1 ? end - 1 : end;
  }

  [[nodiscard]] std::size_t gpt2_word(std::size_t i) const {
    if (const std::size_t end = contraction(i, false); end > i) return end;
    const std::size_t start = characters_[i].code == ' ' ? i + 1 : i;
    for (const Class kind : {Class::kLetter, Class::kNumber, Class::kOther}) {
      if (is(start, kind)) return skip(start, kind);
    }
    return spaces(i);
  }

  [[nodiscard]] std::size_t llama3_word(std::size_t i) const {
    if (const std::size_t end = contraction(i, true); end > i) return end;
    // [^\r\n\p{L}\p{N}]?\p{L}+
    if (is(i, Class::kLetter)) return skip(i, Class::kLetter);
    if (!is(i, Class::kNumber) && !is_line_end(i) && is(i + 1, Class::kLetter)) {
      return skip(i + 1, Class::kLetter);
    }
    if (is(i, Class::kNumber)) {
      const std::size_t most = rule_ == PreTokenizer::kQwen2 ? 1 : 3;
      std::size_t end = i + 1;
      while (end - i < most && is(end, Class::kNumber)) ++end;
      return end;
    }
    //  ?[^\s\p{L}\p{N}]+[\r\n]*
    const std::size_t start = characters_[i].code == ' ' ? i + 1 : i;
    if (is(start, Class::kOther)) {
      std::size_t end = skip(start, Class::kOther);
      while (is_line_end(end)) ++end;
      return end;
    }
    // \s*[\r\n]+ : up to the last line end of the run.
    for (std::size_t end = skip(i, Class::kSpace); end > i; --end) {
      if (is_line_end(end - 1)) return end;
    }
    return spaces(i);
  }

  std::string_view text_;
  PreTokenizer rule_;
  std::vector<Character> characters_;
  std::size_t end_ = 0;  // of the part that is being split
  std::vector<std::string_view> words_;
};

struct NameRow {
  std::string_view name;
  PreTokenizer rule;
};
constexpr NameRow kNames[] = {
    {"default", PreTokenizer::kDefault},     {"gpt-2", PreTokenizer::kGpt2},
    {"gpt2", PreTokenizer::kGpt2},           {"mpt", PreTokenizer::kGpt2},
    {"olmo", PreTokenizer::kGpt2},           {"jais", PreTokenizer::kGpt2},
    {"phi-2", PreTokenizer::kGpt2},          {"roberta-bpe", PreTokenizer::kGpt2},
    {"llama-bpe", PreTokenizer::kLlama3},    {"llama3", PreTokenizer::kLlama3},
    {"llama-v3", PreTokenizer::kLlama3},     {"smaug-bpe", PreTokenizer::kLlama3},
    {"qwen2", PreTokenizer::kQwen2},         {"deepseek-r1-qwen", PreTokenizer::kQwen2},
    {"starcoder", PreTokenizer::kStarcoder}, {"refact", PreTokenizer::kStarcoder},
    {"command-r", PreTokenizer::kStarcoder}, {"smollm", PreTokenizer::kStarcoder},
    {"codeshell", PreTokenizer::kStarcoder},
};

}  // namespace

std::optional<PreTokenizer> pre_tokenizer_from_name(std::string_view name) {
  for (const NameRow& row : kNames) {
    if (row.name == name) return row.rule;
  }
  return std::nullopt;
}

std::vector<std::string_view> pre_tokenize(std::string_view text, PreTokenizer rule) {
  return Splitter(text, rule).run();
}

}  // namespace inferlab
