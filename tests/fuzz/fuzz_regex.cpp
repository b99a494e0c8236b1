// Regular expressions, and grammars in GBNF. Where RE2 reads the same pattern it says that what the
// masks let through matches.
#include <re2/re2.h>

#include <string>

#include "engine/base/check.h"
#include "tests/fuzz/structured_walk.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

// PATTERN %%% CHOICES, or a grammar.
void fuzz_regex(std::string_view bytes) {
  using structured::StructuredSpec;
  const std::string pattern(next_part(bytes));
  if (pattern.find("::=") != std::string::npos) {
    const StructuredSpec spec{.kind = StructuredSpec::Kind::kGrammar, .text = pattern};
    return walk_grammar(spec, bytes, [](std::string_view) {});
  }
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 expected(pattern, options);
  // Its table of Unicode's categories may be of another version than ours, and a count that begins
  // with a 0 is text to it, where Rust and Python, whose dialect this is, count.
  static const RE2 differs("\\\\[pP]|[{,]0[0-9]");
  const bool comparable = expected.ok() && !RE2::PartialMatch(pattern, differs);
  const StructuredSpec spec{.kind = StructuredSpec::Kind::kRegex, .text = pattern};
  walk_grammar(spec, bytes, [&](std::string_view text) {
    const re2::StringPiece piece(text.data(), text.size());
    INFERLAB_CHECK(!comparable || RE2::FullMatch(piece, expected));
  });
}

}  // namespace inferlab::fuzz
