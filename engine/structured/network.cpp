#include "engine/structured/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab::structured {
namespace {

constexpr std::size_t kMaxRanges = 1'000'000;  // of all sets together: 16 MB

std::map<std::uint32_t, std::vector<CharRange>> by_target(const CharDfa::State& state) {
  std::map<std::uint32_t, std::vector<CharRange>> result;
  for (const CharDfa::Edge& edge : state.edges) result[edge.to].push_back({edge.low, edge.high});
  return result;
}

}  // namespace

std::size_t Network::memory_bytes() const {
  std::size_t bytes = states.size() * sizeof(State) + chars.size() * sizeof(CharEdge) +
                      epsilons.size() * sizeof(StateId) + calls.size() * sizeof(Call) +
                      rules.size() * sizeof(Rule) + sets.size() * sizeof(Set);
  for (const Set& set : sets) bytes += set.chars.ranges().size() * sizeof(CharRange);
  return bytes;
}

RuleId NetworkBuilder::add_rule() {
  rule_starts_.push_back(add_state());
  return static_cast<RuleId>(rule_starts_.size() - 1);
}

StateId NetworkBuilder::add_state(bool is_json_text) {
  // Behind the limit everything is put into state 0, which finish() then throws away.
  overflowed_ = overflowed_ || drafts_.size() >= max_states_;
  if (overflowed_ && !drafts_.empty()) return 0;
  drafts_.emplace_back();
  drafts_.back().state.is_json_text = is_json_text;
  return static_cast<StateId>(drafts_.size() - 1);
}

std::uint32_t NetworkBuilder::set_number(const CharSet& set) {
  std::vector<std::pair<char32_t, char32_t>> key;
  for (const CharRange& range : set.ranges()) key.emplace_back(range.low, range.high);
  const auto [found, is_new] =
      set_numbers_.emplace(std::move(key), static_cast<std::uint32_t>(sets_.size()));
  if (is_new) {
    num_ranges_ += set.ranges().size();
    overflowed_ = overflowed_ || num_ranges_ > kMaxRanges;
    sets_.push_back(set);
  }
  return found->second;
}

void NetworkBuilder::add_chars(StateId from, const CharSet& set, StateId to) {
  if (!overflowed_ && !set.empty()) drafts_[from].chars.push_back({set_number(set), to});
}
void NetworkBuilder::add_epsilon(StateId from, StateId to) {
  if (!overflowed_) drafts_[from].epsilons.push_back(to);
}
void NetworkBuilder::add_call(StateId from, RuleId rule, StateId to) {
  if (!overflowed_) drafts_[from].calls.push_back({rule, to});
}
void NetworkBuilder::set_accepting(StateId state) {
  drafts_[state].state.accepting = true;
}

StateId NetworkBuilder::append_chars(StateId from, const CharSet& set) {
  const StateId to = add_state();
  add_chars(from, set, to);
  return to;
}

StateId NetworkBuilder::append_literal(StateId from, std::string_view utf8) {
  while (!utf8.empty()) {
    const Utf8Step step = utf8_step(utf8);
    from = append_chars(from, CharSet::of(step.code));
    utf8.remove_prefix(step.bytes);
  }
  return from;
}

StateId NetworkBuilder::append_call(StateId from, RuleId rule) {
  const StateId to = add_state();
  add_call(from, rule, to);
  return to;
}

void NetworkBuilder::connect(const std::vector<StateId>& copies, const CharDfa& dfa) {
  for (std::size_t i = 0; i < copies.size(); ++i) {
    for (auto& [to, ranges] : by_target(dfa.states[i])) {
      add_chars(copies[i], CharSet(std::move(ranges)), copies[to]);
    }
  }
}

void NetworkBuilder::connect(const std::vector<StateId>& copies, const CharNfa& nfa) {
  for (std::size_t i = 0; i < copies.size(); ++i) {
    for (const CharNfa::Edge& edge : nfa.states[i]) {
      if (edge.set == CharNfa::kEpsilon) {
        add_epsilon(copies[i], copies[edge.to]);
      } else {
        add_chars(copies[i], nfa.sets[edge.set], copies[edge.to]);
      }
    }
  }
}

StateId NetworkBuilder::append_dfa(StateId from, const CharDfa& dfa) {
  std::vector<StateId> copies;
  for (std::size_t i = 0; i < dfa.states.size(); ++i) copies.push_back(add_state());
  const StateId end = add_state();
  if (!copies.empty()) add_epsilon(from, copies[0]);
  connect(copies, dfa);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (dfa.states[i].accepting) add_epsilon(copies[i], end);
  }
  return end;
}

