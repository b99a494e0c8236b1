#include "labs/spec/json_schema.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>

#include "labs/checks/table.h"
#include "labs/spec/evals.h"
#include "labs/spec/lab_tables.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// The two patterns say what the reader's own functions say: see validate.cpp.
constexpr const char* kIdPattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";
constexpr const char* kDurationPattern =
    "^\\+?(0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h)"
    "(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h))*)$";
constexpr const char* kBytesPattern =
    "^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$";

// A value that parameters make, whole or in part.
constexpr const char* kParameterPattern = "\\$\\{[a-z][a-z0-9._-]*\\}";

class SchemaWriter {
 public:
  std::map<std::string, Value> definitions;

  Value reference(const SpecTable& table) {
    const std::string name(table.name);
    if (definitions.count(name) == 0) {
      definitions[name] = Value();  // so that a table that holds itself ends
      definitions[name] = object(table);
    }
    return Value::object({{"$ref", "#/definitions/" + name}});
  }

  Value object(const SpecTable& table) {
    Value::Object properties;
    Value::Array required;
    for (const SpecField& each : table.fields) {
      properties.push_back({std::string(each.name), field(each)});
      if (each.required) required.emplace_back(each.name);
    }
    Value::Object out = {{"type", "object"},
                         {"description", table.description},
                         {"additionalProperties", false},
                         {"properties", Value::object(std::move(properties))}};
    if (table.find("include") != nullptr && !required.empty()) {
      // What is required may be in the file that is included.
      const auto one = [](Value names) { return Value::object({{"required", std::move(names)}}); };
      out.push_back({"anyOf", Value::array({one(Value::array(std::move(required))),
                                            one(Value::array({"include"}))})});
    } else if (!required.empty()) {
      out.push_back({"required", Value::array(std::move(required))});
    }
    return Value::object(std::move(out));
  }

 private:
  static Value number(double bound) {
    return std::floor(bound) == bound && std::abs(bound) < 1e15
               ? Value(static_cast<std::int64_t>(bound))
               : Value(bound);
  }

  static Value text(const char* pattern) {
    return Value::object({{"type", "string"}, {"pattern", pattern}});
  }

  // Of what is no text anyway a parameter may stand there: ${replicas}.
  Value field(const SpecField& each) {
    Value out = shape(each);
    const bool may_be_parameter = out["type"].as_string() != "object" &&
                                  out["type"].as_string() != "array" && !out.has("allOf") &&
                                  !out.empty();
    if (may_be_parameter) out = or_parameter(out);
    return out.with("description", each.description);
  }

  static Value or_parameter(const Value& shape) {
    return Value::object({{"anyOf", Value::array({shape, text(kParameterPattern)})}});
  }

  // An item that stands for those of a file.
  Value or_include(Value item) {
    definitions.try_emplace(
        "include", Value::object({{"type", "object"},
                                  {"description", "The items of a file, in the place of this one."},
                                  {"additionalProperties", false},
                                  {"properties", Value::object({{"include", text("^[^\\n]+$")}})},
                                  {"required", Value::array({"include"})}}));
    const Value include = Value::object({{"$ref", "#/definitions/include"}});
    return Value::object({{"anyOf", Value::array({std::move(item), include})}});
  }

  Value list(const SpecField& each, Value items) {
    if (each.includes) items = or_include(std::move(items));
    Value out = Value::object({{"type", "array"}, {"items", std::move(items)}});
    if (each.min_items > 0) {
      out = out.with("minItems", static_cast<std::int64_t>(each.min_items));
    }
    return out;
  }

  static Value one_of(std::span<const std::string_view> allowed) {
    Value::Array words;
    for (const std::string_view word : allowed) words.emplace_back(word);
    return Value::object({{"type", "string"}, {"enum", Value::array(std::move(words))}});
  }

  Value shape(const SpecField& each) {
    switch (each.type) {
      case SpecType::kText:
        return text("^[^\\n]+$");
      case SpecType::kMarkdown:
        return Value::object({{"type", "string"}, {"minLength", 1}});
      case SpecType::kId:
        return text(kIdPattern);
      case SpecType::kDuration:
        return text(kDurationPattern);
      case SpecType::kBool:
        return Value::object({{"type", "boolean"}});
      case SpecType::kInteger:
      case SpecType::kNumber: {
        Value out =
            Value::object({{"type", each.type == SpecType::kInteger ? "integer" : "number"}});
        if (each.minimum > std::numeric_limits<double>::lowest()) {
          out = out.with("minimum", number(each.minimum));
        }
        if (each.maximum < std::numeric_limits<double>::max()) {
          out = out.with("maximum", number(each.maximum));
        }
        return out;
      }
      case SpecType::kBytes:
        return Value::object(
            {{"anyOf", Value::array({text(kBytesPattern),
                                     Value::object({{"type", "integer"}, {"minimum", 0}})})}});
      case SpecType::kWord:
        return one_of(each.words);
      case SpecType::kWords:
        return list(each, one_of(each.words));
      case SpecType::kTexts:
        return list(each, text("^[^\\n]+$"));
      case SpecType::kIds:
        return list(each, text(kIdPattern));
      case SpecType::kLabels:
        return Value::object(
            {{"type", "object"}, {"additionalProperties", Value::object({{"type", "string"}})}});
      case SpecType::kObject:
        // draft-07 ignores what stands beside $ref.
        return Value::object({{"allOf", Value::array({reference(*each.object)})}});
      case SpecType::kObjects:
        return list(each, reference(*each.object));
      case SpecType::kFacts:
        return list(
            each,
            Value::object({{"anyOf", Value::array({text("^[^\\n]+$"), reference(*each.object)})}}));
      case SpecType::kAny:
        return Value::object();
      case SpecType::kDocument:
      case SpecType::kParams:
        return Value::object({{"type", "object"}});
    }
    return Value::object();
  }
};

std::string document(const Value& root, std::string_view title, const SchemaWriter& writer) {
  Value::Object definitions;
  for (const auto& [name, value] : writer.definitions) definitions.push_back({name, value});
  const Value schema = root.with("$schema", "http://json-schema.org/draft-07/schema#")
                           .with("title", title)
                           .with("definitions", Value::object(std::move(definitions)));
  return sim::to_json(schema, 2) + "\n";
}

}  // namespace

std::string lab_json_schema() {
  SchemaWriter writer;
  const Value lab = writer.object(kLabTable);
  // Which params a check takes depends on its kind.
  Value::Array kinds, rules;
  for (const CheckRow& row : check_table()) {
    kinds.emplace_back(row.kind);
    rules.push_back(Value::object(
        {{"if", Value::object({{"properties",
                                Value::object({{"kind", Value::object({{"const", row.kind}})}})}})},
         {"then", Value::object({{"properties",
                                  Value::object({{"params", writer.object(*row.params)}})}})}}));
  }
  Value& check = writer.definitions.at("check");
  check = check.with("allOf", Value::array(std::move(rules)));
  check = check.with_path({"properties", "kind", "enum"}, Value::array(std::move(kinds)));

  return document(lab, "lab.yaml of inferlab", writer);
}

std::string evals_json_schema() {
  SchemaWriter writer;
  const Value evals = writer.object(kEvalsTable);
  return document(evals, "evals.yaml of inferlab", writer);
}

}  // namespace inferlab::labs
