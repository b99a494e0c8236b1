#include "engine/structured/structured_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/printable.h"
#include "engine/structured/schema_document.h"

namespace inferlab::structured {
namespace {

using Kind = StructuredSpec::Kind;

// Prompts come in the same body; members of objects are bounded by parse_foreign_json().
constexpr std::size_t kMaxBodyBytes = std::size_t{64} << 20;

Error invalid(std::string_view place, std::string_view why, std::string hint = {}) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", place, why), std::move(hint)};
}

/// Null for absent and for null.
const SchemaJson* find(const SchemaJson& object, const char* name) {
  const SchemaJson* const value = find_keyword(object, name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<StructuredSpec> schema_spec(const SchemaJson& value, std::string place) {
  StructuredSpec spec{.kind = Kind::kJsonSchema, .place = std::move(place)};
  if (value.is_string()) {
    spec.text = value.get<std::string>();
  } else if (value.is_object() || value.is_boolean()) {
    spec.text = value.dump();
  } else {
    return invalid(spec.place, "must be a schema, or a string that holds one");
  }
  return spec;
}

Result<StructuredSpec> text_spec(Kind kind, const SchemaJson& value, std::string place) {
  if (!value.is_string()) return invalid(place, "must be a string");
  return StructuredSpec{.kind = kind, .text = value.get<std::string>(), .place = std::move(place)};
}

Result<StructuredSpec> choice_spec(const SchemaJson& value, std::string place) {
  const bool strings = value.is_array() && std::ranges::all_of(value, [](const SchemaJson& choice) {
                         return choice.is_string();
                       });
  if (!strings) return invalid(place, "must be an array of strings");
  StructuredSpec spec{.kind = Kind::kChoice, .place = std::move(place)};
  for (const SchemaJson& choice : value) spec.choices.push_back(choice.get<std::string>());
  return spec;
}

/// The constraints of one object: "json", "regex" and so on, with `prefix` before their names.
Result<std::vector<StructuredSpec>> constraints(const SchemaJson& object, const std::string& prefix,
                                                const std::string& place) {
  std::vector<StructuredSpec> specs;
  const auto member = [&](const char* name) { return find(object, (prefix + name).c_str()); };
  const auto place_of = [&](const char* name) { return place + prefix + name; };
  const auto add = [&](Result<StructuredSpec> spec) -> Result<void> {
    INFERLAB_TRY(StructuredSpec value, std::move(spec));
    specs.push_back(std::move(value));
    return {};
  };
  if (const SchemaJson* const value = member("json")) {
    INFERLAB_TRY_VOID(add(schema_spec(*value, place_of("json"))));
  }
  if (const SchemaJson* const value = member("regex")) {
    INFERLAB_TRY_VOID(add(text_spec(Kind::kRegex, *value, place_of("regex"))));
  }
  if (const SchemaJson* const value = member("choice")) {
    INFERLAB_TRY_VOID(add(choice_spec(*value, place_of("choice"))));
  }
  if (const SchemaJson* const value = member("grammar")) {
    INFERLAB_TRY_VOID(add(text_spec(Kind::kGrammar, *value, place_of("grammar"))));
  }
  if (const SchemaJson* const value = member("json_object")) {
    if (!value->is_boolean()) return invalid(place_of("json_object"), "must be true or false");
    if (*value == true) {
      specs.push_back({.kind = Kind::kJsonObject, .place = place_of("json_object")});
    }
  }
  for (const char* const name : {"structural_tag", "whitespace_pattern"}) {
    if (member(name) != nullptr) return invalid(place_of(name), "is not supported");
  }
  return specs;
}

Result<std::vector<StructuredSpec>> structured_outputs(const SchemaJson& body) {
  const SchemaJson* const object = find(body, "structured_outputs");
  if (object == nullptr) return std::vector<StructuredSpec>();
  if (!object->is_object()) return invalid("structured_outputs", "must be an object");
  INFERLAB_TRY(std::vector<StructuredSpec> specs, constraints(*object, "", "structured_outputs."));
  if (specs.size() != 1) {
    return invalid("structured_outputs",
                   specs.empty() ? "has no constraint" : "has more than one constraint",
                   "one of json, regex, choice, grammar, json_object");
  }
  if (const SchemaJson* const value = find(*object, "disable_any_whitespace")) {
    if (!value->is_boolean()) {
      return invalid("structured_outputs.disable_any_whitespace", "must be true or false");
    }
    specs[0].any_whitespace = *value == false;
  }
  return specs;
}

Result<std::vector<StructuredSpec>> response_format(const SchemaJson& body) {
  std::vector<StructuredSpec> specs;
  const SchemaJson* const format = find(body, "response_format");
  if (format == nullptr) return specs;
  const SchemaJson* const type = format->is_object() ? find(*format, "type") : nullptr;
  if (type == nullptr || !type->is_string()) {
    return invalid("response_format", "must be an object with a type");
  }
  const auto& name = type->get_ref<const std::string&>();
  if (name == "text") return specs;
  if (name == "json_object") {
    specs.push_back({.kind = Kind::kJsonObject, .place = "response_format"});
    return specs;
  }
  if (name != "json_schema") {
    return invalid("response_format.type", fmt::format("\"{}\" is not supported", printable(name)),
                   "text, json_object or json_schema");
  }
  const SchemaJson* const wrapper = find(*format, "json_schema");
  const SchemaJson* const schema =
      wrapper != nullptr && wrapper->is_object() ? find(*wrapper, "schema") : nullptr;
  if (schema == nullptr) return invalid("response_format.json_schema.schema", "is missing");
  INFERLAB_TRY(StructuredSpec spec, schema_spec(*schema, "response_format.json_schema.schema"));
  specs.push_back(std::move(spec));
  return specs;
}

}  // namespace

std::string StructuredSpec::key() const {
  std::string key =
      fmt::format("{}{}:{}", static_cast<int>(kind), any_whitespace ? 'w' : 'c', text);
  for (const std::string& choice : choices) key += fmt::format("\n{}:{}", choice.size(), choice);
  return key;
}

Result<std::optional<StructuredSpec>> read_structured_spec(std::string_view body) {
  // Most requests ask for nothing of the kind, and need not be read twice.
  constexpr std::array<std::string_view, 3> kWords = {"structured_outputs", "response_format",
                                                      "guided_"};
  const auto mentioned = [&](std::string_view word) { return body.find(word) != body.npos; };
  if (std::ranges::none_of(kWords, mentioned)) return std::optional<StructuredSpec>();
  INFERLAB_TRY(const SchemaJson value, parse_foreign_json(body, "body", kMaxBodyBytes));
  if (!value.is_object()) return invalid("body", "must be an object");

  INFERLAB_TRY(std::vector<StructuredSpec> specs, structured_outputs(value));
  INFERLAB_TRY(const std::vector<StructuredSpec> formats, response_format(value));
  INFERLAB_TRY(const std::vector<StructuredSpec> guided, constraints(value, "guided_", ""));
  specs.insert(specs.end(), formats.begin(), formats.end());
  specs.insert(specs.end(), guided.begin(), guided.end());
  if (specs.empty()) return std::optional<StructuredSpec>();
  if (specs.size() > 1) {
    return invalid(specs[1].place, fmt::format("contradicts {}", specs[0].place),
                   "one constraint in a request");
  }
  return std::optional(std::move(specs[0]));
}

}  // namespace inferlab::structured
