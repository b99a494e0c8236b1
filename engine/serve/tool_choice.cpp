#include "engine/serve/tool_choice.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/printable.h"
#include "engine/structured/schema_document.h"

namespace inferlab {
namespace {

using structured::SchemaJson;

constexpr std::size_t kMaxBodyBytes = std::size_t{64} << 20;

Error invalid(std::string message) {
  return Error{ErrorKind::kInvalid, std::move(message)};
}

std::string name_of(const SchemaJson& tool) {
  return tool.at("function").at("name").get<std::string>();
}

Result<SchemaJson> parameters_of(const SchemaJson& tool) {
  const SchemaJson* const parameters = structured::find_keyword(tool.at("function"), "parameters");
  if (parameters == nullptr || parameters->is_null() || *parameters == SchemaJson::object()) {
    return SchemaJson{{"type", "object"}, {"properties", SchemaJson::object()}};
  }
  if (parameters->is_object()) {
    SchemaJson schema = *parameters;
    // Arguments are members; by itself the word would let anything else pass too.
    if (schema.contains("properties") && !schema.contains("type")) schema["type"] = "object";
    return schema;
  }
  return invalid(
      fmt::format("tools: the parameters of \"{}\" must be an object", printable(name_of(tool))));
}

/// Takes what the schema defines for itself up to the document's root, where its references look.
Result<void> lift(const char* keyword, SchemaJson& schema, SchemaJson& root) {
  const SchemaJson* const own = structured::find_keyword(schema, keyword);
  if (own == nullptr || !own->is_object()) return {};
  SchemaJson& all = root[keyword];
  for (const auto& [key, value] : own->items()) {
    const auto [at, is_new] = all.emplace(key, SchemaJson(value));
    if (is_new || *at == value) continue;
    return invalid(
        fmt::format("tools: Tool definition '{}' has multiple schemas, which is not supported.",
                    printable(key)));
  }
  schema.erase(keyword);
  return {};
}

/// Of an array of {name, parameters}.
Result<SchemaJson> calls_schema(const SchemaJson& body) {
  SchemaJson calls = SchemaJson::array();
  SchemaJson root = SchemaJson::object();
  for (const SchemaJson& tool : body.at("tools")) {
    INFERLAB_TRY(SchemaJson parameters, parameters_of(tool));
    INFERLAB_TRY_VOID(lift("$defs", parameters, root));
    INFERLAB_TRY_VOID(lift("definitions", parameters, root));
    SchemaJson call = {{"type", "object"}};
    call["properties"]["name"]["enum"] = SchemaJson::array({name_of(tool)});
    call["properties"]["parameters"] = std::move(parameters);
    call["required"] = {"name", "parameters"};
    call["additionalProperties"] = false;
    calls.push_back(std::move(call));
  }
  root["type"] = "array";
  root["minItems"] = 1;
  const SchemaJson* const parallel = structured::find_keyword(body, "parallel_tool_calls");
  if (parallel != nullptr && *parallel == false) root["maxItems"] = 1;
  root["items"]["anyOf"] = std::move(calls);
  return root;
}

}  // namespace

Result<structured::StructuredSpec> tool_call_spec(std::string_view body, const ToolChoice& choice) {
  // From the text: the order of a schema's properties is that of the arguments.
  INFERLAB_TRY(const SchemaJson value, structured::parse_foreign_json(body, "body", kMaxBodyBytes));
  structured::StructuredSpec spec{.kind = structured::StructuredSpec::Kind::kJsonSchema,
                                  .any_whitespace = false,
                                  .place = "tools"};
  if (!choice.is_named()) {
    INFERLAB_TRY(const SchemaJson schema, calls_schema(value));
    spec.text = schema.dump();
    return spec;
  }
  // The last of the same name counts, as in vLLM's map of them.
  for (const SchemaJson& tool : value.at("tools")) {
    if (name_of(tool) != choice.name) continue;
    INFERLAB_TRY(const SchemaJson parameters, parameters_of(tool));
    spec.text = parameters.dump();
  }
  return spec;
}

}  // namespace inferlab
