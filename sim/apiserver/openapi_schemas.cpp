#include "sim/apiserver/openapi_schemas.h"

#include <fmt/core.h>

#include <map>
#include <string>
#include <vector>

#include "sim/api/json.h"
#include "sim/api/schema.h"
#include "sim/api/types/types.h"
#include "sim/apiserver/openapi_facts.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kQuantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
constexpr std::string_view kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
constexpr std::string_view kTime = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";
constexpr std::string_view kMicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

/// "a,b" in parts; of the empty text none.
Value::Array parts_of(std::string_view text) {
  Value::Array parts;
  for (bool more = !text.empty(); more;) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
  }
  return parts;
}

class Builder {
 public:
  explicit Builder(OpenApiVersion version) : version_(version) {}

  void add(const Kind& kind) {
    if (kind.schema == nullptr) return;
    if (kind.openapi.is_null()) {
      add(*kind.schema);
    } else {
      add_custom(kind);
    }
    const Value gvk =
        Value::object({{"group", kind.group}, {"version", kind.version}, {"kind", kind.kind}});
    Value& schema = schemas_[std::string(kind.schema->name)];
    schema = schema.with("x-kubernetes-group-version-kind",
                         schema["x-kubernetes-group-version-kind"].appended(gvk));
  }

  Value take() {
    Value::Object members;
    for (auto& [name, schema] : schemas_) members.push_back({name, schema});
    return Value::object(std::move(members));
  }

 private:
  [[nodiscard]] bool v3() const { return version_ == OpenApiVersion::kV3; }

  /// Where a member of an object refers to a named schema and says more about it (v3 needs allOf
  /// for that: siblings of $ref are ignored there).
  Value reference(std::string_view name) {
    const Value ref = Value::object(
        {{"$ref", fmt::format("#/{}/{}", v3() ? "components/schemas" : "definitions", name)}});
    return v3() ? Value::object({{"allOf", Value::array({ref})}}) : ref;
  }

  Value named_scalar(std::string_view name, const Value& schema, std::string_view description) {
    Value& known = schemas_[std::string(name)];
    if (known.is_null()) known = schema.with("description", description);
    return reference(name);
  }

  Value scalar(FieldType type) {
    switch (type) {
      case FieldType::kString:
        return Value::object({{"type", "string"}});
      case FieldType::kBool:
        return Value::object({{"type", "boolean"}});
      case FieldType::kInt32:
        return Value::object({{"type", "integer"}, {"format", "int32"}});
      case FieldType::kInt64:
        return Value::object({{"type", "integer"}, {"format", "int64"}});
      case FieldType::kNumber:
        return Value::object({{"type", "number"}, {"format", "double"}});
      case FieldType::kBytes:
        return Value::object({{"type", "string"}, {"format", "byte"}});
      case FieldType::kQuantity:
        return named_scalar(kQuantity, either("string", "number", {}),
                            "An amount: a number with an optional suffix, as 500m or 16Gi.");
      case FieldType::kIntOrString:
        return named_scalar(
            kIntOrString, either("integer", "string", "int-or-string"),
            "A whole number, or a text such as a percentage or the name of a port.");
      case FieldType::kTime:
        return named_scalar(kTime, Value::object({{"type", "string"}, {"format", "date-time"}}),
                            "A moment as RFC 3339 text, to the second.");
      case FieldType::kMicroTime:
        return named_scalar(kMicroTime,
                            Value::object({{"type", "string"}, {"format", "date-time"}}),
                            "A moment as RFC 3339 text, to the microsecond.");
      case FieldType::kRaw:
      case FieldType::kObject:
      case FieldType::kList:
      case FieldType::kMap:
        break;
    }
    return Value::object();
  }

  Value raw(std::string_view type, const Field& field) {
    const RawSchema& schema = openapi_raw_schema(type, field.name);
    Value shape = Value::object();
    if (schema.object) shape = shape.with("type", "object");
    return named_scalar(schema.name, shape, schema.description);
  }

