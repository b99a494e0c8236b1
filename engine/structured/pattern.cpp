#include "engine/structured/pattern.h"

#include <fmt/format.h>

#include <utility>

namespace inferlab::structured {
namespace {

constexpr std::size_t kMaxNfaStates = 20'000;
constexpr std::size_t kSmall = 1000;  // states

Result<CharNfa> pattern_nfa(std::string_view pattern, MatchKind kind, std::string_view where,
                            Effort& effort) {
  INFERLAB_TRY(const Regex regex, parse_regex(pattern, where));
  INFERLAB_TRY(CharNfa nfa, build_nfa(regex, kind, kMaxNfaStates, where));
  if (effort.spend(nfa.states.size())) return nfa;
  return Error{ErrorKind::kInvalid, fmt::format("{}: the patterns are too complex together", where),
               "repeat less, or use fewer patterns"};
}

}  // namespace

Result<CharDfa> pattern_dfa(std::string_view pattern, MatchKind kind, std::string_view where,
                            Effort& effort) {
  INFERLAB_TRY(const CharNfa nfa, pattern_nfa(pattern, kind, where, effort));
  auto dfa = determinize(nfa, kMaxPatternStates, effort);
  if (dfa) return *std::move(dfa);
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: the pattern is too complex to be combined with others", where),
               "repeat less, or smaller parts"};
}

Result<StateId> append_pattern(NetworkBuilder& builder, StateId from, std::string_view pattern,
                               MatchKind kind, bool in_json, std::string_view where,
                               Effort& effort) {
  INFERLAB_TRY(const CharNfa nfa, pattern_nfa(pattern, kind, where, effort));
  if (const auto dfa = determinize(nfa, kSmall, effort)) {
    return in_json ? builder.append_json_dfa(from, *dfa) : builder.append_dfa(from, *dfa);
  }
  return in_json ? builder.append_json_nfa(from, nfa) : builder.append_nfa(from, nfa);
}

}  // namespace inferlab::structured
