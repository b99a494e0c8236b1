#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/structured/char_set.h"
#include "engine/structured/regex.h"

namespace inferlab::structured {

/// A nondeterministic automaton over characters, as Thompson makes it of a regular expression: one
/// start, one accepting state. A language of whole texts: anchors are resolved.
struct CharNfa {
  static constexpr std::int32_t kEpsilon = -1;
  struct Edge {
    std::uint32_t to;
    std::int32_t set;  ///< index into `sets`; kEpsilon: without a character
  };
  std::vector<std::vector<Edge>> states;
  std::vector<CharSet> sets;
  std::uint32_t start = 0;
  std::uint32_t accept = 0;
};

enum class MatchKind : std::uint8_t {
  kWhole,   ///< the text as a whole matches, as in structured_outputs.regex
  kSearch,  ///< a part of the text matches, as in JSON Schema's "pattern"
};

/// kInvalid, beginning with `where`, when repetitions ask for more than `max_states`.
Result<CharNfa> build_nfa(const Regex& regex, MatchKind kind, std::size_t max_states,
                          std::string_view where);

}  // namespace inferlab::structured
