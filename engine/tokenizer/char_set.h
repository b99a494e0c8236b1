#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace inferlab {

/// A set of characters as split rules name them: Unicode's general categories and ranges, perhaps
/// all but these, perhaps only what is in further sets too. Sets that were written alike are equal.
struct CharSet {
  struct Range {
    char32_t first;
    char32_t last;
    bool operator==(const Range&) const = default;
  };

  std::uint32_t categories = 0;  ///< a bit for each category, numbered as utf8proc does
  std::vector<Range> ranges;     ///< sorted, with gaps between them
  bool negated = false;
  std::vector<CharSet> also;  ///< a member must be in each of these too, before `negated`

  bool operator==(const CharSet&) const = default;

  [[nodiscard]] bool contains(char32_t c) const { return contains(c, category_bit(c)); }
  /// The same with the character's category at hand, for those who ask many sets.
  [[nodiscard]] bool contains(char32_t c, std::uint32_t category) const;
  /// The bit of the character's category.
  static std::uint32_t category_bit(char32_t c);

  void add(char32_t first, char32_t last);
  /// Checks: neither is negated nor has further sets.
  void add(const CharSet& other);

  static CharSet of(char32_t c);
  /// Unicode's White_Space property: \s.
  static CharSet white_space();
  /// \w: letters, marks, numbers, connector punctuation.
  static CharSet word();
  /// \d: decimal digits.
  static CharSet digit();
  /// "L", "Nd", "Han" and so on; nullopt for what is not known.
  static std::optional<CharSet> property(std::string_view name);
  /// All characters that are not in it, without use of `negated`. Checks: as add().
  [[nodiscard]] CharSet complement() const;
  /// With what differs from its members by case alone. nullopt when it is too large for that.
  [[nodiscard]] std::optional<CharSet> any_case() const;
};

bool is_white_space(char32_t c);
/// Of general category P, or one of ASCII's symbols: what BERT and Rust take for punctuation.
bool is_punctuation(char32_t c);

}  // namespace inferlab
