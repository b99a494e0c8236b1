// Quantities: the canonical form reads back as the same amount, and is its own canonical form.
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
  INFERLAB_CHECK(again->str() == canonical);
  const std::string kept = Quantity::normalized(first);
  const auto same = Quantity::parse(kept);
  INFERLAB_CHECK(same.has_value() && *same == *quantity);
  INFERLAB_CHECK(Quantity::normalized(kept) == kept);
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