  /// A union, which v2 cannot say: there it is a string, and clients let numbers pass.
  [[nodiscard]] Value either(const char* first, const char* second, std::string_view format) const {
    // Named steps: in one expression g++ 12 takes the temporaries for uninitialised.
    Value schema = Value::object({{"type", "string"}});
    if (v3()) {
      Value::Array choices;
      choices.push_back(Value::object({{"type", first}}));
      choices.push_back(Value::object({{"type", second}}));
      schema = Value::object({{"oneOf", Value::array(std::move(choices))}});
    }
    return format.empty() ? schema : schema.with("format", format);
  }

  /// A value of a field of `type`: its own, or an element of the list or map that it is.
  Value one(std::string_view type, const Field& field, FieldType shape) {
    if (shape != FieldType::kObject && shape != FieldType::kRaw) {
      Value schema = scalar(shape);
      Value::Array values = parts_of(openapi_enum(type, field.name));
      return values.empty() ? schema : schema.with("enum", Value::array(std::move(values)));
    }
    if (shape == FieldType::kRaw || field.object == nullptr) return raw(type, field);
    add(*field.object);
    return reference(field.object->name);
  }

  Value shape(std::string_view type, const Field& field) {
    switch (field.type) {
      case FieldType::kList:
        return Value::object({{"type", "array"}, {"items", one(type, field, field.element)}});
      case FieldType::kMap:
        return Value::object(
            {{"type", "object"}, {"additionalProperties", one(type, field, field.element)}});
      default:
        return one(type, field, field.type);
    }
  }

  Value member(std::string_view type, const Field& field) {
    Value schema = shape(type, field);
    if (!field.description.empty()) schema = schema.with("description", field.description);
    // A default beside a plain reference is not allowed in v2; null is how it is written, no
    // default.
    if (!field.default_json.empty() && field.default_json != "null" && !schema.has("$ref")) {
      if (auto parsed = parse_json(field.default_json)) schema = schema.with("default", *parsed);
    }
    if (!field.merge_key.empty()) {
      schema = schema.with("x-kubernetes-patch-merge-key", field.merge_key);
    }
    if (!field.patch_strategy.empty()) {
      schema = schema.with("x-kubernetes-patch-strategy", field.patch_strategy);
    }
    if (!field.list_type.empty()) schema = schema.with("x-kubernetes-list-type", field.list_type);
    if (!field.list_map_keys.empty()) {
      schema =
          schema.with("x-kubernetes-list-map-keys", Value::array(parts_of(field.list_map_keys)));
    }
    if (field.atomic_map) schema = schema.with("x-kubernetes-map-type", "atomic");
    return schema;
  }

  /// What a CustomResourceDefinition says, with the metadata of any object.
  void add_custom(const Kind& kind) {
    add(types::kObjectMeta);
    const Value metadata = reference(types::kObjectMeta.name);
    schemas_[std::string(kind.schema->name)] =
        kind.openapi.with_path({"properties", "metadata"}, metadata);
  }

  void add(const Type& type) {
    const std::string name(type.name);
    if (schemas_.contains(name)) return;
    schemas_[name] = Value::object();  // types may contain themselves
    Value::Object properties;
    Value::Array required;
    for (const Field& field : type.fields) {
      properties.push_back({std::string(field.name), member(name, field)});
      if (field.required) required.emplace_back(field.name);
    }
    Value schema = Value::object({{"type", "object"}, {"description", type.description}});
    if (!properties.empty()) {
      schema = schema.with("properties", Value::object(std::move(properties)));
    }
    if (!required.empty()) schema = schema.with("required", Value::array(std::move(required)));
    schemas_[name] = std::move(schema);
  }

  OpenApiVersion version_;
  std::map<std::string, Value> schemas_;
};

}  // namespace

Value openapi_schemas(std::span<const Kind* const> kinds, OpenApiVersion version) {
  Builder builder(version);
  for (const Kind* kind : kinds) builder.add(*kind);
  return builder.take();
}

}  // namespace inferlab::sim
