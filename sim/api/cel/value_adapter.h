#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/cel/val.h"
#include "sim/api/value.h"

namespace inferlab::sim::cel {

/// A document as CEL sees it, without copying: strings, lists and objects stay shared with `value`,
/// and an item is looked at when it is asked for. The type says what a field is: text may be a
/// timestamp, a duration or bytes, a whole number a double. Where a part does not fit its type the
/// value that is met there is an error. A dyn type takes everything as it is.
/// Source: Kubernetes, "Validation rules", the table of types.
Val from_value(const Value& value, const Type& type);

/// An object whose fields are worked out when they are first asked for, and once: the `variables`
/// of a ValidatingAdmissionPolicy. An error stays what the field is.
Val lazy_object(std::vector<std::pair<std::string, std::function<Val()>>> fields);

/// What an expression came to as a document. Timestamps and durations become text, bytes base64,
/// uint a number where it fits. An error for what has no form in JSON.
Result<Value> to_value(const Val& val);

}  // namespace inferlab::sim::cel
