#pragma once

#include <span>
#include <string_view>

namespace inferlab::sim {

/// What the OpenAPI documents say of fields and nothing else needs: validation has rules of its
/// own with texts of their own, which name these values as well.
/// Facts: OpenAPI documents of Kubernetes 1.32.

/// The values that a text field of a type may have, with commas between them; of a list or map, its
/// elements' values. Empty: any. One of the values may be the empty text.
std::string_view openapi_enum(std::string_view type, std::string_view field);

/// The schema of a field that holds JSON of any shape.
struct RawSchema {
  std::string_view name;
  bool object;  // false: values of other types too
  std::string_view description;
};
const RawSchema& openapi_raw_schema(std::string_view type, std::string_view field);

}  // namespace inferlab::sim
