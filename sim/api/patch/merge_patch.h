#pragma once

#include "engine/base/result.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// RFC 7396: members of `patch` replace those of `target`, null removes one.
Value merge_patch(const Value& target, const Value& patch);

/// RFC 6902. kInvalid with the words of the library that the API server uses; kExhausted for more
/// operations than it takes. Copies add up to 3 MiB at most.
Result<Value> json_patch(const Value& target, const Value& patch);

}  // namespace inferlab::sim
