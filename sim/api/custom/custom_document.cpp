#include "sim/api/custom/custom_document.h"

#include "sim/api/decode.h"
#include "sim/api/types/types.h"

namespace inferlab::sim {
namespace {

// What every object has besides what its schema says.
bool is_object_head(std::string_view name) {
  return name == "apiVersion" || name == "kind" || name == "metadata";
}

class Pruner {
 public:
  explicit Pruner(std::vector<std::string>* unknown) : unknown_(unknown) {}

  // `head`: whether apiVersion, kind and metadata stand here as they do in any object.
  Value prune(const JsonSchema& schema, const Value& in, const std::string& path, bool head) {
    if (in.is_array()) return prune_items(schema, in, path);
    if (!in.is_object()) return in;
    Value::Object kept;
    bool differs = false;
    for (const Value::Member& member : in.members()) {
      if (head && is_object_head(member.key)) {
        kept.push_back(member);
        continue;
      }
      const std::string at = path.empty() ? member.key : path + "." + member.key;
      const JsonSchema* deeper = schema.property(member.key);
      if (deeper == nullptr) deeper = schema.additional.get();
      if (deeper != nullptr) {
        kept.push_back({member.key, prune(*deeper, member.value, at, deeper->embedded_resource)});
        differs = differs || kept.back().value != member.value;
      } else if (schema.preserve_unknown || schema.any_additional) {
        kept.push_back(member);
      } else {
        if (unknown_ != nullptr) unknown_->push_back(at);
        differs = true;
      }
    }
    return differs ? Value::object(std::move(kept)) : in;
  }

 private:
  Value prune_items(const JsonSchema& schema, const Value& in, const std::string& path) {
    if (schema.items == nullptr) return in;
    Value::Array out;
    bool differs = false;
    std::size_t index = 0;
    for (const Value& item : in.items()) {
      Value kept = prune(*schema.items, item, path + "[" + std::to_string(index++) + "]",
                         schema.items->embedded_resource);
      differs = differs || kept != item;
      out.push_back(std::move(kept));
    }
    return differs ? Value::array(std::move(out)) : in;
  }

  std::vector<std::string>* unknown_;
};

// A null where the schema allows none but has a default stands for "not given".
bool counts_as_missing(const JsonSchema& schema, const Value* given) {
  return given == nullptr ||
         (given->is_null() && !schema.nullable && !schema.default_value.is_null());
}

}  // namespace

Value with_custom_defaults(const JsonSchema& schema, const Value& object) {
  if (object.is_array()) {
    if (schema.items == nullptr) return object;
    Value::Array out;
    bool differs = false;
    for (const Value& item : object.items()) {
      out.push_back(with_custom_defaults(*schema.items, item));
      differs = differs || out.back() != item;
    }
    return differs ? Value::array(std::move(out)) : object;
  }
  if (!object.is_object()) return object;
  Value::Object out;
  bool differs = false;
  for (const Value::Member& member : object.members()) {
    const JsonSchema* property = schema.property(member.key);
    const JsonSchema* deeper = property != nullptr ? property : schema.additional.get();
    if (property != nullptr && counts_as_missing(*property, &member.value)) {
      out.push_back({member.key, with_custom_defaults(*property, property->default_value)});
    } else if (deeper != nullptr) {
      out.push_back({member.key, with_custom_defaults(*deeper, member.value)});
    } else {
      out.push_back(member);
      continue;
    }
    differs = differs || out.back().value != member.value;
  }
  for (const auto& [name, property] : schema.properties) {
    if (property->default_value.is_null() || object.has(name)) continue;
    out.push_back({name, with_custom_defaults(*property, property->default_value)});
    differs = true;
  }
  return differs ? Value::object(std::move(out)) : object;
}

Result<Value> decode_custom(const JsonSchema& schema, const Value& body,
                            std::vector<std::string>* unknown, std::string* place) {
  // Only the head is read as Go reads it; the rest is JSON to it.
  static constexpr Field kHead[] = {
      {.name = "apiVersion"},
      {.name = "kind"},
      {.name = "metadata", .type = FieldType::kObject, .object = &types::kObjectMeta}};
  static constexpr Type kObject = {"io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata",
                                   "The head of an object.", kHead};
  Value head = Value::object();
  for (const Field& field : kHead) {
    if (const Value* given = body.find(field.name)) head = head.with(field.name, *given);
  }
  INFERLAB_TRY(const Value decoded, decode(kObject, head, unknown, DecodeWords::kJson, place));
  Value out = body;
  for (const Field& field : kHead) {
    const Value* made = decoded.find(field.name);
    if (made == nullptr) {
      out = out.without(field.name);
    } else if (*made != out[field.name]) {
      out = out.with(field.name, *made);
    }
  }
  return with_custom_defaults(schema, Pruner(unknown).prune(schema, out, "", /*head=*/true));
}

}  // namespace inferlab::sim
