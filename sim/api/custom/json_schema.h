#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/api/value.h"

namespace re2 {
class RE2;
}

namespace inferlab::sim {

/// One place of a custom resource as spec.versions[].schema.openAPIV3Schema describes it: what its
/// values may be. Read once when a version begins to be served; immutable from then on, so any
/// thread may read it.
/// Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions",
/// "Specifying a structural schema"; OpenAPI 3.0, "Schema Object".
struct JsonSchema {
  using Ptr = std::shared_ptr<const JsonSchema>;

  // -- the structure
  std::string type;  // "object", "array", "string", "integer", "number", "boolean"; "" for any
  std::string description;
  bool nullable = false;
  bool int_or_string = false;                           // x-kubernetes-int-or-string
  bool preserve_unknown = false;                        // x-kubernetes-preserve-unknown-fields
  bool embedded_resource = false;                       // x-kubernetes-embedded-resource
  Value default_value;                                  // null: none
  std::vector<std::pair<std::string, Ptr>> properties;  // by name
  Ptr items;                                            // of an array; nullptr: anything
  Ptr additional;                                       // additionalProperties that have a schema
  bool any_additional = false;                          // additionalProperties: true
  std::string list_type, map_type;  // "atomic", "set", "map"; "atomic", "granular"
  std::vector<std::string> list_map_keys;

  // -- rules for values
  std::string format;
  std::vector<std::string> required;
  std::vector<Value> enumeration;
  std::string pattern;
  std::shared_ptr<const re2::RE2> expression;  // of `pattern`; nullptr without one
  std::optional<double> minimum, maximum, multiple_of;
  bool exclusive_minimum = false, exclusive_maximum = false;
  std::optional<std::int64_t> min_length, max_length, min_items, max_items, min_properties,
      max_properties;
  bool unique_items = false;
  std::vector<Ptr> all_of, any_of, one_of;
  Ptr not_schema;

  [[nodiscard]] const JsonSchema* property(std::string_view name) const;
};

/// Reads the JSON of a schema. Never fails: what the schema may not say was refused when the
/// CustomResourceDefinition was written (sim/api/validation/custom_resource_validation.h); deeper
/// than kDeepestSchema everything is allowed.
JsonSchema::Ptr read_json_schema(const Value& json);
inline constexpr int kDeepestSchema = 100;

}  // namespace inferlab::sim
