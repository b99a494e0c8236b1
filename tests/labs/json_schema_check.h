#pragma once

#include <string>

#include "sim/api/value.h"

/// Why `value` does not satisfy a JSON Schema of draft-07, or empty: the keywords that the schema
/// of lab.yaml uses, and any other is a fault.
std::string schema_fault(const inferlab::sim::Value& schema, const inferlab::sim::Value& value);
