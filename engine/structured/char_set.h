#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inferlab::structured {

struct CharRange {
  char32_t low;
  char32_t high;  ///< inclusive
  bool operator==(const CharRange&) const = default;
};

inline constexpr char32_t kMaxChar = 0x10ffff;

/// A set of Unicode scalar values (surrogates are none): sorted ranges that neither meet nor touch.
class CharSet {
 public:
  CharSet() = default;
  /// In any order, overlapping or not. Surrogates and what is above U+10FFFF are dropped.
  explicit CharSet(std::vector<CharRange> ranges);

  static CharSet all() { return CharSet({{0, kMaxChar}}); }
  static CharSet of(char32_t c) { return CharSet({{c, c}}); }

  [[nodiscard]] const std::vector<CharRange>& ranges() const& { return ranges_; }
  void ranges() const&& = delete;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  /// Whether a character of [low, high] is in the set.
  [[nodiscard]] bool meets(char32_t low, char32_t high) const;
  [[nodiscard]] bool contains(char32_t c) const { return meets(c, c); }
  [[nodiscard]] CharSet negated() const;
  [[nodiscard]] CharSet united(const CharSet& other) const;
  bool operator==(const CharSet&) const = default;

 private:
  std::vector<CharRange> ranges_;
};

/// The general category of this name: "L", "Lu", "Nd", as in \p{Lu}. Source: Unicode, UAX #44.
std::optional<CharSet> unicode_category(std::string_view name);

/// Appends `c` in UTF-8. Checks: a scalar value.
void append_utf8(std::string& to, char32_t c);

}  // namespace inferlab::structured