StateId NetworkBuilder::append_nfa(StateId from, const CharNfa& nfa) {
  std::vector<StateId> copies;
  for (std::size_t i = 0; i < nfa.states.size(); ++i) copies.push_back(add_state());
  add_epsilon(from, copies[nfa.start]);
  connect(copies, nfa);
  return copies[nfa.accept];
}

StateId NetworkBuilder::append_json_dfa(StateId from, const CharDfa& dfa) {
  std::vector<StateId> copies;
  for (std::size_t i = 0; i < dfa.states.size(); ++i) copies.push_back(add_state(true));
  const StateId end = add_state();
  if (overflowed_) return end;
  if (!copies.empty()) add_epsilon(from, copies[0]);
  connect(copies, dfa);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (dfa.states[i].accepting) drafts_[copies[i]].state.quote_to = end;
  }
  return end;
}

StateId NetworkBuilder::append_json_nfa(StateId from, const CharNfa& nfa) {
  std::vector<StateId> copies;
  for (std::size_t i = 0; i < nfa.states.size(); ++i) copies.push_back(add_state(true));
  const StateId end = add_state();
  if (overflowed_) return end;
  add_epsilon(from, copies[nfa.start]);
  connect(copies, nfa);
  drafts_[copies[nfa.accept]].state.quote_to = end;
  return end;
}

StateId NetworkBuilder::append_json_text(StateId from, std::uint32_t min_chars,
                                         std::uint32_t max_chars) {
  const StateId text = add_state(true);
  const StateId end = add_state();
  if (overflowed_) return end;
  Network::State& state = drafts_[text].state;
  state.is_counted = true;
  state.min_chars = min_chars;
  state.max_chars = max_chars;
  state.quote_to = end;
  if (min_chars <= max_chars) add_epsilon(from, text);
  return end;
}

/// The states from which the end of their rule can be reached.
std::vector<bool> NetworkBuilder::find_live() const {
  // Backwards from the accepting states; an edge that calls a rule waits until the rule is live.
  std::vector<std::vector<StateId>> sources(drafts_.size());
  std::vector<std::vector<std::pair<StateId, StateId>>> callers(rule_starts_.size());
  std::vector<std::vector<RuleId>> starts(drafts_.size());
  for (RuleId rule = 0; rule < rule_starts_.size(); ++rule) {
    starts[rule_starts_[rule]].push_back(rule);
  }
  std::vector<bool> live(drafts_.size(), false);
  std::vector<StateId> work;
  const auto reach = [&](StateId state) {
    if (!live[state]) work.push_back(state);
    live[state] = true;
  };
  for (StateId from = 0; from < drafts_.size(); ++from) {
    const Draft& draft = drafts_[from];
    for (const Network::CharEdge& edge : draft.chars) sources[edge.to].push_back(from);
    for (const StateId to : draft.epsilons) sources[to].push_back(from);
    if (draft.state.quote_to != kNoState) sources[draft.state.quote_to].push_back(from);
    for (const Network::Call& call : draft.calls) callers[call.rule].emplace_back(from, call.to);
    if (draft.state.accepting) reach(from);
  }
  std::vector<bool> rule_is_live(rule_starts_.size(), false);
  while (!work.empty()) {
    const StateId state = work.back();
    work.pop_back();
    for (const StateId source : sources[state]) reach(source);
    for (const RuleId rule : starts[state]) {
      rule_is_live[rule] = true;
      for (const auto& [from, to] : callers[rule]) {
        sources[to].push_back(from);
        if (live[to]) reach(from);
      }
    }
  }
  return live;
}

void NetworkBuilder::remove_dead(const std::vector<bool>& live) {
  for (Draft& draft : drafts_) {
    std::erase_if(draft.chars, [&](const auto& edge) { return !live[edge.to]; });
    std::erase_if(draft.epsilons, [&](StateId to) { return !live[to]; });
    std::erase_if(draft.calls, [&](const Network::Call& call) {
      return !live[call.to] || !live[rule_starts_[call.rule]];
    });
    if (draft.state.quote_to != kNoState && !live[draft.state.quote_to]) {
      draft.state.quote_to = kNoState;
    }
  }
}

