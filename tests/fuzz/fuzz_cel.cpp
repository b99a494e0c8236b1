// CEL: what compiles is evaluated within its budget, twice with one outcome.
#include <string>

#include "engine/base/check.h"
#include "sim/api/cel/cel.h"
#include "sim/api/json.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

namespace cel = inferlab::sim::cel;

constexpr std::string_view kSchema = R"({"type": "object", "properties": {
  "replicas": {"type": "integer"}, "name": {"type": "string"}, "ratio": {"type": "number"},
  "on": {"type": "boolean"}, "when": {"type": "string", "format": "date-time"},
  "took": {"type": "string", "format": "duration"}, "data": {"type": "string", "format": "byte"},
  "port": {"x-kubernetes-int-or-string": true},
  "items": {"type": "array", "items": {"type": "object", "properties": {
    "id": {"type": "string"}, "size": {"type": "integer"}}}},
  "labels": {"type": "object", "additionalProperties": {"type": "string"}},
  "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}})";

constexpr std::string_view kObject = R"({"replicas": 3, "name": "abc", "ratio": 0.5, "on": true,
  "when": "2026-01-05T08:00:00Z", "took": "90s", "data": "aGk=", "port": 80,
  "items": [{"id": "a", "size": 1}, {"id": "b", "size": -2}], "labels": {"app": "x", "b": ""},
  "any": {"deep": [1, "two", null]}})";

struct World {
  cel::Environment environment;
  cel::Bindings bindings;

  World() {
    const auto schema = sim::parse_json(kSchema);
    const auto object = sim::parse_json(kObject);
    INFERLAB_CHECK(schema.has_value() && object.has_value());
    const auto type = cel::schema_type(*schema, "self");
    INFERLAB_CHECK(type.has_value());
    environment.variables = {{"self", *type}, {"oldSelf", *type}, {"dyn1", cel::Type()}};
    bindings.set("self", cel::from_value(*object, *type));
    bindings.set("oldSelf", cel::from_value(object->with("replicas", 4), *type));
    bindings.set("dyn1", cel::from_value(*object, {}));
    environment.two_variable_macros = true;
  }
};

}  // namespace

void fuzz_cel(std::string_view bytes) {
  static const World world;
  const auto program = cel::compile(bytes, world.environment);
  if (!program) {
    INFERLAB_CHECK(!program.error().message.empty());
    return;
  }
  INFERLAB_CHECK(!program->result_type().str().empty());
  cel::Budget budget;
  const auto first = program->evaluate(world.bindings, budget);
  INFERLAB_CHECK(budget.left <= cel::kPerRequestLimit);
  cel::Budget again;
  const auto second = program->evaluate(world.bindings, again);
  INFERLAB_CHECK(first.has_value() == second.has_value());
  INFERLAB_CHECK(budget.left == again.left);
  if (!first) {
    INFERLAB_CHECK(first.error().message == second.error().message);
    return;
  }
  const auto value = cel::to_value(*first);
  const auto same = cel::to_value(*second);
  INFERLAB_CHECK(value.has_value() == same.has_value());
  if (value) INFERLAB_CHECK(sim::to_json(*value) == sim::to_json(*same));
}

}  // namespace inferlab::fuzz
