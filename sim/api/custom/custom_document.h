#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/custom/json_schema.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Reads `body` as a custom resource of this schema: fields that the schema does not have are left
/// out, missing ones with a default are filled in, and metadata is read as that of any object.
/// Shares all that stays as it is with `body`. Values are not looked at: that is validation.
///
/// The error is kInvalid, of metadata alone. `unknown`, when given, gets the paths of the fields
/// left out, "spec.foo".
/// Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions",
/// "Field pruning" and "Defaulting".
Result<Value> decode_custom(const JsonSchema& schema, const Value& body,
                            std::vector<std::string>* unknown = nullptr,
                            std::string* place = nullptr);

/// `object` with the schema's defaults.
Value with_custom_defaults(const JsonSchema& schema, const Value& object);

}  // namespace inferlab::sim
