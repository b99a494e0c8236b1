#include "engine/structured/char_dfa.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/check.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab::structured {
namespace {

using Edge = CharDfa::Edge;
using State = CharDfa::State;

constexpr std::uint32_t kNone = UINT32_MAX;

/// Joins neighbours that lead to the same state.
void add_edge(std::vector<Edge>& edges, Edge edge) {
  if (!edges.empty() && edges.back().to == edge.to && edges.back().high + 1 == edge.low) {
    edges.back().high = edge.high;
  } else {
    edges.push_back(edge);
  }
}

/// Sets of states of an NFA become states of a DFA, each numbered when it is first met.
class SubsetConstruction {
 public:
  SubsetConstruction(const CharNfa& nfa, std::size_t max_states, Effort& effort)
      : nfa_(nfa), max_states_(max_states), effort_(effort), seen_(nfa.states.size(), 0) {}

  std::optional<CharDfa> run() {
    number({nfa_.start});
    for (std::uint32_t i = 0; i < sets_.size(); ++i) {
      const std::vector<std::uint32_t> states = sets_[i];
      expand(i, states);
      if (sets_.size() > max_states_ || !affordable_) return std::nullopt;
    }
    prune(dfa_);
    return std::move(dfa_);
  }

 private:
  // Sets may be large although they are few.
  void spend(std::size_t steps) { affordable_ = effort_.spend(steps) && affordable_; }

  std::uint32_t number(std::vector<std::uint32_t> states) {
    close(states);
    const auto [found, is_new] = numbers_.emplace(states, static_cast<std::uint32_t>(sets_.size()));
    if (is_new) {
      dfa_.states.push_back({.accepting = std::ranges::binary_search(states, nfa_.accept)});
      sets_.push_back(std::move(states));
    }
    return found->second;
  }

  void close(std::vector<std::uint32_t>& states) {
    ++round_;
    std::vector<std::uint32_t> kept;
    for (const std::uint32_t state : states) seen_[state] = round_;
    while (!states.empty()) {
      const std::uint32_t state = states.back();
      states.pop_back();
      // Only what reads a character or accepts tells sets apart.
      bool reads = state == nfa_.accept;
      spend(nfa_.states[state].size());
      for (const CharNfa::Edge& edge : nfa_.states[state]) {
        if (edge.set != CharNfa::kEpsilon) {
          reads = true;
        } else if (seen_[edge.to] != round_) {
          seen_[edge.to] = round_;
          states.push_back(edge.to);
        }
      }
      if (reads) kept.push_back(state);
    }
    std::ranges::sort(kept);
    states = std::move(kept);
  }

  void expand(std::uint32_t from, const std::vector<std::uint32_t>& states) {
    // Where a set begins or ends, the targets may change: a sweep over these points.
    std::vector<std::pair<char32_t, std::pair<bool, std::uint32_t>>> points;
    for (const std::uint32_t state : states) {
      for (const CharNfa::Edge& edge : nfa_.states[state]) {
        if (edge.set == CharNfa::kEpsilon) continue;
        for (const CharRange& range : nfa_.sets[edge.set].ranges()) {
          points.push_back({range.low, {true, edge.to}});
          points.push_back({range.high + 1, {false, edge.to}});
        }
      }
    }
    spend(points.size());
    std::ranges::sort(points);
    std::map<std::uint32_t, int> live;
    std::vector<Edge> edges;
    for (std::size_t i = 0; i < points.size();) {
      const char32_t low = points[i].first;
      for (; i < points.size() && points[i].first == low; ++i) {
        const auto [opens, to] = points[i].second;
        int& count = live[to];
        count += opens ? 1 : -1;
        if (count == 0) live.erase(to);
      }
      if (live.empty() || i == points.size() || !affordable_) continue;
      std::vector<std::uint32_t> targets;
      for (const auto& [to, unused] : live) targets.push_back(to);
      spend(targets.size());
      add_edge(edges, {low, points[i].first - 1, number(std::move(targets))});
      if (sets_.size() > max_states_) break;
    }
    dfa_.states[from].edges = std::move(edges);
  }

  const CharNfa& nfa_;
  std::size_t max_states_;
  Effort& effort_;
  std::vector<std::uint32_t> seen_;
  std::uint32_t round_ = 0;
  bool affordable_ = true;
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers_;
  std::vector<std::vector<std::uint32_t>> sets_;
  CharDfa dfa_;
};

void mark_live(const CharDfa& dfa, std::vector<bool>& live) {
  std::vector<std::vector<std::uint32_t>> sources(dfa.states.size());
  std::vector<std::uint32_t> work;
  for (std::uint32_t i = 0; i < dfa.states.size(); ++i) {
    for (const Edge& edge : dfa.states[i].edges) sources[edge.to].push_back(i);
    if (dfa.states[i].accepting) work.push_back(i);
  }
  for (const std::uint32_t state : work) live[state] = true;
  while (!work.empty()) {
    const std::uint32_t state = work.back();
    work.pop_back();
    for (const std::uint32_t source : sources[state]) {
      if (!live[source]) work.push_back(source);
      live[source] = true;
    }
  }
}

}  // namespace

bool CharDfa::accepts(std::string_view text) const {
  if (empty()) return false;
  std::uint32_t state = 0;
  while (!text.empty()) {
    const Utf8Step step = utf8_step(text);
    const auto& edges = states[state].edges;
    const auto found = std::ranges::lower_bound(edges, step.code, {}, &Edge::high);
    if (step.kind != Utf8Step::Kind::kCharacter || found == edges.end() || found->low > step.code) {
      return false;
    }
    state = found->to;
    text.remove_prefix(step.bytes);
  }
  return states[state].accepting;
}

