#include "engine/structured/char_nfa.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace inferlab::structured {
namespace {

// Conditions that stand for "^" and "$" until resolve_anchors() has dealt with them.
constexpr std::int32_t kAtBegin = -2;
constexpr std::int32_t kAtEnd = -3;

class Builder {
 public:
  Builder(const Regex& regex, std::size_t max_states) : regex_(regex), max_states_(max_states) {
    nfa_.sets = regex.sets;
  }

  CharNfa run(MatchKind kind) {
    nfa_.start = add_state();
    std::uint32_t at = nfa_.start;
    const auto any = static_cast<std::int32_t>(nfa_.sets.size());
    if (kind == MatchKind::kSearch) {
      nfa_.sets.push_back(CharSet::all());
      add_edge(at, at, any);
      const std::uint32_t next = add_state();
      add_edge(at, next, CharNfa::kEpsilon);
      at = next;
    }
    nfa_.accept = append(regex_.root, at);
    if (kind == MatchKind::kSearch) {
      const std::uint32_t tail = add_state();
      add_edge(nfa_.accept, tail, CharNfa::kEpsilon);
      add_edge(tail, tail, any);
      nfa_.accept = tail;
    }
    return std::move(nfa_);
  }

  [[nodiscard]] bool overflowed() const { return overflowed_; }
  [[nodiscard]] bool has_anchors() const { return has_anchors_; }

 private:
  std::uint32_t add_state() {
    overflowed_ = overflowed_ || nfa_.states.size() >= max_states_;
    if (overflowed_) return 0;
    nfa_.states.emplace_back();
    return static_cast<std::uint32_t>(nfa_.states.size() - 1);
  }
  void add_edge(std::uint32_t from, std::uint32_t to, std::int32_t set) {
    if (!overflowed_) nfa_.states[from].push_back({to, set});
  }

  /// Appends what the node matches behind state `from`; gives the state at its end.
  std::uint32_t append(std::uint32_t index, std::uint32_t from) {
    if (overflowed_) return from;
    const Regex::Node& node = regex_.nodes[index];
    switch (node.kind) {
      case Regex::Kind::kEmpty:
        return from;
      case Regex::Kind::kSet:
        return append_edge(from, static_cast<std::int32_t>(node.set));
      case Regex::Kind::kBegin:
      case Regex::Kind::kEnd:
        has_anchors_ = true;
        return append_edge(from, node.kind == Regex::Kind::kBegin ? kAtBegin : kAtEnd);
      case Regex::Kind::kConcat:
        for (const std::uint32_t child : node.children) from = append(child, from);
        return from;
      case Regex::Kind::kAlternate: {
        const std::uint32_t end = add_state();
        for (const std::uint32_t child : node.children) {
          add_edge(append(child, append_edge(from, CharNfa::kEpsilon)), end, CharNfa::kEpsilon);
        }
        return end;
      }
      case Regex::Kind::kRepeat:
        return append_repeat(node, from);
    }
    return from;
  }

  std::uint32_t append_edge(std::uint32_t from, std::int32_t set) {
    const std::uint32_t to = add_state();
    add_edge(from, to, set);
    return to;
  }

  std::uint32_t append_repeat(const Regex::Node& node, std::uint32_t from) {
    const std::uint32_t child = node.children[0];
    for (std::uint32_t i = 0; i < node.min && !overflowed_; ++i) from = append(child, from);
    if (node.max == Regex::kUnbounded) {
      // A state of its own for the loop: what came before must not be entered again.
      const std::uint32_t loop = append_edge(from, CharNfa::kEpsilon);
      const std::uint32_t body = append_edge(loop, CharNfa::kEpsilon);
      add_edge(append(child, body), loop, CharNfa::kEpsilon);
      return append_edge(loop, CharNfa::kEpsilon);
    }
    const std::uint32_t end = add_state();
    add_edge(from, end, CharNfa::kEpsilon);
    for (std::uint32_t i = node.min; i < node.max && !overflowed_; ++i) {
      from = append(child, append_edge(from, CharNfa::kEpsilon));
      add_edge(from, end, CharNfa::kEpsilon);
    }
    return end;
  }

  const Regex& regex_;
  std::size_t max_states_;
  CharNfa nfa_;
  bool overflowed_ = false;
  bool has_anchors_ = false;
};

/// Anchors hold or not by where in the text they are tried. Four copies of the automaton keep
/// track of that: bit 0 says that characters came before, bit 1 that none may follow.
CharNfa resolve_anchors(const CharNfa& nfa) {
  constexpr std::uint32_t kConsumed = 1;
  constexpr std::uint32_t kEnded = 2;
  const auto at = [](std::uint32_t state, std::uint32_t layer) { return state * 4 + layer; };
  CharNfa result;
  result.sets = nfa.sets;
  result.states.resize(nfa.states.size() * 4 + 1);
  result.start = at(nfa.start, 0);
  result.accept = static_cast<std::uint32_t>(nfa.states.size() * 4);
  for (std::uint32_t state = 0; state < nfa.states.size(); ++state) {
    for (std::uint32_t layer = 0; layer < 4; ++layer) {
      auto& edges = result.states[at(state, layer)];
      if (state == nfa.accept) edges.push_back({result.accept, CharNfa::kEpsilon});
      for (const CharNfa::Edge& edge : nfa.states[state]) {
        if (edge.set >= 0) {
          if ((layer & kEnded) == 0) edges.push_back({at(edge.to, kConsumed), edge.set});
        } else if (edge.set == CharNfa::kEpsilon) {
          edges.push_back({at(edge.to, layer), CharNfa::kEpsilon});
        } else if (edge.set == kAtEnd) {
          edges.push_back({at(edge.to, layer | kEnded), CharNfa::kEpsilon});
        } else if ((layer & kConsumed) == 0) {
          edges.push_back({at(edge.to, layer), CharNfa::kEpsilon});
        }
      }
    }
  }
  return result;
}

}  // namespace

Result<CharNfa> build_nfa(const Regex& regex, MatchKind kind, std::size_t max_states,
                          std::string_view where) {
  Builder builder(regex, max_states);
  CharNfa nfa = builder.run(kind);
  if (builder.overflowed()) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: the pattern needs more than {} states", where, max_states),
                 "repeat less, or smaller parts"};
  }
  return builder.has_anchors() ? resolve_anchors(nfa) : std::move(nfa);
}

}  // namespace inferlab::structured
