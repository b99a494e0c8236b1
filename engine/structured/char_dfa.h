#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/structured/char_nfa.h"
#include "engine/structured/effort.h"

namespace inferlab::structured {

/// A deterministic automaton over characters. State 0 is the start; without states it accepts
/// nothing. From every state an accepting one can be reached.
///
/// What makes one gives nothing when it would have more states, or cost more, than there may be: a
/// caller says which keyword was too much.
struct CharDfa {
  struct Edge {
    char32_t low;
    char32_t high;
    std::uint32_t to;
  };
  struct State {
    std::vector<Edge> edges = {};  ///< sorted, not overlapping
    bool accepting = false;
  };
  std::vector<State> states;

  [[nodiscard]] bool empty() const { return states.empty(); }
  /// Whether it accepts the text, UTF-8.
  [[nodiscard]] bool accepts(std::string_view text) const;

  static CharDfa all_texts();
  /// These and no others. Texts are UTF-8.
  static CharDfa of_texts(std::span<const std::string> texts);
};

std::optional<CharDfa> determinize(const CharNfa& nfa, std::size_t max_states, Effort& effort);
std::optional<CharDfa> intersect(const CharDfa& a, const CharDfa& b, std::size_t max_states,
                                 Effort& effort);
/// All texts that `dfa` does not accept.
CharDfa complement(const CharDfa& dfa);
/// Those of `dfa` with `min` to `max` characters; no `max`: any number.
std::optional<CharDfa> with_length(const CharDfa& dfa, std::uint32_t min,
                                   std::optional<std::uint32_t> max, std::size_t max_states,
                                   Effort& effort);
/// Takes away states from which nothing is accepted, and those that are never reached.
void prune(CharDfa& dfa);

}  // namespace inferlab::structured
