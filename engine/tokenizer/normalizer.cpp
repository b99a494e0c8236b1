#include "engine/tokenizer/normalizer.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/printable.h"
#include "engine/tokenizer/char_set.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab {

struct Normalizer::Row {
  std::string_view name;
  Kind kind;
  std::size_t arguments = 0;
};

namespace {

using Code = utf8proc_int32_t;

template <typename Function>
void for_each_character(std::string_view text, Function&& function) {
  while (!text.empty()) {
    const Utf8Step step = utf8_step(text);
    function(step.code, text.substr(0, step.bytes));
    text.remove_prefix(step.bytes);
  }
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Not by utf8proc_map: it sorts runs of marks in quadratic time.
std::string normal_form(std::string_view text, bool compatible, bool composed) {
  if (is_ascii(text)) return std::string(text);
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | (compatible ? UTF8PROC_COMPAT : 0) |
                                     (composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE));
  std::vector<Code> codes;
  codes.reserve(text.size());
  for_each_character(text, [&](char32_t c, std::string_view) {
    std::array<Code, 32> parts{};  // the longest decomposition has 18
    int last_class = UTF8PROC_BOUNDCLASS_START;
    const utf8proc_ssize_t count = utf8proc_decompose_char(static_cast<Code>(c), parts.data(),
                                                           parts.size(), options, &last_class);
    INFERLAB_CHECK(count >= 0 && count <= std::ssize(parts));
    codes.insert(codes.end(), parts.begin(), parts.begin() + count);
  });
  const auto combining_class = [](Code c) { return utf8proc_get_property(c)->combining_class; };
  for (std::size_t i = 0; i < codes.size(); ++i) {
    std::size_t end = i;
    while (end < codes.size() && combining_class(codes[end]) != 0) ++end;
    if (end - i > 1) {
      std::stable_sort(codes.begin() + static_cast<std::ptrdiff_t>(i),
                       codes.begin() + static_cast<std::ptrdiff_t>(end),
                       [&](Code a, Code b) { return combining_class(a) < combining_class(b); });
    }
    i = std::max(i, end);
  }
  const utf8proc_ssize_t length =
      utf8proc_normalize_utf32(codes.data(), std::ssize(codes), options);
  INFERLAB_CHECK(length >= 0);
  std::string result;
  for (utf8proc_ssize_t i = 0; i < length; ++i)
    append_utf8(result, static_cast<char32_t>(codes[i]));
  return result;
}

bool has_category(char32_t c, int first, int last) {
  const int category = utf8proc_category(static_cast<Code>(c));
  return category >= first && category <= last;
}

template <typename Predicate>
std::string without(std::string_view text, Predicate&& goes) {
  std::string result;
  for_each_character(text, [&](char32_t c, std::string_view bytes) {
    if (!goes(c)) result += bytes;
  });
  return result;
}

std::string lowercase(std::string_view text) {
  std::string result;
  for_each_character(text, [&](char32_t c, std::string_view) {
    // The only character whose lower case is two: Unicode's SpecialCasing.txt.
    if (c == 0x130) {
      result += "i\xcc\x87";
    } else {
      append_utf8(result, static_cast<char32_t>(utf8proc_tolower(static_cast<Code>(c))));
    }
  });
  return result;
}

std::string clean(std::string_view text) {
  std::string result;
  for_each_character(text, [&](char32_t c, std::string_view bytes) {
    if (c == '\t' || c == '\n' || c == '\r') {
      result += ' ';
    } else if (c == 0 || c == kReplacementCharacter ||
               has_category(c, UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CO)) {
      return;
    } else if (is_white_space(c)) {
      result += ' ';
    } else {
      result += bytes;
    }
  });
  return result;
}

/// The ranges are those of Hugging Face's implementation, whose second to last one begins at
/// U+2B920 where the reference has U+2B820.
bool is_chinese(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
         (c >= 0x20000 && c <= 0x2a6df) || (c >= 0x2a700 && c <= 0x2b73f) ||
         (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

std::string separate_chinese(std::string_view text) {
  std::string result;
  for_each_character(text, [&](char32_t c, std::string_view bytes) {
    const bool apart = is_chinese(c);
    if (apart) result += ' ';
    result += bytes;
    if (apart) result += ' ';
  });
  return result;
}

std::string_view strip_left(std::string_view text) {
  while (!text.empty()) {
    const Utf8Step step = utf8_step(text);
    if (!is_white_space(step.code)) break;
    text.remove_prefix(step.bytes);
  }
  return text;
}

std::string_view strip_right(std::string_view text) {
  while (!text.empty()) {
    std::size_t begin = text.size() - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xc0U) == 0x80U) --begin;
    if (!is_white_space(utf8_step(text.substr(begin)).code)) break;
    text = text.substr(0, begin);
  }
  return text;
}

std::string squeeze(std::string_view text) {
  std::string result;
  bool space = false;
  for_each_character(text, [&](char32_t c, std::string_view bytes) {
    if (is_white_space(c)) {
      space = true;
      return;
    }
    // Where a space mark stands already, none is added for the space.
    if (space && !result.empty() && c != 0x2581) result += ' ';
    space = false;
    result += bytes;
  });
  return result;
}

std::string replace(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (;;) {
    const std::size_t found = text.find(from);
    result += text.substr(0, found);
    if (found == std::string_view::npos) return result;
    result += to;
    text.remove_prefix(found + from.size());
  }
}

std::string replace_runs(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  while (!text.empty()) {
    std::size_t times = 0;
    while (text.substr(times * from.size()).starts_with(from)) ++times;
    if (times >= 2) result += to;
    const std::size_t bytes = times >= 2 ? times * from.size() : utf8_step(text).bytes;
    if (times < 2) result += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return result;
}

}  // namespace

Result<Normalizer> Normalizer::compile(std::span<const std::string_view> steps, Charsmap charsmap) {
  static constexpr auto kRows = std::to_array<Row>({
      {"nfc", Kind::kNfc},
      {"nfd", Kind::kNfd},
      {"nfkc", Kind::kNfkc},
      {"nfkd", Kind::kNfkd},
      {"lowercase", Kind::kLowercase},
      {"strip_accents", Kind::kStripAccents},
      {"strip_nonspacing", Kind::kStripNonspacing},
      {"clean", Kind::kClean},
      {"separate_chinese", Kind::kSeparateChinese},
      {"strip_left", Kind::kStripLeft},
      {"strip_right", Kind::kStripRight},
      {"squeeze", Kind::kSqueeze},
      {"prepend", Kind::kPrepend, 1},
      {"replace", Kind::kReplace, 2},
      {"replace_runs", Kind::kReplaceRuns, 2},
      {"charsmap", Kind::kCharsmap},
  });
  Normalizer result;
  for (const std::string_view step : steps) {
    std::vector<std::string_view> parts;
    for (std::string_view rest = step;;) {
      const std::size_t end = rest.find('\x1f');
      parts.push_back(rest.substr(0, end));
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
    const auto row = std::ranges::find(kRows, parts[0], &Row::name);
    const bool known = row != kRows.end() && parts.size() == row->arguments + 1 &&
                       (row->arguments < 2 || !parts[1].empty()) && is_valid_utf8(step);
    if (!known) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("the normalizer's step {} is not known", printable(step))};
    }
    const bool replaces = row->arguments == 2;
    result.steps_.push_back({.kind = row->kind,
                             .from = std::string(replaces ? parts[1] : ""),
                             .to = std::string(row->arguments > 0 ? parts.back() : "")});
  }
  result.charsmap_ = std::move(charsmap);
  return result;
}

