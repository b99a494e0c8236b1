#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace inferlab::sim {

/// The shape of a field. Tables of these are written as constants, one file for each kind or family
/// of shared types; the facts (names, types, required, merge keys, defaults) are those of the
/// OpenAPI documents of Kubernetes 1.32, the descriptions are ours.
enum class FieldType : std::uint8_t {
  kString,
  kBool,
  kInt32,
  kInt64,
  kNumber,
  kQuantity,
  kIntOrString,
  kTime,
  kMicroTime,
  kBytes,
  kObject,  // `type` says which
  kList,    // of scalars (element) or objects (object)
  kMap,     // string keys to scalars (element) or objects (object)
  kRaw,     // any JSON (RawExtension, FieldsV1)
};

struct Type;

struct Field {
  std::string_view name;
  FieldType type = FieldType::kString;
  FieldType element = FieldType::kString;  // of kList and kMap; kObject: see `object`
  const Type* object = nullptr;
  std::string_view description = {};  // for kubectl explain; our own words
  bool required = false;
  std::string_view default_json = {};    // the API's static default, as JSON text
  std::string_view merge_key = {};       // x-kubernetes-patch-merge-key of a list of objects
  std::string_view patch_strategy = {};  // "merge", "replace", "retainKeys", "merge,retainKeys"
  std::string_view list_type = {};       // "atomic", "set", "map"
  std::string_view list_map_keys = {};   // "containerPort,protocol"
  bool atomic_map = false;               // x-kubernetes-map-type: atomic
  bool omit_zero = false;                // "", false and 0 are not written out
};

struct Type {
  std::string_view name;  // "io.k8s.api.core.v1.PodSpec": its name in OpenAPI
  std::string_view description;
  std::span<const Field> fields;  // in order of name
  [[nodiscard]] const Field* find(std::string_view field) const;
};

}  // namespace inferlab::sim
