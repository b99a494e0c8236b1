#include "engine/tokenizer/split_regex.h"

#include <algorithm>
#include <set>

#include "engine/base/check.h"

namespace inferlab {

using Kind = SplitStep::Kind;

std::int32_t SplitSets::index_of(const CharSet& set) {
  const auto found = std::ranges::find(sets_, set);
  if (found != sets_.end()) return static_cast<std::int32_t>(found - sets_.begin());
  if (sets_.size() == kMax) return -1;
  const std::size_t index = sets_.size();
  sets_.push_back(set);
  for (std::size_t c = 0; c < ascii_.size(); ++c) {
    if (set.contains(static_cast<char32_t>(c))) ascii_[c] |= std::uint64_t{1} << index;
  }
  return static_cast<std::int32_t>(index);
}

std::uint64_t SplitSets::mask_of(char32_t c) const {
  if (c < ascii_.size()) return ascii_[c];
  const std::uint32_t category = CharSet::category_bit(c);
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    if (sets_[i].contains(c, category)) mask |= std::uint64_t{1} << i;
  }
  return mask;
}

namespace {

/// Whether `program` matches a single character with this mask without a look at what is beside it.
bool matches_alone(const SplitProgram& program, std::uint64_t mask) {
  struct State {
    std::int32_t step;
    bool taken;
    auto operator<=>(const State&) const = default;
  };
  std::set<State> seen;
  std::vector<State> open = {{0, false}};
  while (!open.empty()) {
    const State state = open.back();
    open.pop_back();
    if (!seen.insert(state).second) continue;
    const SplitStep& step = program[static_cast<std::size_t>(state.step)];
    const bool member = ((mask >> static_cast<unsigned>(step.set)) & 1U) != 0;
    switch (step.kind) {
      case Kind::kMember:
        if (!state.taken && member) open.push_back({state.step + 1, true});
        break;
      case Kind::kRun:  // as it may take more, only what follows it would have to be looked at
        if (!state.taken && member && step.first <= 1) open.push_back({state.step + 1, true});
        break;
      case Kind::kJump:
        open.push_back({state.step + step.first, state.taken});
        break;
      case Kind::kFork:
        open.push_back({state.step + step.first, state.taken});
        open.push_back({state.step + step.second, state.taken});
        break;
      case Kind::kMatch:
        if (state.taken) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

}  // namespace

bool SplitRegex::matches_everything(const SplitSets& sets) const {
  std::set<std::uint64_t> masks;
  for (char32_t c = 0; c <= 0x10ffff; ++c) masks.insert(sets.mask_of(c));
  return std::ranges::all_of(masks,
                             [this](std::uint64_t mask) { return matches_alone(program, mask); });
}

SplitMatcher::SplitMatcher(const SplitRegex& regex, const SplitText& text)
    : regex_(regex),
      text_(text),
      words_((static_cast<std::size_t>(regex.num_forks) + 63) / 64),
      failed_(words_ * (text.masks.size() + 1)),
      looks_(regex.lookaheads.size()),
      run_begin_(regex.program.size()),
      run_end_(regex.program.size()) {}

void SplitMatcher::cut(std::size_t begin, std::size_t end, std::vector<std::uint32_t>& begins) {
  begin_ = begin;
  end_ = end;
  // What ended the part before is not what begins this one.
  std::fill_n(failed_.begin() + static_cast<std::ptrdiff_t>(begin * words_), words_, 0);
  // The runs found last need no such care: they lie before this part.
  look_ahead();
  begins.push_back(static_cast<std::uint32_t>(begin));
  std::size_t last = begin;  // where the last part began
  const auto cut_at = [&](std::size_t at) {
    if (at <= last || at >= end) return;
    begins.push_back(static_cast<std::uint32_t>(at));
    last = at;
  };
  for (std::size_t at = begin; at < end;) {
    const std::size_t match_end = match(at);
    if (match_end == kNone) {
      ++at;
      continue;
    }
    cut_at(at);
    cut_at(match_end);
    at = std::max(match_end, at + 1);
  }
}

std::size_t SplitMatcher::match(std::size_t at) {
  alternatives_.clear();
  alternatives_.push_back({.step = 0, .at = at});
  while (!alternatives_.empty()) {
    Alternative state = alternatives_.back();
    alternatives_.pop_back();
    if (!follow(state)) continue;
    // All that is still open begins at or before the match's end, so beyond it every mark is of
    // a fork that failed. At the end itself it may be of one on the way here.
    std::fill_n(failed_.begin() + static_cast<std::ptrdiff_t>(state.at * words_), words_, 0);
    return state.at;
  }
  return kNone;
}

bool SplitMatcher::follow(Alternative& state) {
  for (;;) {
    const SplitStep& step = regex_.program[static_cast<std::size_t>(state.step)];
    switch (step.kind) {
      case Kind::kMember:
        if (!is(state.at, step.set)) return false;
        ++state.at;
        ++state.step;
        break;
      case Kind::kJump:
        state.step += step.first;
        break;
      case Kind::kFork:
        if (!fork(state)) return false;
        break;
      case Kind::kRun:
        if (!run(state)) return false;
        break;
      case Kind::kMatch:
        return true;
      default:
        if (!holds(step, state.at)) return false;
        ++state.step;
    }
  }
}

bool SplitMatcher::fork(Alternative& state) {
  const SplitStep& step = regex_.program[static_cast<std::size_t>(state.step)];
  // Most forks are settled by the next character.
  const auto dead = [&](std::int32_t target) {
    const SplitStep& next = regex_.program[static_cast<std::size_t>(target)];
    return next.kind == Kind::kMember && !is(state.at, next.set);
  };
  const bool first_is_dead = dead(state.step + step.first);
  // Going on behind needs no mark: only what goes into a loop can come here again and again.
  if (first_is_dead && step.second > step.first) {
    state.step += step.second;
    return true;
  }
  const auto bit = static_cast<std::size_t>(step.set);
  std::uint64_t& word = failed_[state.at * words_ + bit / 64];
  if (((word >> (bit % 64)) & 1U) != 0) return false;
  word |= std::uint64_t{1} << (bit % 64);
  if (first_is_dead) {
    state.step += step.second;
    return true;
  }
  if (!dead(state.step + step.second)) {
    alternatives_.push_back({.step = state.step + step.second, .at = state.at});
  }
  state.step += step.first;
  return true;
}

bool SplitMatcher::run(Alternative& state) {
  const auto index = static_cast<std::size_t>(state.step);
  const SplitStep& step = regex_.program[index];
  if (state.at < run_begin_[index] || state.at >= run_end_[index]) {
    std::size_t end = state.at;
    while (is(end, step.set)) ++end;
    run_begin_[index] = state.at;
    run_end_[index] = end;
  }
  const std::size_t length = run_end_[index] - state.at;
  if (length < static_cast<std::size_t>(step.first)) return false;
  state.at += std::min(length, static_cast<std::size_t>(step.second));
  ++state.step;
  return true;
}

bool SplitMatcher::holds(const SplitStep& step, std::size_t at) const {
  const auto before = [&] { return at > begin_ && is(at - 1, step.set); };
  switch (step.kind) {
    case Kind::kAhead:
      return is(at, step.set);
    case Kind::kNotAhead:
      return !is(at, step.set);
    case Kind::kLook:
      return looks_[static_cast<std::size_t>(step.set)][at - begin_];
    case Kind::kNotLook:
      return !looks_[static_cast<std::size_t>(step.set)][at - begin_];
    case Kind::kTextBegin:
      return at == begin_;
    case Kind::kTextEnd:
      return at == end_;
    case Kind::kLineBegin:
      return at == begin_ || before();
    case Kind::kLineEnd:
      return at == end_ || is(at, step.set);
    case Kind::kBoundary:
      return before() != is(at, step.set);
    case Kind::kNotBoundary:
      return before() == is(at, step.set);
    default:
      INFERLAB_CHECK(false);
      return false;
  }
}

/// Says for each lookahead at which places it matches, from the end to the beginning: which of its
/// steps lead to a match from here follows from which do from the next character.
void SplitMatcher::look_ahead() {
  for (std::size_t i = 0; i < looks_.size(); ++i) {
    const SplitProgram& program = regex_.lookaheads[i];
    looks_[i].assign(end_ - begin_ + 1, false);
    std::vector<bool> next(program.size(), false);
    std::vector<bool> here(program.size());
    for (std::size_t at = end_ + 1; at-- > begin_;) {
      here.assign(program.size(), false);
      // Loops lead backwards, so until nothing changes: as often as loops are nested.
      for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t s = program.size(); s-- > 0;) {
          const SplitStep& step = program[s];
          const auto target = [&](std::int32_t by) {
            return here[static_cast<std::size_t>(static_cast<std::int32_t>(s) + by)];
          };
          bool leads = false;
          if (step.kind == Kind::kMember) {
            leads = is(at, step.set) && next[s + 1];
          } else if (step.kind == Kind::kFork) {
            leads = target(step.first) || target(step.second);
          } else if (step.kind == Kind::kJump) {
            leads = target(step.first);
          } else if (step.kind == Kind::kMatch) {
            leads = true;
          } else {
            leads = holds(step, at) && here[s + 1];
          }
          changed = changed || leads != here[s];
          here[s] = leads;
        }
      }
      looks_[i][at - begin_] = here[0];
      next = here;
    }
  }
}

}  // namespace inferlab
