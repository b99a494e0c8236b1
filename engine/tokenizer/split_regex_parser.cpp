// Reads an expression and writes its program, in one pass: a piece of program has relative targets,
// so that pieces are put one behind the other and copied for counted repetition.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "engine/tokenizer/split_regex.h"
#include "engine/tokenizer/split_regex_reader.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab {
namespace {

using Kind = SplitStep::Kind;

constexpr std::size_t kMaxSteps = 4096;
constexpr std::size_t kMaxLookaheadSteps = 256;
constexpr std::int32_t kMaxForks = 512;
constexpr std::size_t kMaxPattern = 16384;  // bytes
constexpr std::int32_t kUnlimited = std::numeric_limits<std::int32_t>::max();

/// What a group is read with.
struct Mode {
  bool any_case = false;
  int depth = 0;
};

struct Repetition {
  std::int32_t least;
  std::int32_t most;
  enum class Way : std::uint8_t { kGreedy, kLazy, kPossessive } way;
};

class Parser : private SplitRegexReader {
 public:
  Parser(std::string_view pattern, SplitSets& sets) : SplitRegexReader(pattern), sets_(sets) {}

  Result<SplitRegex> run() {
    if (pattern_.size() > kMaxPattern) return error("is too long");
    if (!is_valid_utf8(pattern_)) return error("is not UTF-8");
    Mode mode;
    INFERLAB_TRY(regex_.program, alternatives(mode));
    if (!at_end()) return error("')' closes nothing");
    regex_.program.push_back({.kind = Kind::kMatch});
    number_forks(regex_.program);
    if (regex_.num_forks > kMaxForks) return error("the expression is too large");
    return std::move(regex_);
  }

 private:
  Result<void> fits(std::size_t steps) const {
    if (steps <= kMaxSteps) return {};
    return error("the expression is too large");
  }

  Result<SplitProgram> alternatives(Mode& mode) {
    INFERLAB_TRY(SplitProgram program, sequence(mode));
    if (!take("|")) return program;
    // The rest as a loop, not by recursion: hundreds of alternatives are no depth.
    std::vector<SplitProgram> all;
    all.push_back(std::move(program));
    do {
      INFERLAB_TRY(SplitProgram next, sequence(mode));
      all.push_back(std::move(next));
    } while (take("|"));
    SplitProgram joined = std::move(all.back());
    for (std::size_t i = all.size() - 1; i-- > 0;) {
      INFERLAB_TRY_VOID(fits(joined.size() + all[i].size() + 2));
      SplitProgram both;
      both.push_back({.kind = Kind::kFork, .first = 1, .second = length(all[i]) + 2});
      append(both, all[i]);
      both.push_back({.kind = Kind::kJump, .first = length(joined) + 1});
      append(both, joined);
      joined = std::move(both);
    }
    return joined;
  }

  static std::int32_t length(const SplitProgram& program) {
    return static_cast<std::int32_t>(program.size());
  }
  static void append(SplitProgram& to, const SplitProgram& program) {
    to.insert(to.end(), program.begin(), program.end());
  }

  Result<SplitProgram> sequence(Mode& mode) {
    SplitProgram program;
    while (!at_end() && !next_is("|") && !next_is(")")) {
      INFERLAB_TRY(SplitProgram piece, atom(mode));
      for (int levels = 0;; ++levels) {
        INFERLAB_TRY(const auto repetition, quantifier());
        if (!repetition) break;
        if (levels > 2) return error("repetition of repetition");
        INFERLAB_TRY(piece, repeated(piece, *repetition));
      }
      INFERLAB_TRY_VOID(fits(program.size() + piece.size()));
      append(program, piece);
    }
    return program;
  }

  Result<std::optional<Repetition>> quantifier() {
    Repetition repetition{.least = 0, .most = kUnlimited, .way = Repetition::Way::kGreedy};
    bool counted = false;
    if (take("?")) {
      repetition.most = 1;
    } else if (take("+")) {
      repetition.least = 1;
    } else if (!take("*")) {
      counted = take_counts(repetition);
      if (!counted) return std::optional<Repetition>();
    }
    // After {n,m} the syntax takes + and a lone ? for another repetition, other dialects do not.
    if (counted && (next_is("+") || next_is("?"))) return error("{n,m} followed by + or ?");
    if (take("?")) {
      repetition.way = Repetition::Way::kLazy;
    } else if (take("+")) {
      repetition.way = Repetition::Way::kPossessive;
    }
    if (repetition.most < repetition.least) return error("{n,m} with n over m");
    return std::optional(repetition);
  }

  /// {n} {n,} {,m} {n,m}; anything else beginning with { is that character.
  bool take_counts(Repetition& repetition) {
    const std::size_t begin = at_;
    if (!take("{")) return false;
    const auto least = take_count();
    std::optional<std::int32_t> most = least;
    if (take(",")) {
      most = take_count();
      if (!least && !most) return at_ = begin, false;
      if (!most) most = kUnlimited;
    } else if (!least) {
      return at_ = begin, false;
    }
    if (!take("}")) return at_ = begin, false;
    repetition.least = least.value_or(0);
    repetition.most = *most;
    return true;
  }

