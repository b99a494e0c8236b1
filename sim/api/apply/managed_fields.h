#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/apply/field_set.h"
#include "sim/api/schema.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Who set which fields: metadata.managedFields, read and written.
/// Source: Kubernetes documentation, "Server-Side Apply", "Field management".
struct FieldManager {
  std::string name;
  bool applies = false;     // operation Apply; else Update
  std::string api_version;  // "apps/v1"
  std::string subresource;
  std::string time;  // RFC 3339
  FieldSet fields;

  [[nodiscard]] bool same_as(const FieldManager& other) const {
    return name == other.name && applies == other.applies && subresource == other.subresource &&
           (applies || api_version == other.api_version);
  }
  /// `"alice"`, `"kubectl" using apps/v1`: so conflicts name it.
  [[nodiscard]] std::string printed() const;
};

std::vector<FieldManager> managers_of(const Value& object);
/// `object` with these; managers without fields are left out.
Value with_managers(const Value& object, std::vector<FieldManager> managers);

/// The entry of this manager, made when there is none.
FieldManager& manager_in(std::vector<FieldManager>& managers, const FieldManager& wanted);

/// Fields that nobody manages: name, uid, times, kind …
void drop_unmanaged(FieldSet& fields);

/// `after`, which `who` wrote over `before` (null: created), with its managedFields, so far those
/// of `before`, brought up to date.
Value track_update(const Type& type, const Value& before, const Value& after,
                   const FieldManager& who);

}  // namespace inferlab::sim
