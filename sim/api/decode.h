#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/schema.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Reads `body` as an object of `type`, as the API server's decoder does: fields that the type does
/// not have are left out, quantities and times take their canonical form, what Go leaves out
/// (nulls, empty lists and maps, the zeros of optional fields) is left out, and the schema's
/// defaults are filled in. Shares all that stays as it is with `body`.
///
/// The error is kInvalid with the text of Go's decoder, "json: cannot unmarshal string into Go
/// struct field DeploymentSpec.spec.replicas of type int32". `unknown`, when given, gets the paths
/// of the fields that were left out because the type has none such, "spec.template.foo"; `place`
/// that of the field which the error is about, in the same form.
///
/// Whose words an error has: those of the JSON decoder, or those of the converter that strategic
/// patches go through ("unrecognized type: int32").
enum class DecodeWords : std::uint8_t { kJson, kConverter };
Result<Value> decode(const Type& type, const Value& body,
                     std::vector<std::string>* unknown = nullptr,
                     DecodeWords words = DecodeWords::kJson, std::string* place = nullptr);

/// The schema's default of this field, or null.
Value default_of(const Field& field);

}  // namespace inferlab::sim