  std::optional<std::int32_t> take_count() {
    std::optional<std::int32_t> count;
    while (!at_end() && pattern_[at_] >= '0' && pattern_[at_] <= '9') {
      count = std::min(count.value_or(0) * 10 + (pattern_[at_] - '0'), 100'000);
      ++at_;
    }
    return count;
  }

  Result<SplitProgram> repeated(const SplitProgram& piece, const Repetition& times) {
    if (times.way == Repetition::Way::kPossessive) {
      if (piece.size() != 1 || piece[0].kind != Kind::kMember) {
        return error("possessive repetition of more than a character");
      }
      return SplitProgram{
          {.kind = Kind::kRun, .set = piece[0].set, .first = times.least, .second = times.most}};
    }
    const bool endless = times.most == kUnlimited;
    const std::size_t copies = static_cast<std::size_t>(endless ? times.least + 1 : times.most);
    INFERLAB_TRY_VOID(fits(copies * (piece.size() + 2)));
    const bool lazy = times.way == Repetition::Way::kLazy;
    const auto fork = [lazy](std::int32_t into, std::int32_t past) {
      return SplitStep{
          .kind = Kind::kFork, .first = lazy ? past : into, .second = lazy ? into : past};
    };
    SplitProgram program;
    for (std::int32_t i = 0; i < times.least; ++i) append(program, piece);
    if (endless) {
      program.push_back(fork(1, length(piece) + 2));
      append(program, piece);
      program.push_back({.kind = Kind::kJump, .first = -(length(piece) + 1)});
      return program;
    }
    const std::int32_t optional = times.most - times.least;
    for (std::int32_t i = 0; i < optional; ++i) {  // each may leave for the end
      program.push_back(fork(1, (optional - i) * (length(piece) + 1)));
      append(program, piece);
    }
    return program;
  }

  Result<SplitProgram> one(SplitStep::Kind kind, const CharSet& set) {
    const std::int32_t index = sets_.index_of(set);
    if (index < 0) return error("there are too many different sets of characters");
    return SplitProgram{{.kind = kind, .set = index}};
  }

  Result<SplitProgram> member(CharSet set, const Mode& mode) {
    if (mode.any_case) {
      const auto folded = set.any_case();
      if (!folded) return error("a large class in (?i:)");
      set = *folded;
    }
    return one(Kind::kMember, set);
  }

  Result<SplitProgram> atom(Mode& mode) {
    if (take("(")) return group(mode);
    if (take("[")) {
      INFERLAB_TRY(CharSet set, char_class(mode.depth));
      return member(std::move(set), mode);
    }
    if (take(".")) return one(Kind::kMember, CharSet::of('\n').complement());
    if (take("^")) return one(Kind::kLineBegin, CharSet::of('\n'));
    if (take("$")) return one(Kind::kLineEnd, CharSet::of('\n'));
    if (next_is("*") || next_is("+") || next_is("?")) return error("nothing to repeat");
    if (take("\\")) {
      if (take("b")) return one(Kind::kBoundary, CharSet::word());
      if (take("B")) return one(Kind::kNotBoundary, CharSet::word());
      if (take("A")) return SplitProgram{{.kind = Kind::kTextBegin}};
      if (take("z")) return SplitProgram{{.kind = Kind::kTextEnd}};
      INFERLAB_TRY(CharSet set, escape());
      return member(std::move(set), mode);
    }
    return member(CharSet::of(take_character()), mode);
  }

  Result<SplitProgram> group(Mode& mode) {
    if (mode.depth == kMaxNesting) return error("groups are nested too deeply");
    Mode inner{.any_case = mode.any_case, .depth = mode.depth + 1};
    if (take("?=") || take("?!")) return lookahead(pattern_[at_ - 1] == '!', inner);
    if (take("?i)")) {  // for the rest of the group around
      mode.any_case = true;
      return SplitProgram{};
    }
    if (take("?i:")) {
      inner.any_case = true;
    } else if (take("?-i:")) {
      inner.any_case = false;
    } else if (!take("?:") && next_is("?")) {
      return error("this kind of group is not supported");
    }
    INFERLAB_TRY(SplitProgram program, alternatives(inner));
    if (!take(")")) return error("a group is not closed");
    return program;
  }

  Result<SplitProgram> lookahead(bool negative, Mode mode) {
    INFERLAB_TRY(SplitProgram program, alternatives(mode));
    if (!take(")")) return error("a group is not closed");
    if (program.size() == 1 && program[0].kind == Kind::kMember) {
      program[0].kind = negative ? Kind::kNotAhead : Kind::kAhead;
      return program;
    }
    program.push_back({.kind = Kind::kMatch});
    if (program.size() > kMaxLookaheadSteps) return error("the lookahead is too large");
    if (std::ranges::find(program, Kind::kRun, &SplitStep::kind) != program.end()) {
      return error("possessive repetition in a lookahead");
    }
    const auto index = static_cast<std::int32_t>(regex_.lookaheads.size());
    if (index == 16) return error("there are too many lookaheads");
    regex_.lookaheads.push_back(std::move(program));
    return SplitProgram{{.kind = negative ? Kind::kNotLook : Kind::kLook, .set = index}};
  }

  /// Each fork of the main program has a bit in the matcher's memory.
  void number_forks(SplitProgram& program) {
    for (SplitStep& step : program) {
      if (step.kind == Kind::kFork) step.set = regex_.num_forks++;
    }
  }

  SplitSets& sets_;
  SplitRegex regex_;
};

}  // namespace

Result<SplitRegex> SplitRegex::compile(std::string_view pattern, SplitSets& sets) {
  return Parser(pattern, sets).run();
}

}  // namespace inferlab