/// The states from which the end of their rule can be reached without a character.
std::vector<bool> NetworkBuilder::find_nullable() const {
  std::vector<std::vector<StateId>> sources(drafts_.size());
  std::vector<std::vector<std::pair<StateId, StateId>>> callers(drafts_.size());
  std::vector<bool> nullable(drafts_.size(), false);
  std::vector<StateId> work;
  const auto reach = [&](StateId state) {
    if (!nullable[state]) work.push_back(state);
    nullable[state] = true;
  };
  for (StateId from = 0; from < drafts_.size(); ++from) {
    for (const StateId to : drafts_[from].epsilons) sources[to].push_back(from);
    for (const Network::Call& call : drafts_[from].calls) {
      callers[rule_starts_[call.rule]].emplace_back(from, call.to);
    }
    if (drafts_[from].state.accepting) reach(from);
  }
  while (!work.empty()) {
    const StateId state = work.back();
    work.pop_back();
    for (const StateId source : sources[state]) reach(source);
    for (const auto& [from, to] : callers[state]) {
      sources[to].push_back(from);
      if (nullable[to]) reach(from);
    }
  }
  return nullable;
}

/// Numbers the rules so that what a rule calls before any character has a higher number.
Result<void> NetworkBuilder::rank_rules(std::vector<std::uint32_t>& ranks,
                                        std::string_view where) const {
  // Edges: which rules a rule may call before any character. Epsilons skip nullable calls already.
  std::vector<std::vector<RuleId>> calls(rule_starts_.size());
  std::vector<std::uint32_t> seen(drafts_.size(), UINT32_MAX);
  std::vector<std::uint32_t> in_degree(rule_starts_.size(), 0);
  for (RuleId rule = 0; rule < rule_starts_.size(); ++rule) {
    std::vector<StateId> work = {rule_starts_[rule]};
    seen[work[0]] = rule;
    while (!work.empty()) {
      const Draft& draft = drafts_[work.back()];
      work.pop_back();
      for (const StateId to : draft.epsilons) {
        if (seen[to] != rule) work.push_back(to);
        seen[to] = rule;
      }
      for (const Network::Call& call : draft.calls) {
        calls[rule].push_back(call.rule);
        ++in_degree[call.rule];
      }
    }
  }
  std::vector<RuleId> order;
  for (RuleId rule = 0; rule < calls.size(); ++rule) {
    if (in_degree[rule] == 0) order.push_back(rule);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    ranks[order[i]] = static_cast<std::uint32_t>(i);
    for (const RuleId called : calls[order[i]]) {
      if (--in_degree[called] == 0) order.push_back(called);
    }
  }
  if (order.size() == calls.size()) return {};
  return Error{ErrorKind::kInvalid,
               fmt::format("{}: a rule begins with itself (left recursion)", where),
               "let something else come before the rule is used again"};
}

Result<Network> NetworkBuilder::finish(RuleId root, std::string_view where) {
  if (overflowed_) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format("{}: needs more than {} states, or too large classes", where, max_states_),
        "ask for less in one request"};
  }
  const std::vector<bool> live = find_live();
  if (!live[rule_starts_[root]]) {
    return Error{ErrorKind::kInvalid, fmt::format("{}: nothing can match it", where),
                 "its conditions contradict each other, or it contains itself without end"};
  }
  remove_dead(live);
  const std::vector<bool> nullable = find_nullable();
  for (Draft& draft : drafts_) {
    for (const Network::Call& call : draft.calls) {
      if (nullable[rule_starts_[call.rule]]) draft.epsilons.push_back(call.to);
    }
  }
  std::vector<std::uint32_t> ranks(rule_starts_.size());
  INFERLAB_TRY_VOID(rank_rules(ranks, where));

  Network net;
  net.root = root;
  for (RuleId rule = 0; rule < ranks.size(); ++rule) {
    net.rules.push_back({.start = rule_starts_[rule], .rank = ranks[rule]});
  }
  for (CharSet& set : sets_) {
    Network::Set filled{.chars = std::move(set), .ascii = {}};
    for (std::uint32_t c = 0; c < 128; ++c) {
      if (filled.chars.contains(c)) filled.ascii[c / 64] |= std::uint64_t{1} << (c % 64);
    }
    net.sets.push_back(std::move(filled));
  }
  for (Draft& draft : drafts_) {
    Network::State& state = draft.state;
    const auto copy = [](auto& from, auto& to, std::uint32_t& first, std::uint32_t& count) {
      first = static_cast<std::uint32_t>(to.size());
      count = static_cast<std::uint32_t>(from.size());
      to.insert(to.end(), from.begin(), from.end());
    };
    copy(draft.chars, net.chars, state.first_char, state.num_chars);
    copy(draft.epsilons, net.epsilons, state.first_epsilon, state.num_epsilons);
    copy(draft.calls, net.calls, state.first_call, state.num_calls);
    net.states.push_back(state);
  }
  return net;
}

}  // namespace inferlab::structured