std::string Normalizer::apply(std::string_view text) const {
  std::string result(text);
  for (const Step& step : steps_) result = apply(step, result);
  return result;
}

std::string Normalizer::apply(const Step& step, std::string_view text) const {
  switch (step.kind) {
    case Kind::kNfc:
      return normal_form(text, false, true);
    case Kind::kNfd:
      return normal_form(text, false, false);
    case Kind::kNfkc:
      return normal_form(text, true, true);
    case Kind::kNfkd:
      return normal_form(text, true, false);
    case Kind::kLowercase:
      return lowercase(text);
    case Kind::kStripAccents:
      return without(text, [](char32_t c) {
        return has_category(c, UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME);
      });
    case Kind::kStripNonspacing:
      return without(normal_form(text, false, false), [](char32_t c) {
        return has_category(c, UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MN);
      });
    case Kind::kClean:
      return clean(text);
    case Kind::kSeparateChinese:
      return separate_chinese(text);
    case Kind::kStripLeft:
      return std::string(strip_left(text));
    case Kind::kStripRight:
      return std::string(strip_right(text));
    case Kind::kSqueeze:
      return squeeze(text);
    case Kind::kPrepend:
      return text.empty() ? std::string() : step.to + std::string(text);
    case Kind::kReplace:
      return replace(text, step.from, step.to);
    case Kind::kReplaceRuns:
      return replace_runs(text, step.from, step.to);
    case Kind::kCharsmap:
      return charsmap_.apply(text);
  }
  INFERLAB_CHECK(false);
  return {};
}

}  // namespace inferlab
