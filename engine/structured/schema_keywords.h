#pragma once

#include "engine/base/result.h"
#include "engine/structured/schema_merge.h"

namespace inferlab::structured {

// Each adds what one schema says (for arrays and objects: what several say together) to `merged`.
// kInvalid names a keyword whose value is not of its type, and its place.
Result<void> merge_types(const SchemaRef& ref, MergedSchema& merged);
Result<void> merge_values(const SchemaRef& ref, MergedSchema& merged);
Result<void> merge_numbers(const SchemaRef& ref, MergedSchema& merged);
Result<void> merge_strings(const SchemaRef& ref, MergedSchema& merged);
Result<void> merge_arrays(const std::vector<SchemaRef>& refs, MergedSchema& merged);
Result<void> merge_objects(const std::vector<SchemaRef>& refs, MergedSchema& merged,
                           Effort& effort);

/// The type of a value; 1.0 is an integer.
std::uint8_t type_of(const SchemaJson& value);
/// Equal as JSON Schema has it: 1 and 1.0 are, and members have no order.
bool same_value(const SchemaJson& a, const SchemaJson& b);
/// A number of a schema, exactly as far as a double is.
std::optional<Decimal> decimal_of(const SchemaJson& value);

}  // namespace inferlab::structured
