#include "engine/structured/char_set.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::structured {
namespace {

constexpr char32_t kFirstSurrogate = 0xd800;
constexpr char32_t kLastSurrogate = 0xdfff;

// In the order of utf8proc_category_t.
constexpr std::array<std::string_view, 30> kCategories = {
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co"};

std::array<std::vector<CharRange>, kCategories.size()> all_categories() {
  std::array<std::vector<CharRange>, kCategories.size()> result;
  for (char32_t c = 0; c <= kMaxChar; ++c) {
    auto& ranges =
        result[static_cast<std::size_t>(utf8proc_category(static_cast<utf8proc_int32_t>(c)))];
    if (!ranges.empty() && ranges.back().high + 1 == c) {
      ranges.back().high = c;
    } else {
      ranges.push_back({c, c});
    }
  }
  return result;
}

}  // namespace

CharSet::CharSet(std::vector<CharRange> ranges) {
  std::vector<CharRange> scalars;
  scalars.reserve(ranges.size());
  for (const CharRange& range : ranges) {
    const char32_t high = std::min(range.high, kMaxChar);
    if (range.low > high) continue;
    if (range.low < kFirstSurrogate) {
      scalars.push_back({range.low, std::min<char32_t>(high, kFirstSurrogate - 1)});
    }
    if (high > kLastSurrogate)
      scalars.push_back({std::max<char32_t>(range.low, kLastSurrogate + 1), high});
  }
  std::ranges::sort(scalars, {}, &CharRange::low);
  for (const CharRange& range : scalars) {
    if (!ranges_.empty() && range.low <= ranges_.back().high + 1) {
      ranges_.back().high = std::max(ranges_.back().high, range.high);
    } else {
      ranges_.push_back(range);
    }
  }
}

bool CharSet::meets(char32_t low, char32_t high) const {
  const auto found = std::ranges::lower_bound(ranges_, low, {}, &CharRange::high);
  return found != ranges_.end() && found->low <= high;
}

CharSet CharSet::negated() const {
  std::vector<CharRange> gaps;
  char32_t next = 0;
  for (const CharRange& range : ranges_) {
    if (range.low > next) gaps.push_back({next, range.low - 1});
    next = range.high + 1;
  }
  if (next <= kMaxChar) gaps.push_back({next, kMaxChar});
  return CharSet(std::move(gaps));
}

CharSet CharSet::united(const CharSet& other) const {
  std::vector<CharRange> both = ranges_;
  both.insert(both.end(), other.ranges_.begin(), other.ranges_.end());
  return CharSet(std::move(both));
}

std::optional<CharSet> unicode_category(std::string_view name) {
  // A million look-ups, once in the life of the program.
  static const auto kTable = all_categories();
  std::vector<CharRange> ranges;
  bool known = false;
  for (std::size_t i = 0; i < kCategories.size(); ++i) {
    if (name.empty() || name.size() > 2 || !kCategories[i].starts_with(name)) continue;
    known = true;
    ranges.insert(ranges.end(), kTable[i].begin(), kTable[i].end());
  }
  if (!known) return std::nullopt;
  return CharSet(std::move(ranges));
}

void append_utf8(std::string& to, char32_t c) {
  INFERLAB_CHECK(c <= kMaxChar && (c < kFirstSurrogate || c > kLastSurrogate));
  const auto put = [&to](char32_t byte) { to += static_cast<char>(byte); };
  const auto tail = [&](unsigned shift) { put(0x80U | ((c >> shift) & 0x3fU)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0U | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    put(0xe0U | (c >> 12));
    tail(6);
    tail(0);
  } else {
    put(0xf0U | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace inferlab::structured
