#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "engine/structured/effort.h"
#include "engine/structured/network.h"

namespace inferlab::structured {

/// The JSON texts of the values that satisfy a schema, within what SchemaMerger, number_language()
/// and the following say:
///   - declared properties come in the order of the schema (a schema's own before those of its
///     $ref and allOf), optional ones may be left out; then patternProperties and additional ones
///     in any order; names of declared properties, and the values of enum and const, are spelled
///     as nlohmann's dump() spells them;
///   - the names of additional properties may come twice: readers keep the last;
///   - whitespace as StructuredSpec::any_whitespace has it, none before and behind the text;
///   - recursive schemas nest without bound.
/// kInvalid names the keyword and its place: "structured_outputs.json: #/properties/a/not: …".
Result<Network> compile_schema(std::string_view schema, bool any_whitespace, std::string_view where,
                               std::size_t max_states, Effort& effort);

}  // namespace inferlab::structured
