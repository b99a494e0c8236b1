#include "sim/api/custom/embedded_types.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "sim/api/json.h"
#include "sim/api/kind.h"

namespace inferlab::sim {
namespace {

constexpr const char* kReference = "x-inferlab-type";
constexpr const char* kWithout = "x-inferlab-without";
constexpr std::string_view kObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
// Of a Quantity, as apimachinery's own marker has it.
constexpr const char* kQuantityPattern =
    "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))"
    "(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

struct Known {
  const Type* type = nullptr;
  bool atomic = false;  // x-kubernetes-map-type, which the tables have where a field is of the type
};
using TypesByName = std::map<std::string_view, Known>;

void collect(const Type* type, TypesByName& out) {
  if (type == nullptr || !out.emplace(type->name, Known{type}).second) return;
  for (const Field& field : type->fields) {
    collect(field.object, out);
    if (field.type == FieldType::kObject && field.object != nullptr && field.atomic_map) {
      out[field.object->name].atomic = true;
    }
  }
}

// Every type that some built-in kind is made of.
const TypesByName& all_types() {
  static const TypesByName kTypes = [] {
    TypesByName out;
    for (const Kind* kind : KindTable::builtin().all()) collect(kind->schema, out);
    return out;
  }();
  return kTypes;
}

Value of_type(const char* type) {
  return Value::object({{"type", type}});
}

Value anything() {
  return of_type("object").with("x-kubernetes-preserve-unknown-fields", true);
}

Value number_or_text() {
  // Named steps: in one expression g++ 12 takes the temporaries for uninitialised.
  Value::Array choices;
  choices.push_back(of_type("integer"));
  choices.push_back(of_type("string"));
  const Value out = Value::object({{"anyOf", Value::array(std::move(choices))}});
  return out.with("x-kubernetes-int-or-string", true);
}

Value scalar(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return of_type("string");
    case FieldType::kBool:
      return of_type("boolean");
    case FieldType::kInt32:
      return of_type("integer").with("format", "int32");
    case FieldType::kInt64:
      return of_type("integer").with("format", "int64");
    case FieldType::kNumber:
      return of_type("number");
    case FieldType::kQuantity:
      return number_or_text().with("pattern", kQuantityPattern);
    case FieldType::kIntOrString:
      return number_or_text();
    case FieldType::kTime:
    case FieldType::kMicroTime:
      return of_type("string").with("format", "date-time");
    case FieldType::kBytes:
      return of_type("string").with("format", "byte");
    default:
      return anything();
  }
}

// The tables also hold the zero values that OpenAPI shows for required fields and structs; those
// are no defaults of the Go types.
Value default_of(const Field& field) {
  if (field.default_json.empty() || field.required) return {};
  auto parsed = parse_json(field.default_json);
  return parsed && (parsed->is_string() || parsed->is_bool()) ? *parsed : Value();
}

Value texts_of(std::string_view list) {
  Value::Array out;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    out.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return Value::array(std::move(out));
}

// As the type has it, less what is not wanted, and with what stands beside the reference.
Value with_changes(Value out, const Value& without, const Value& beside) {
  Value properties = out["properties"];
  for (const Value& name : without.items()) properties = properties.without(name.as_string());
  for (const Value::Member& own : beside["properties"].members()) {
    properties = properties.with(own.key, own.value);
  }
  for (const Value::Member& member : beside.members()) {
    if (member.key != "properties") out = out.with(member.key, member.value);
  }
  if (out["required"].is_array() && out["required"].empty()) out = out.without("required");
  return out.with("properties", properties);
}

}  // namespace

Result<Value> EmbeddedTypes::expand(const Value& schema, std::string& place) {
  const std::size_t here = place.size();
  if (schema.is_array()) {
    Value::Array out;
    for (const Value& item : schema.items()) {
      place += fmt::format("[{}]", out.size());
      INFERLAB_TRY(Value expanded, expand(item, place));
      place.resize(here);
      out.push_back(std::move(expanded));
    }
    return Value::array(std::move(out));
  }
  if (!schema.is_object()) return schema;
  Value::Object members;
  for (const Value::Member& member : schema.members()) {
    place += "." + member.key;
    INFERLAB_TRY(Value expanded, expand(member.value, place));
    place.resize(here);
    members.push_back({member.key, std::move(expanded)});
  }
  Value out = Value::object(std::move(members));
  if (!out.has(kReference)) return out;
  return reference(out, place);
}

Result<Value> EmbeddedTypes::reference(const Value& node, std::string& place) {
  const std::string_view name = node[kReference].as_string();
  const auto known = all_types().find(name);
  if (known == all_types().end()) {
    place += std::string(".") + kReference;
    return Error{ErrorKind::kInvalid, fmt::format("\"{}\" is no type of Kubernetes'", name),
                 "name one of /openapi/v2's definitions that a built-in kind is made of"};
  }
  return with_changes(schema_of(*known->second.type), node[kWithout],
                      node.without(kReference).without(kWithout));
}

const Value& EmbeddedTypes::schema_of(const Type& type) {
  const auto known = made_.find(type.name);
  if (known != made_.end()) return known->second;
  made_.emplace(type.name, anything());  // stands where a type contains itself
  Value::Object properties;
  Value::Array required;
  for (const Field& field : type.fields) {
    properties.push_back({std::string(field.name), schema_of(field)});
    if (field.required) required.emplace_back(field.name);
  }
  Value out = of_type("object");
  if (!properties.empty()) out = out.with("properties", Value::object(std::move(properties)));
  if (!required.empty()) out = out.with("required", Value::array(std::move(required)));
  if (all_types().at(type.name).atomic) out = out.with("x-kubernetes-map-type", "atomic");
  return made_.insert_or_assign(type.name, std::move(out)).first->second;
}

Value EmbeddedTypes::element_of(const Field& field) {
  if (field.element != FieldType::kObject) return scalar(field.element);
  return field.object != nullptr ? schema_of(*field.object) : anything();
}

Value EmbeddedTypes::schema_of(const Field& field) {
  Value out;
  if (field.type == FieldType::kList) {
    out = of_type("array").with("items", element_of(field));
  } else if (field.type == FieldType::kMap) {
    out = of_type("object").with("additionalProperties", element_of(field));
  } else if (field.type == FieldType::kObject && field.object != nullptr) {
    out = field.object->name == kObjectMeta ? of_type("object") : schema_of(*field.object);
  } else {
    out = scalar(field.type);
  }
  if (!field.description.empty()) out = out.with("description", field.description);
  if (const Value value = default_of(field); !value.is_null()) out = out.with("default", value);
  if (!field.list_type.empty()) out = out.with("x-kubernetes-list-type", field.list_type);
  if (!field.list_map_keys.empty()) {
    out = out.with("x-kubernetes-list-map-keys", texts_of(field.list_map_keys));
  }
  if (field.atomic_map) out = out.with("x-kubernetes-map-type", "atomic");
  return out;
}

}  // namespace inferlab::sim
