#include "sim/api/cel/schema_type.h"

#include <algorithm>

namespace inferlab::sim::cel {

namespace {

using Kind = Type::Kind;

Type text_type(std::string_view format) {
  if (format == "byte") return Type(Kind::kBytes);
  if (format == "duration") return Type(Kind::kDuration);
  if (format == "date" || format == "date-time") return Type(Kind::kTimestamp);
  return Type(Kind::kString);
}

bool is_embedded(const Value& schema) {
  return schema["x-kubernetes-embedded-resource"].as_bool();
}

std::optional<Type> list_type(const Value& schema, const std::string& name) {
  const Value& items = schema["items"];
  if (!items.is_object()) return std::nullopt;
  const std::optional<Type> item = schema_type(items, name + ".@idx", is_embedded(items));
  if (!item) return std::nullopt;
  const std::string_view kind = schema["x-kubernetes-list-type"].as_string();
  if (kind == "set") return Type::list(*item, Type::Merge::kSet);
  if (kind != "map") return Type::list(*item);
  std::vector<std::string> keys;
  for (const Value& key : schema["x-kubernetes-list-map-keys"].items()) {
    keys.push_back(escaped_name(key.as_string()));
  }
  return Type::list(*item, Type::Merge::kByKeys, std::move(keys));
}

// apiVersion, kind and the name of a resource, where its own schema leaves them open.
void add_resource_fields(std::vector<Type::Field>& fields, const std::string& name) {
  const Type text(Kind::kString);
  const auto has = [&](std::string_view field) {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const Type::Field& each) { return each.name == field; });
  };
  if (!has("apiVersion")) fields.push_back({"apiVersion", "apiVersion", text});
  if (!has("kind")) fields.push_back({"kind", "kind", text});
  std::erase_if(fields, [](const Type::Field& each) { return each.name == "metadata"; });
  fields.push_back({"metadata", "metadata",
                    Type::object(name + ".metadata", {{"name", "name", text},
                                                      {"generateName", "generateName", text}})});
}

std::optional<Type> object_type(const Value& schema, const std::string& name, bool resource_root) {
  const Value& values = schema["additionalProperties"];
  if (values.is_object() && !resource_root) {
    const std::optional<Type> value = schema_type(values, name + ".@elem", is_embedded(values));
    if (!value) return std::nullopt;
    return Type::map(Type(Kind::kString), *value);
  }
  std::vector<Type::Field> fields;
  for (const Value::Member& property : schema["properties"].members()) {
    const std::string escaped = escaped_name(property.key);
    const std::optional<Type> type =
        schema_type(property.value, name + "." + escaped, is_embedded(property.value));
    if (type && !escaped.empty()) fields.push_back({escaped, property.key, *type});
  }
  if (resource_root) add_resource_fields(fields, name);
  return Type::object(name, std::move(fields));
}

}  // namespace

std::optional<Type> schema_type(const Value& schema, const std::string& name, bool resource_root) {
  if (schema["x-kubernetes-int-or-string"].as_bool()) return Type();
  const std::string_view type = schema["type"].as_string();
  if (type == "object" || resource_root) return object_type(schema, name, resource_root);
  if (type == "array") return list_type(schema, name);
  if (type == "string") return text_type(schema["format"].as_string());
  if (type == "boolean") return Type(Kind::kBool);
  if (type == "number") return Type(Kind::kDouble);
  if (type == "integer") return Type(Kind::kInt);
  return std::nullopt;
}

}  // namespace inferlab::sim::cel
