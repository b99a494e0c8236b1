#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/structured/char_dfa.h"
#include "engine/structured/char_nfa.h"
#include "engine/structured/char_set.h"

namespace inferlab::structured {

using StateId = std::uint32_t;
using RuleId = std::uint32_t;
inline constexpr StateId kNoState = UINT32_MAX;

/// A grammar as a recursive transition network: each rule is an automaton over characters whose
/// edges may call rules. A state of *JSON text* stands between the quotes of a JSON string: its
/// characters may be written as they are or as escapes, and it ends at the quote.
///
/// From every state the end of its rule can be reached, so that no prefix is a dead end; a rule
/// that could match nothing at its beginning and call itself again (left recursion) is refused.
/// Immutable, so any thread may use it.
/// Source: Woods, "Transition Network Grammars for Natural Language Analysis", CACM 13 (1970).
struct Network {
  static constexpr std::uint32_t kUnbounded = UINT32_MAX;

  struct CharEdge {
    std::uint32_t set;
    StateId to;
  };
  struct Call {
    RuleId rule;
    StateId to;  ///< where the caller goes on
  };
  struct State {
    // Ranges of the arrays below.
    std::uint32_t first_char = 0;
    std::uint32_t first_epsilon = 0;
    std::uint32_t first_call = 0;
    std::uint32_t num_chars = 0;
    std::uint32_t num_epsilons = 0;
    std::uint32_t num_calls = 0;
    StateId quote_to = kNoState;  ///< JSON text: where '"' leads, if it may stand here
    bool is_json_text = false;
    bool accepting = false;  ///< the end of the rule
    /// JSON text of `min_chars` to `max_chars` characters, whichever they are: the state stays
    /// and the item that is in it counts. kUnbounded: no maximum.
    bool is_counted = false;
    std::uint32_t min_chars = 0;
    std::uint32_t max_chars = 0;
  };
  struct Rule {
    StateId start;
    /// A rule that another may call before any character has a higher rank than the other.
    std::uint32_t rank;
  };
  struct Set {
    CharSet chars;
    std::array<std::uint64_t, 2> ascii;  ///< a bit for each of the first 128
    [[nodiscard]] bool contains(char32_t c) const {
      return c < 128 ? ((ascii[c / 64] >> (c % 64)) & 1U) != 0 : chars.contains(c);
    }
  };

  std::vector<State> states;
  std::vector<CharEdge> chars;
  std::vector<StateId> epsilons;
  std::vector<Call> calls;
  std::vector<Set> sets;
  std::vector<Rule> rules;
  RuleId root = 0;

  [[nodiscard]] std::span<const CharEdge> chars_of(const State& s) const {
    return std::span(chars).subspan(s.first_char, s.num_chars);
  }
  [[nodiscard]] std::span<const StateId> epsilons_of(const State& s) const {
    return std::span(epsilons).subspan(s.first_epsilon, s.num_epsilons);
  }
  [[nodiscard]] std::span<const Call> calls_of(const State& s) const {
    return std::span(calls).subspan(s.first_call, s.num_calls);
  }
  [[nodiscard]] std::size_t memory_bytes() const;
};

/// Puts a network together. States are made where they are needed; when there are more than
/// `max_states`, what is added goes nowhere and finish() says so.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::size_t max_states) : max_states_(max_states) {}

  RuleId add_rule();
  [[nodiscard]] StateId start_of(RuleId rule) const { return rule_starts_[rule]; }
  StateId add_state(bool is_json_text = false);
  void add_chars(StateId from, const CharSet& set, StateId to);
  void add_epsilon(StateId from, StateId to);
  void add_call(StateId from, RuleId rule, StateId to);
  void set_accepting(StateId state);
  [[nodiscard]] bool overflowed() const { return overflowed_; }

  // Each appends something behind `from` and gives the state at its end.
  StateId append_chars(StateId from, const CharSet& set);
  StateId append_literal(StateId from, std::string_view utf8);
  StateId append_call(StateId from, RuleId rule);
  StateId append_dfa(StateId from, const CharDfa& dfa);
  StateId append_nfa(StateId from, const CharNfa& nfa);
  // The same as the content of a JSON string and its closing quote.
  StateId append_json_dfa(StateId from, const CharDfa& dfa);
  StateId append_json_nfa(StateId from, const CharNfa& nfa);
  StateId append_json_text(StateId from, std::uint32_t min_chars, std::uint32_t max_chars);

  /// kInvalid, beginning with `where`: too large; left-recursive; or nothing at all matches `root`.
  Result<Network> finish(RuleId root, std::string_view where);

 private:
  struct Draft {
    Network::State state;
    std::vector<Network::CharEdge> chars;
    std::vector<StateId> epsilons;
    std::vector<Network::Call> calls;
  };
  std::uint32_t set_number(const CharSet& set);
  /// The edges of an automaton between the states that stand for its own.
  void connect(const std::vector<StateId>& copies, const CharDfa& dfa);
  void connect(const std::vector<StateId>& copies, const CharNfa& nfa);
  std::vector<bool> find_live() const;
  void remove_dead(const std::vector<bool>& live);
  std::vector<bool> find_nullable() const;
  Result<void> rank_rules(std::vector<std::uint32_t>& ranks, std::string_view where) const;

  std::size_t max_states_;
  bool overflowed_ = false;
  std::size_t num_ranges_ = 0;
  std::vector<Draft> drafts_;
  std::vector<StateId> rule_starts_;
  std::vector<CharSet> sets_;
  std::map<std::vector<std::pair<char32_t, char32_t>>, std::uint32_t> set_numbers_;
};

}  // namespace inferlab::structured
