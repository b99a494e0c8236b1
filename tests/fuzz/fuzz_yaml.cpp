// YAML: what was read is printed so that it reads back the same.
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_yaml(std::string_view bytes) {
  const auto documents = sim::parse_yaml(bytes, "input");
  if (!documents) {
    INFERLAB_CHECK(documents.error().message.starts_with("input:"));
    return;
  }
  for (const sim::YamlDocument& document : *documents) {
    INFERLAB_CHECK(document.place("").line >= 0);
    if (document.value.is_null()) continue;  // prints as an empty document
    const std::string text = sim::to_yaml(document.value);
    const auto again = sim::parse_yaml(text, "printed");
    INFERLAB_CHECK(again.has_value() && again->size() == 1);
    INFERLAB_CHECK(sim::to_json(again->front().value) == sim::to_json(document.value));
    INFERLAB_CHECK(again->front().duplicates.empty());
    const auto json = sim::parse_json(sim::to_json(document.value));
    INFERLAB_CHECK(json.has_value());
  }
}

}  // namespace inferlab::fuzz