CharDfa CharDfa::all_texts() {
  CharDfa dfa;
  dfa.states.push_back({.accepting = true});
  const CharSet all = CharSet::all();
  for (const CharRange& range : all.ranges()) {
    dfa.states[0].edges.push_back({range.low, range.high, 0});
  }
  return dfa;
}

CharDfa CharDfa::of_texts(std::span<const std::string> texts) {
  std::vector<std::map<char32_t, std::uint32_t>> trie(1);
  std::vector<bool> ends(1, false);
  for (std::string_view rest : texts) {
    std::uint32_t node = 0;
    while (!rest.empty()) {
      const Utf8Step step = utf8_step(rest);
      const auto next = static_cast<std::uint32_t>(trie.size());
      const auto [found, is_new] = trie[node].emplace(step.code, next);
      node = found->second;
      if (is_new) {
        trie.emplace_back();
        ends.push_back(false);
      }
      rest.remove_prefix(step.bytes);
    }
    ends[node] = true;
  }
  CharDfa dfa;
  dfa.states.resize(texts.empty() ? 0 : trie.size());
  for (std::size_t i = 0; i < dfa.states.size(); ++i) {
    dfa.states[i].accepting = ends[i];
    for (const auto& [c, to] : trie[i]) dfa.states[i].edges.push_back({c, c, to});
  }
  return dfa;
}

std::optional<CharDfa> determinize(const CharNfa& nfa, std::size_t max_states, Effort& effort) {
  return SubsetConstruction(nfa, max_states, effort).run();
}

std::optional<CharDfa> intersect(const CharDfa& a, const CharDfa& b, std::size_t max_states,
                                 Effort& effort) {
  CharDfa result;
  if (a.empty() || b.empty()) return result;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> numbers;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  const auto number = [&](std::uint32_t left, std::uint32_t right) {
    const auto [found, is_new] =
        numbers.emplace(std::pair(left, right), static_cast<std::uint32_t>(pairs.size()));
    if (is_new) {
      pairs.emplace_back(left, right);
      result.states.push_back({.accepting = a.states[left].accepting && b.states[right].accepting});
    }
    return found->second;
  };
  number(0, 0);
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    const auto& left = a.states[pairs[i].first].edges;
    const auto& right = b.states[pairs[i].second].edges;
    const bool affordable = effort.spend(1 + left.size() + right.size());
    if (!affordable || pairs.size() > max_states) return std::nullopt;
    std::vector<Edge> edges;
    for (std::size_t l = 0, r = 0; l < left.size() && r < right.size();) {
      const char32_t low = std::max(left[l].low, right[r].low);
      const char32_t high = std::min(left[l].high, right[r].high);
      if (low <= high) add_edge(edges, {low, high, number(left[l].to, right[r].to)});
      (left[l].high < right[r].high ? l : r) += 1;
    }
    result.states[i].edges = std::move(edges);
  }
  prune(result);
  return result;
}

CharDfa complement(const CharDfa& dfa) {
  if (dfa.empty()) return CharDfa::all_texts();
  CharDfa result = dfa;
  const auto sink = static_cast<std::uint32_t>(result.states.size());
  result.states.push_back({.accepting = false});
  for (State& state : result.states) {
    state.accepting = !state.accepting;
    std::vector<CharRange> covered;
    for (const Edge& edge : state.edges) covered.push_back({edge.low, edge.high});
    const CharSet gaps = CharSet(std::move(covered)).negated();
    for (const CharRange& gap : gaps.ranges()) {
      state.edges.push_back({gap.low, gap.high, sink});
    }
    std::ranges::sort(state.edges, {}, &Edge::low);
  }
  prune(result);
  return result;
}

std::optional<CharDfa> with_length(const CharDfa& dfa, std::uint32_t min,
                                   std::optional<std::uint32_t> max, std::size_t max_states,
                                   Effort& effort) {
  // A counter as an automaton; without a maximum it stays at the minimum.
  const std::uint32_t last = max.value_or(min);
  if (last >= max_states) return std::nullopt;
  const CharSet all = CharSet::all();
  CharDfa counter;
  counter.states.resize(last + 1);
  for (std::uint32_t i = 0; i <= last; ++i) {
    counter.states[i].accepting = i >= min;
    const std::uint32_t next = i < last ? i + 1 : max ? kNone : i;
    if (next == kNone) continue;
    for (const CharRange& range : all.ranges()) {
      counter.states[i].edges.push_back({range.low, range.high, next});
    }
  }
  if (max && *max < min) counter.states.clear();
  return intersect(dfa, counter, max_states, effort);
}

void prune(CharDfa& dfa) {
  std::vector<bool> live(dfa.states.size(), false);
  mark_live(dfa, live);
  if (dfa.empty() || !live[0]) {
    dfa.states.clear();
    return;
  }
  std::vector<std::uint32_t> numbers(dfa.states.size(), kNone);
  std::vector<std::uint32_t> order = {0};
  numbers[0] = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto& edges = dfa.states[order[i]].edges;
    std::erase_if(edges, [&](const Edge& edge) { return !live[edge.to]; });
    for (Edge& edge : edges) {
      if (numbers[edge.to] == kNone) {
        numbers[edge.to] = static_cast<std::uint32_t>(order.size());
        order.push_back(edge.to);
      }
      edge.to = numbers[edge.to];
    }
  }
  std::vector<State> kept(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) kept[i] = std::move(dfa.states[order[i]]);
  dfa.states = std::move(kept);
}

}  // namespace inferlab::structured
