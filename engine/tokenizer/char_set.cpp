#include "engine/tokenizer/char_set.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"

namespace inferlab {
namespace {

constexpr char32_t kLast = 0x10ffff;
constexpr std::uint32_t kAllCategories = (1U << 30) - 1;  // utf8proc has 30

constexpr std::uint32_t bits(int first, int last) {
  return ((2U << static_cast<unsigned>(last)) - 1) & ~((1U << static_cast<unsigned>(first)) - 1);
}

struct CategoryRow {
  std::string_view name;
  std::uint32_t categories;
};
constexpr auto kCategories = std::to_array<CategoryRow>({
    {"L", bits(UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO)},
    {"M", bits(UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME)},
    {"N", bits(UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO)},
    {"P", bits(UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO)},
    {"S", bits(UTF8PROC_CATEGORY_SM, UTF8PROC_CATEGORY_SO)},
    {"Z", bits(UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZP)},
    {"C", bits(UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CO) | 1U << UTF8PROC_CATEGORY_CN},
});
// In utf8proc's order.
constexpr std::array<std::string_view, 30> kCategoryNames = {
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co"};

// Source: Unicode 15.0, PropList.txt, White_Space.
constexpr auto kWhiteSpace = std::to_array<CharSet::Range>({{0x9, 0xd},
                                                            {0x20, 0x20},
                                                            {0x85, 0x85},
                                                            {0xa0, 0xa0},
                                                            {0x1680, 0x1680},
                                                            {0x2000, 0x200a},
                                                            {0x2028, 0x2029},
                                                            {0x202f, 0x202f},
                                                            {0x205f, 0x205f},
                                                            {0x3000, 0x3000}});

// Source: Unicode 15.0, Scripts.txt, the ranges of Han.
constexpr auto kHan = std::to_array<CharSet::Range>(
    {{0x2e80, 0x2e99},   {0x2e9b, 0x2ef3},   {0x2f00, 0x2fd5},   {0x3005, 0x3005},
     {0x3007, 0x3007},   {0x3021, 0x3029},   {0x3038, 0x303b},   {0x3400, 0x4dbf},
     {0x4e00, 0x9fff},   {0xf900, 0xfa6d},   {0xfa70, 0xfad9},   {0x16fe2, 0x16fe3},
     {0x16ff0, 0x16ff1}, {0x20000, 0x2a6df}, {0x2a700, 0x2b739}, {0x2b740, 0x2b81d},
     {0x2b820, 0x2cea1}, {0x2ceb0, 0x2ebe0}, {0x2f800, 0x2fa1d}, {0x30000, 0x3134a},
     {0x31350, 0x323af}});

}  // namespace

bool is_white_space(char32_t c) {
  const auto holds = [c](const CharSet::Range& range) {
    return range.first <= c && c <= range.last;
  };
  return std::ranges::any_of(kWhiteSpace, holds);
}

bool is_punctuation(char32_t c) {
  if (c < 0x80) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
  }
  return (CharSet::category_bit(c) & bits(UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO)) != 0;
}

std::uint32_t CharSet::category_bit(char32_t c) {
  return 1U << static_cast<unsigned>(utf8proc_category(static_cast<utf8proc_int32_t>(c)));
}

bool CharSet::contains(char32_t c, std::uint32_t category) const {
  bool in = (categories & category) != 0;
  if (!in && !ranges.empty()) {
    const auto next = std::ranges::upper_bound(ranges, c, {}, &Range::first);
    in = next != ranges.begin() && c <= std::prev(next)->last;
  }
  in = in &&
       std::ranges::all_of(also, [&](const CharSet& set) { return set.contains(c, category); });
  return in != negated;
}

void CharSet::add(char32_t first, char32_t last) {
  INFERLAB_CHECK(first <= last);
  std::vector<Range> merged;
  for (const Range& range : ranges) {
    if (range.last + 1 < first || last + 1 < range.first) {
      merged.push_back(range);
    } else {
      first = std::min(first, range.first);
      last = std::max(last, range.last);
    }
  }
  const auto at = std::ranges::upper_bound(merged, first, {}, &Range::first);
  merged.insert(at, {.first = first, .last = last});
  ranges = std::move(merged);
}

void CharSet::add(const CharSet& other) {
  INFERLAB_CHECK(!negated && also.empty() && !other.negated && other.also.empty());
  categories |= other.categories;
  for (const Range& range : other.ranges) add(range.first, range.last);
}

CharSet CharSet::of(char32_t c) {
  CharSet set;
  set.add(c, c);
  return set;
}

CharSet CharSet::white_space() {
  CharSet set;
  set.ranges.assign(kWhiteSpace.begin(), kWhiteSpace.end());
  return set;
}

CharSet CharSet::word() {
  CharSet set;
  set.categories = bits(UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO) |
                   bits(UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME) |
                   bits(UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO) | 1U << UTF8PROC_CATEGORY_PC;
  return set;
}

CharSet CharSet::digit() {
  CharSet set;
  set.categories = 1U << UTF8PROC_CATEGORY_ND;
  return set;
}

std::optional<CharSet> CharSet::property(std::string_view name) {
  CharSet set;
  for (const CategoryRow& row : kCategories) {
    if (row.name == name) set.categories = row.categories;
  }
  for (std::size_t i = 0; i < kCategoryNames.size(); ++i) {
    if (kCategoryNames[i] == name) set.categories = 1U << i;
  }
  if (name == "Han") set.ranges.assign(kHan.begin(), kHan.end());
  if (set.categories == 0 && set.ranges.empty()) return std::nullopt;
  return set;
}

CharSet CharSet::complement() const {
  INFERLAB_CHECK(!negated && also.empty());
  CharSet set;
  if (ranges.empty()) {
    set.categories = ~categories & kAllCategories;
  } else if (categories == 0) {
    char32_t next = 0;
    for (const Range& range : ranges) {
      if (range.first > next) set.add(next, range.first - 1);
      next = range.last + 1;
    }
    if (next <= kLast) set.add(next, kLast);
  } else {  // no one set of categories and ranges says this
    set.add(0, kLast);
    set.also.push_back(*this);
    set.also.back().negated = true;
  }
  return set;
}

std::optional<CharSet> CharSet::any_case() const {
  constexpr std::size_t kMaxCharacters = 256;
  // Categories other than those of letters with case hold no case.
  constexpr std::uint32_t kCased = bits(UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LT);
  if (!also.empty()) return std::nullopt;
  if ((categories & kCased) != 0 && (categories & kCased) != kCased) return std::nullopt;
  CharSet set = *this;
  std::size_t characters = 0;
  for (const Range& range : ranges) {
    characters += range.last - range.first + 1;
    if (characters > kMaxCharacters) return std::nullopt;
    for (char32_t c = range.first; c <= range.last; ++c) {
      const auto code = static_cast<utf8proc_int32_t>(c);
      for (const utf8proc_int32_t other :
           {utf8proc_tolower(code), utf8proc_toupper(code), utf8proc_totitle(code)}) {
        set.add(static_cast<char32_t>(other), static_cast<char32_t>(other));
      }
      // Case folding's odd ones: the long s and the Kelvin sign.
      if (c == 's' || c == 'S') set.add(0x17f, 0x17f);
      if (c == 'k' || c == 'K') set.add(0x212a, 0x212a);
    }
  }
  return set;
}

}  // namespace inferlab
