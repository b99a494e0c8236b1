#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/structured/char_dfa.h"

namespace inferlab::structured {

/// A decimal number, exactly.
struct Decimal {
  bool negative = false;
  std::string integer = "0";  ///< without leading zeros, but "0"
  std::string fraction = {};  ///< without trailing zeros

  /// "-12.5", "1e-3", "1E+20". Nothing for what is no number, or has an exponent above 40.
  static std::optional<Decimal> parse(std::string_view text);
  /// Below 0, 0 or above, as of the difference.
  static int compare(const Decimal& a, const Decimal& b);
  [[nodiscard]] bool is_zero() const { return integer == "0" && fraction.empty(); }
};

struct NumberBound {
  Decimal value;
  bool exclusive = false;
};

/// What JSON Schema's numeric keywords admit.
struct NumberRange {
  bool integer = false;
  std::optional<NumberBound> min = std::nullopt;
  std::optional<NumberBound> max = std::nullopt;
  std::vector<Decimal> multiples_of = {};
};

/// The texts of the numbers in a range, exactly. So that what reads them as doubles or 64-bit
/// integers sees the same numbers, and so that no model writes digits without end:
///   - integers have no fraction and no exponent, and fit into 64 bits with a sign;
///   - numbers without a range have up to 19 digits, 17 of a fraction and an exponent of two;
///   - numbers with one have no exponent and up to 15 digits in all, or as many as its bounds.
/// kInvalid, beginning with `where`, when it would take too many states: a large multipleOf.
Result<CharDfa> number_language(const NumberRange& range, std::string_view where, Effort& effort);

}  // namespace inferlab::structured
