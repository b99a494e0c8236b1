#include "sim/api/custom/json_schema.h"

#include <re2/re2.h>

#include <algorithm>

namespace inferlab::sim {
namespace {

std::optional<double> number(const Value& json) {
  if (!json.is_number()) return std::nullopt;
  return json.as_double();
}

std::optional<std::int64_t> count(const Value& json) {
  if (!json.is_int()) return std::nullopt;
  return json.as_int();
}

std::vector<std::string> texts(const Value& json) {
  std::vector<std::string> out;
  for (const Value& item : json.items()) out.push_back(item.str());
  return out;
}

JsonSchema::Ptr read(const Value& json, int depth);

std::vector<JsonSchema::Ptr> read_all(const Value& list, int depth) {
  std::vector<JsonSchema::Ptr> out;
  for (const Value& item : list.items()) out.push_back(read(item, depth));
  return out;
}

void read_structure(JsonSchema& out, const Value& json, int depth) {
  out.type = json["type"].str();
  out.description = json["description"].str();
  out.nullable = json["nullable"].as_bool();
  out.int_or_string = json["x-kubernetes-int-or-string"].as_bool();
  out.preserve_unknown = json["x-kubernetes-preserve-unknown-fields"].as_bool();
  out.embedded_resource = json["x-kubernetes-embedded-resource"].as_bool();
  out.default_value = json["default"];
  out.list_type = json["x-kubernetes-list-type"].str();
  out.map_type = json["x-kubernetes-map-type"].str();
  out.list_map_keys = texts(json["x-kubernetes-list-map-keys"]);
  for (const Value::Member& member : json["properties"].members()) {
    out.properties.emplace_back(member.key, read(member.value, depth));
  }
  if (json["items"].is_object()) out.items = read(json["items"], depth);
  const Value& additional = json["additionalProperties"];
  if (additional.is_object()) out.additional = read(additional, depth);
  out.any_additional = additional.as_bool();
}

void read_rules(JsonSchema& out, const Value& json, int depth) {
  out.format = json["format"].str();
  out.required = texts(json["required"]);
  out.enumeration = json["enum"].items();
  out.pattern = json["pattern"].str();
  if (!out.pattern.empty()) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto expression = std::make_shared<const re2::RE2>(out.pattern, options);
    if (expression->ok()) out.expression = std::move(expression);
  }
  out.minimum = number(json["minimum"]);
  out.maximum = number(json["maximum"]);
  out.multiple_of = number(json["multipleOf"]);
  out.exclusive_minimum = json["exclusiveMinimum"].as_bool();
  out.exclusive_maximum = json["exclusiveMaximum"].as_bool();
  out.min_length = count(json["minLength"]);
  out.max_length = count(json["maxLength"]);
  out.min_items = count(json["minItems"]);
  out.max_items = count(json["maxItems"]);
  out.min_properties = count(json["minProperties"]);
  out.max_properties = count(json["maxProperties"]);
  out.unique_items = json["uniqueItems"].as_bool();
  out.all_of = read_all(json["allOf"], depth);
  out.any_of = read_all(json["anyOf"], depth);
  out.one_of = read_all(json["oneOf"], depth);
  if (json["not"].is_object()) out.not_schema = read(json["not"], depth);
}

JsonSchema::Ptr read(const Value& json, int depth) {
  auto out = std::make_shared<JsonSchema>();
  if (depth >= kDeepestSchema) {
    out->preserve_unknown = true;
    return out;
  }
  read_structure(*out, json, depth + 1);
  read_rules(*out, json, depth + 1);
  return out;
}

}  // namespace

const JsonSchema* JsonSchema::property(std::string_view name) const {
  const auto it = std::lower_bound(
      properties.begin(), properties.end(), name,
      [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  return it == properties.end() || it->first != name ? nullptr : it->second.get();
}

JsonSchema::Ptr read_json_schema(const Value& json) {
  return read(json, 0);
}

}  // namespace inferlab::sim
