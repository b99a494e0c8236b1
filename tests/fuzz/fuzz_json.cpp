// JSON: what was read is printed so that it reads back the same.
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "sim/api/json.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_json(std::string_view bytes) {
  std::vector<std::string> duplicates;
  const auto value = sim::parse_json(bytes, {}, &duplicates);
  if (!value) {
    INFERLAB_CHECK(!value.error().message.empty());
    return;
  }
  const std::string text = sim::to_json(*value);
  const auto again = sim::parse_json(text);
  // Not the same Value: 1E5 is a double, which is printed as 100000, and -0E5 as -0, which is 0.
  // But from then on it stays.
  INFERLAB_CHECK(again.has_value());
  const auto indented = sim::parse_json(sim::to_json(*value, 2));
  INFERLAB_CHECK(indented.has_value() && *indented == *again);
  const auto third = sim::parse_json(sim::to_json(*again));
  INFERLAB_CHECK(third.has_value() && *third == *again);
  // With narrow limits it is refused or read as the same document.
  const auto narrow = sim::parse_json(bytes, {.max_depth = 3, .max_bytes = 64});
  INFERLAB_CHECK(!narrow || *narrow == *value);
}

}  // namespace inferlab::fuzz
