#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/tokenizer/char_set.h"

namespace inferlab {

/// One step of a compiled expression. Targets are relative to the step itself.
struct SplitStep {
  enum class Kind : std::uint8_t {
    kMember,     ///< a character of `set`
    kJump,       ///< to `first`
    kFork,       ///< to `first`, or if nothing comes of it to `second`
    kRun,        ///< as many characters of `set` as there are, `first` to `second`, none given back
    kAhead,      ///< the next character is in `set`
    kNotAhead,   ///< there is no next character in `set`
    kLook,       ///< lookahead number `set` matches here
    kNotLook,    ///< or does not
    kTextBegin,  ///< nothing before
    kTextEnd,    ///< nothing after
    kLineBegin,  ///< nothing or a line feed (`set`) before
    kLineEnd,    ///< nothing or a line feed (`set`) after
    kBoundary,   ///< between a word character (`set`) and another one
    kNotBoundary,  ///< or not
    kMatch,
  };
  Kind kind;
  std::int32_t set = 0;
  std::int32_t first = 0;
  std::int32_t second = 0;
  bool operator==(const SplitStep&) const = default;
};
using SplitProgram = std::vector<SplitStep>;

/// The sets of all expressions of a rule; a character's membership in them is one word of bits.
class SplitSets {
 public:
  static constexpr std::size_t kMax = 64;
  /// The set's number; -1 when there are kMax others already.
  std::int32_t index_of(const CharSet& set);
  [[nodiscard]] std::uint64_t mask_of(char32_t c) const;
  bool operator==(const SplitSets& other) const { return sets_ == other.sets_; }

 private:
  std::vector<CharSet> sets_;
  std::array<std::uint64_t, 128> ascii_{};
};

/// A regular expression of the kind that tokenizers cut texts with, in the syntax of Oniguruma,
/// which Hugging Face's tokenizers give theirs to: Unicode properties, classes in classes, groups
/// with (?i:), greedy, lazy and possessive repetition, lookahead, ^ $ \b. Two expressions that mean
/// the same step by step are equal, however they are spelled.
/// Refused, by name: back references, lookbehind, atomic groups, other properties, possessive
/// repetition of a group, and what would be too large.
struct SplitRegex {
  SplitProgram program;
  std::vector<SplitProgram> lookaheads;  ///< an inner one stands before the outer one
  std::int32_t num_forks = 0;

  /// kInvalid: "PATTERN: at BYTE: WHY". The sets go into `sets`.
  static Result<SplitRegex> compile(std::string_view pattern, SplitSets& sets);
  bool operator==(const SplitRegex&) const = default;

  /// Whether some match begins at every character, whatever follows it.
  [[nodiscard]] bool matches_everything(const SplitSets& sets) const;
};

/// The characters of one text, or its bytes, for all expressions of a rule.
struct SplitText {
  std::vector<std::uint64_t> masks;    // one for each character
  std::vector<std::uint32_t> offsets;  // one more: the end
};

/// Finds one expression's matches in parts of a text. Linear in the text's length, whatever the
/// expression is: a fork that failed at a place is not tried there again, by this or a later
/// match, as its failing does not depend on how it was reached.
class SplitMatcher {
 public:
  SplitMatcher(const SplitRegex& regex, const SplitText& text);

  /// Appends where the parts of characters [begin, end) begin: its matches and what lies between.
  /// Parts must be given in the text's order.
  void cut(std::size_t begin, std::size_t end, std::vector<std::uint32_t>& begins);

 private:
  struct Alternative {
    std::int32_t step;
    std::size_t at;
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  [[nodiscard]] bool is(std::size_t at, std::int32_t set) const {
    return at >= begin_ && at < end_ && ((text_.masks[at] >> static_cast<unsigned>(set)) & 1U) != 0;
  }
  std::size_t match(std::size_t at);
  bool follow(Alternative& state);
  bool fork(Alternative& state);
  bool run(Alternative& state);
  [[nodiscard]] bool holds(const SplitStep& step, std::size_t at) const;
  void look_ahead();

  const SplitRegex& regex_;
  const SplitText& text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t words_;                      // of `failed_`, for each character
  std::vector<std::uint64_t> failed_;      // forks that were tried there
  std::vector<Alternative> alternatives_;  // a stack
  std::vector<std::vector<bool>> looks_;   // by lookahead and place in the part
  std::vector<std::size_t> run_begin_;     // by step: the run of its set that was found last
  std::vector<std::size_t> run_end_;
};

}  // namespace inferlab
