#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/result.h"
#include "engine/structured/char_dfa.h"
#include "engine/structured/effort.h"
#include "engine/structured/network.h"

namespace inferlab::structured {

/// What patterns that are combined with something else may have as an automaton.
inline constexpr std::size_t kMaxPatternStates = 20'000;

/// kInvalid, beginning with `where`, also when it would have more states than that.
Result<CharDfa> pattern_dfa(std::string_view pattern, MatchKind kind, std::string_view where,
                            Effort& effort);

/// Appends texts that match: as a deterministic automaton where that is small, else as it is, to be
/// made deterministic while it runs. `in_json`: as the content of a JSON string, and its quote.
Result<StateId> append_pattern(NetworkBuilder& builder, StateId from, std::string_view pattern,
                               MatchKind kind, bool in_json, std::string_view where,
                               Effort& effort);

}  // namespace inferlab::structured
