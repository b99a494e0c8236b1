#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/custom/json_schema.h"
#include "sim/api/schema.h"

namespace inferlab::sim {

/// A custom resource's schema as the tables that server-side apply works with. Owns what the types
/// point to, so it must outlive them.
class CustomTypes {
 public:
  CustomTypes() = default;
  CustomTypes(const CustomTypes&) = delete;
  CustomTypes& operator=(const CustomTypes&) = delete;

  /// The type of a whole object, named `name` ("sh.keda.v1alpha1.ScaledObject").
  const Type* object_type(const JsonSchema& schema, std::string name);
  /// A copy of `text` that lives as long as this.
  std::string_view keep(std::string text);

 private:
  const Type* type_of(const JsonSchema& schema, std::string_view name, bool head);
  Field field_of(const JsonSchema& schema, std::string_view name);

  std::deque<std::string> texts_;
  std::deque<std::vector<Field>> fields_;
  std::deque<Type> types_;
};

}  // namespace inferlab::sim
