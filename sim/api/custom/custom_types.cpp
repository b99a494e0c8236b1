#include "sim/api/custom/custom_types.h"

#include <algorithm>

#include "sim/api/types/types.h"

namespace inferlab::sim {
namespace {

FieldType scalar_of(const JsonSchema& schema) {
  if (schema.int_or_string) return FieldType::kIntOrString;
  if (schema.type == "string") return FieldType::kString;
  if (schema.type == "boolean") return FieldType::kBool;
  if (schema.type == "integer") return FieldType::kInt64;
  if (schema.type == "number") return FieldType::kNumber;
  return FieldType::kRaw;
}

}  // namespace

std::string_view CustomTypes::keep(std::string text) {
  return texts_.emplace_back(std::move(text));
}

const Type* CustomTypes::object_type(const JsonSchema& schema, std::string name) {
  return type_of(schema, keep(std::move(name)), /*head=*/true);
}

const Type* CustomTypes::type_of(const JsonSchema& schema, std::string_view name, bool head) {
  std::vector<Field> fields;
  for (const auto& [property, deeper] : schema.properties) {
    if (head && (property == "apiVersion" || property == "kind" || property == "metadata"))
      continue;
    fields.push_back(field_of(*deeper, property));
  }
  if (head) {
    fields.push_back({.name = "apiVersion"});
    fields.push_back({.name = "kind"});
    fields.push_back(
        {.name = "metadata", .type = FieldType::kObject, .object = &types::kObjectMeta});
  }
  std::ranges::sort(fields, {}, &Field::name);
  const std::vector<Field>& kept = fields_.emplace_back(std::move(fields));
  return &types_.emplace_back(Type{name, keep(schema.description), kept});
}

Field CustomTypes::field_of(const JsonSchema& schema, std::string_view name) {
  Field out{.name = keep(std::string(name))};
  out.type = scalar_of(schema);
  if (schema.type == "object" && !schema.preserve_unknown) {
    if (!schema.properties.empty()) {
      out.type = FieldType::kObject;
      out.object = type_of(schema, out.name, schema.embedded_resource);
    } else if (schema.additional != nullptr) {
      const Field element = field_of(*schema.additional, name);
      out.type = FieldType::kMap;
      out.element = element.type == FieldType::kList || element.type == FieldType::kMap
                        ? FieldType::kRaw
                        : element.type;
      out.object = element.type == FieldType::kObject ? element.object : nullptr;
    }
  } else if (schema.type == "array" && schema.items != nullptr) {
    const Field element = field_of(*schema.items, name);
    out.type = FieldType::kList;
    out.element = element.type == FieldType::kList || element.type == FieldType::kMap
                      ? FieldType::kRaw
                      : element.type;
    out.object = element.type == FieldType::kObject ? element.object : nullptr;
    // Lists are atomic unless they say otherwise.
    out.list_type = keep(schema.list_type.empty() ? "atomic" : schema.list_type);
    std::string keys;
    for (const std::string& key : schema.list_map_keys) keys += (keys.empty() ? "" : ",") + key;
    out.list_map_keys = keep(std::move(keys));
  }
  out.atomic_map = schema.map_type == "atomic";
  return out;
}

}  // namespace inferlab::sim
