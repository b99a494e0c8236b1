#include "engine/structured/number_language.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace inferlab::structured {
namespace {

constexpr std::size_t kMaxStates = 20'000;
constexpr std::string_view kInt64Max = "9223372036854775807";
constexpr std::size_t kExactDigits = 15;  // what a double keeps (DBL_DIG)

/// An automaton over "0" to "9" and "." from a function of states and characters.
template <typename State, typename Next, typename Accepting>
CharDfa build(State start, Next next, Accepting accepting) {
  CharDfa dfa;
  std::map<State, std::uint32_t> numbers = {{start, 0}};
  std::vector<State> states = {start};
  for (std::size_t i = 0; i < states.size(); ++i) {
    const State from = states[i];
    dfa.states.push_back({.accepting = accepting(from)});
    for (const char c : std::string_view(".0123456789")) {
      const std::optional<State> to = next(from, c);
      if (!to) continue;
      const auto [found, is_new] = numbers.emplace(*to, static_cast<std::uint32_t>(states.size()));
      if (is_new) states.push_back(*to);
      const auto symbol = static_cast<char32_t>(c);
      dfa.states.back().edges.push_back({symbol, symbol, found->second});
    }
  }
  prune(dfa);
  return dfa;
}

/// Where a text stands in `(0|[1-9][0-9]*)(\.[0-9]+)?`.
enum Phase : std::uint8_t { kStart, kZero, kInteger, kPoint, kFraction };

std::optional<Phase> next_phase(Phase phase, char c, bool fractions) {
  if (c == '.') {
    const bool may = fractions && (phase == kZero || phase == kInteger);
    return may ? std::optional(kPoint) : std::nullopt;
  }
  if (phase == kStart) return c == '0' ? kZero : kInteger;
  if (phase == kZero) return std::nullopt;
  return phase == kInteger ? kInteger : kFraction;
}
bool is_whole(Phase phase) {
  return phase == kZero || phase == kInteger || phase == kFraction;
}

/// Unsigned numbers that are less than, equal to or greater than the magnitude of `bound`.
CharDfa compared(const Decimal& bound, bool less, bool equal, bool greater, bool fractions) {
  struct State {
    Phase phase = kStart;
    std::size_t digits = 0;  // of the integer, then of the fraction; no more than matter
    int order = 0;           // of what was read
    auto operator<=>(const State&) const = default;
  };
  const std::string& integer = bound.integer;
  const std::string& fraction = bound.fraction;
  // The order once the integer is over: by length first.
  const auto integer_order = [&](const State& s) {
    if (s.digits != integer.size()) return s.digits < integer.size() ? -1 : 1;
    return s.order;
  };
  const auto digit_order = [](int so_far, char c, char other) {
    if (so_far != 0) return so_far;
    return c == other ? 0 : c < other ? -1 : 1;
  };
  const auto next = [&](const State& from, char c) -> std::optional<State> {
    const auto phase = next_phase(from.phase, c, fractions);
    if (!phase) return std::nullopt;
    State to{.phase = *phase, .digits = from.digits, .order = from.order};
    if (*phase == kPoint) {
      to.order = integer_order(from);
      to.digits = 0;
    } else if (*phase == kFraction) {
      const char other = from.digits < fraction.size() ? fraction[from.digits] : '0';
      to.order = digit_order(from.order, c, other);
      to.digits = std::min(from.digits + 1, fraction.size());
    } else {
      const char other = from.digits < integer.size() ? integer[from.digits] : '0';
      to.order = digit_order(from.order, c, other);
      to.digits = std::min(from.digits + 1, integer.size() + 1);
    }
    return to;
  };
  const auto accepting = [&](const State& s) {
    if (!is_whole(s.phase)) return false;
    int order = s.phase == kFraction ? s.order : integer_order(s);
    const std::size_t compared_digits = s.phase == kFraction ? s.digits : 0;
    // What the bound has behind it is not zero.
    if (order == 0 && compared_digits < fraction.size()) order = -1;
    return order < 0 ? less : order > 0 ? greater : equal;
  };
  return build(State{}, next, accepting);
}

/// Unsigned numbers with at most so many digits.
CharDfa with_digits(std::size_t max_digits, bool fractions) {
  using State = std::pair<Phase, std::size_t>;
  const auto next = [&](const State& from, char c) -> std::optional<State> {
    const auto phase = next_phase(from.first, c, fractions);
    const std::size_t digits = from.second + (c == '.' ? 0 : 1);
    if (!phase || digits > max_digits) return std::nullopt;
    return State{*phase, digits};
  };
  return build(State{kStart, 0}, next, [](const State& s) { return is_whole(s.first); });
}

/// Unsigned multiples of `factor`. With factor = k * 10^-s, digit after digit modulo k.
std::optional<CharDfa> multiples(const Decimal& factor, bool fractions) {
  const std::string digits = factor.integer + factor.fraction;
  std::uint64_t k = 0;
  for (const char c : digits) {
    k = k * 10 + static_cast<std::uint64_t>(c - '0');
    if (k > 20'000) return std::nullopt;
  }
  const std::size_t scale = factor.fraction.size();
  INFERLAB_CHECK(k > 0);
  using State = std::tuple<Phase, std::uint64_t, std::size_t>;  // remainder, digits of a fraction
  const auto next = [&](const State& from, char c) -> std::optional<State> {
    const auto [phase_before, remainder, places] = from;
    const auto phase = next_phase(phase_before, c, fractions);
    if (!phase) return std::nullopt;
    if (*phase == kPoint) return State{kPoint, remainder, 0};
    if (*phase == kFraction && places == scale) {
      return c == '0' ? std::optional(State{kFraction, remainder, scale}) : std::nullopt;
    }
    const std::uint64_t sum = remainder * 10 + static_cast<std::uint64_t>(c - '0');
    return State{*phase, sum % k, places + (*phase == kFraction ? 1 : 0)};
  };
  const auto accepting = [&](const State& s) {
    auto [phase, remainder, places] = s;
    for (; places < scale; ++places) remainder = remainder * 10 % k;
    return is_whole(phase) && remainder == 0;
  };
  return build(State{kStart, 0, 0}, next, accepting);
}

/// "-" before the texts of `negative`, or those of `positive`.
CharDfa with_sign(const CharDfa& positive, const CharDfa& negative) {
  CharDfa result;
  result.states.emplace_back();
  const auto copy = [&](const CharDfa& part) {
    const auto base = static_cast<std::uint32_t>(result.states.size());
    for (CharDfa::State state : part.states) {
      for (CharDfa::Edge& edge : state.edges) edge.to += base;
      result.states.push_back(std::move(state));
    }
    return base;
  };
  if (!negative.empty()) {
    const std::uint32_t base = copy(negative);
    result.states[0].edges.push_back({'-', '-', base});
  }
  if (!positive.empty()) {
    const std::uint32_t base = copy(positive);
    const std::vector<CharDfa::Edge> first = result.states[base].edges;
    result.states[0].edges.insert(result.states[0].edges.end(), first.begin(), first.end());
  }
  prune(result);
  return result;
}

/// Of the bounds on the magnitude, for one sign.
CharDfa not_below(const NumberBound& bound, bool negated, bool fractions) {
  const bool negative = bound.value.negative != negated && !bound.value.is_zero();
  if (negative) return compared(Decimal{}, false, true, true, fractions);  // every magnitude
  return compared(bound.value, false, !bound.exclusive, true, fractions);
}
CharDfa not_above(const NumberBound& bound, bool negated, bool fractions) {
  const bool negative = bound.value.negative != negated && !bound.value.is_zero();
  if (negative) return {};
  return compared(bound.value, true, !bound.exclusive, false, fractions);
}

Result<CharDfa> free_number(std::string_view where, Effort& effort) {
  constexpr std::string_view kPattern =
      "-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?";
  INFERLAB_TRY(const Regex regex, parse_regex(kPattern, where));
  INFERLAB_TRY(const CharNfa nfa, build_nfa(regex, MatchKind::kWhole, 1000, where));
  auto dfa = determinize(nfa, 1000, effort);
  if (dfa) return *std::move(dfa);
  return Error{ErrorKind::kInvalid, fmt::format("{}: the schema is too complex", where)};
}

std::size_t max_digits_of(const NumberRange& range) {
  std::size_t digits = kExactDigits;
  for (const auto& bound : {range.min, range.max}) {
    if (bound)
      digits = std::max(digits, bound->value.integer.size() + bound->value.fraction.size());
  }
  return digits;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal result;
  result.negative = text.starts_with('-');
  if (result.negative) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  int exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    const bool down = power.starts_with('-');
    if (down || power.starts_with('+')) power.remove_prefix(1);
    if (power.empty() || power.size() > 3) return std::nullopt;
    for (const char c : power) {
      if (c < '0' || c > '9') return std::nullopt;
      exponent = exponent * 10 + (c - '0');
    }
    if (exponent > 40) return std::nullopt;
    if (down) exponent = -exponent;
    text = text.substr(0, e);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  auto whole = static_cast<std::ptrdiff_t>(point) + exponent;
  if (point < text.size()) digits += text.substr(point + 1);
  const bool only_digits = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (digits.empty() || digits.size() > 100 || !only_digits) return std::nullopt;
  if (whole < 0) digits.insert(0, static_cast<std::size_t>(-whole), '0');
  whole = std::max<std::ptrdiff_t>(whole, 0);
  if (static_cast<std::size_t>(whole) > digits.size()) digits.resize(whole, '0');
  result.integer = digits.substr(0, whole);
  result.fraction = digits.substr(whole);
  result.integer.erase(0, std::min(result.integer.find_first_not_of('0'), result.integer.size()));
  if (result.integer.empty()) result.integer = "0";
  while (result.fraction.ends_with('0')) result.fraction.pop_back();
  return result;
}

int Decimal::compare(const Decimal& a, const Decimal& b) {
  if (a.is_zero() && b.is_zero()) return 0;
  const bool a_below = a.negative && !a.is_zero();
  const bool b_below = b.negative && !b.is_zero();
  if (a_below != b_below) return a_below ? -1 : 1;
  int order = 0;
  if (a.integer.size() != b.integer.size()) {
    order = a.integer.size() < b.integer.size() ? -1 : 1;
  } else {
    order = a.integer.compare(b.integer);
  }
  if (order == 0) order = a.fraction.compare(b.fraction);
  return a_below ? -order : order;
}

Result<CharDfa> number_language(const NumberRange& range, std::string_view where, Effort& effort) {
  const bool fractions = !range.integer;
  if (fractions && !range.min && !range.max && range.multiples_of.empty()) {
    return free_number(where, effort);
  }
  const Error too_much{ErrorKind::kInvalid,
                       fmt::format("{}: these bounds and multiples need too many states", where),
                       "multipleOf may have up to four digits"};
  // What does not depend on the sign.
  CharDfa magnitudes = with_digits(max_digits_of(range), fractions);
  if (range.integer) {
    magnitudes = compared({.integer = std::string(kInt64Max)}, true, true, false, fractions);
  }
  for (const Decimal& factor : range.multiples_of) {
    const auto language = multiples(factor, fractions);
    if (!language || !effort.spend(language->states.size())) return too_much;
    auto both = intersect(magnitudes, *language, kMaxStates, effort);
    if (!both) return too_much;
    magnitudes = *std::move(both);
  }
  CharDfa signs[2];  // the magnitudes of positive and of negative numbers
  for (const bool negative : {false, true}) {
    CharDfa& language = signs[negative ? 1 : 0];
    language = magnitudes;
    // -x >= min is x <= -min.
    const auto& at_least = negative ? range.max : range.min;
    const auto& at_most = negative ? range.min : range.max;
    for (const bool lower : {true, false}) {
      const auto& bound = lower ? at_least : at_most;
      if (!bound) continue;
      const CharDfa limit =
          lower ? not_below(*bound, negative, fractions) : not_above(*bound, negative, fractions);
      auto both = intersect(language, limit, kMaxStates, effort);
      if (!both) return too_much;
      language = *std::move(both);
    }
  }
  return with_sign(signs[0], signs[1]);
}

}  // namespace inferlab::structured
