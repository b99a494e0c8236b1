// JSON schemas and requests that carry them: whatever the masks let through is JSON.
#include <nlohmann/json.hpp>

#include "engine/base/check.h"
#include "tests/fuzz/structured_walk.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

// SCHEMA %%% CHOICES
void fuzz_schema(std::string_view bytes) {
  using structured::StructuredSpec;
  if (const auto spec = structured::read_structured_spec(bytes); !spec) {
    INFERLAB_CHECK(!spec.error().message.empty());
  }
  const std::string_view schema = next_part(bytes);
  const auto is_json = [](std::string_view text) { INFERLAB_CHECK(nlohmann::json::accept(text)); };
  StructuredSpec spec{.kind = StructuredSpec::Kind::kJsonSchema, .text = std::string(schema)};
  spec.any_whitespace = schema.size() % 4 != 0;
  walk_grammar(spec, bytes, is_json);
}

}  // namespace inferlab::fuzz
