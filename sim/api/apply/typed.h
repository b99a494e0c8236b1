#pragma once

#include <string>

#include "engine/base/result.h"
#include "sim/api/apply/field_set.h"
#include "sim/api/schema.h"
#include "sim/api/value.h"

// What server-side apply does with objects of a schema. A list is one value (atomic), a set, or
// items known by their keys; a map or an object is its members unless it is atomic.
// Source: Kubernetes documentation, "Server-Side Apply", "Merge strategy".
namespace inferlab::sim {

/// kInvalid: ".spec.bogus: field not declared in schema", or all such faults after "errors:".
Result<void> check_typed(const Type& type, const Value& object);

/// The fields that a configuration states.
FieldSet stated_fields(const Type& type, const Value& object);

/// The fields that differ: in `changed` those that are new or have another value, in `removed`
/// those that are gone.
struct Difference {
  FieldSet changed, removed;
};
Difference difference_of(const Type& type, const Value& before, const Value& after);

/// `live` with all that `config` states.
Value merge_typed(const Type& type, const Value& live, const Value& config);

/// `object` without the fields of `candidates` that are not in `owned`.
Value without_unowned(const Type& type, const Value& object, const FieldSet& candidates,
                      const FieldSet& owned);

}  // namespace inferlab::sim
