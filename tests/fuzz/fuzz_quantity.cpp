// Quantities: the canonical form reads back as the same amount, and is its own canonical form, with
// one exception that Kubernetes has too: 56562.5Ki is written without a suffix, 57920000, which
// reads back as a decimal amount and is written 57920k from then on.
#include <string>

#include "engine/base/check.h"
#include "sim/api/quantity.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_quantity(std::string_view bytes) {
  using sim::Quantity;
  const std::string_view first = next_part(bytes);
  const auto quantity = Quantity::parse(first);
  INFERLAB_CHECK(quantity.has_value() == Quantity::why_not(first).empty());
  if (!quantity) return;
  const std::string canonical = quantity->str();
  const auto again = Quantity::parse(canonical);
  INFERLAB_CHECK(again.has_value() && *again == *quantity);
  const std::string settled = again->str();
  INFERLAB_CHECK(settled == canonical || first.ends_with('i'));
  const auto third = Quantity::parse(settled);
  INFERLAB_CHECK(third.has_value() && *third == *quantity && third->str() == settled);
  const std::string kept = Quantity::normalized(first);
  const auto same = Quantity::parse(kept);
  INFERLAB_CHECK(same.has_value() && *same == *quantity);
  const std::string kept_again = Quantity::normalized(kept);
  INFERLAB_CHECK(kept_again == kept || first.ends_with('i'));
  INFERLAB_CHECK(Quantity::normalized(kept_again) == kept_again);
  if (const auto other = Quantity::parse(bytes)) {
    Quantity sum = *quantity;
    sum += *other;
    if (sum == *quantity) INFERLAB_CHECK(*other == Quantity() || quantity->milli() != 0);
    Quantity back = sum;
    back -= *other;
    (void)back.str();
    INFERLAB_CHECK((*quantity < *other) == (*other > *quantity));
  }
}

}  // namespace inferlab::fuzz
