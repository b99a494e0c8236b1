#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/result.h"
#include "engine/structured/network.h"

namespace inferlab::structured {

/// Reads a grammar in GBNF, llama.cpp's EBNF, which XGrammar reads too: rules `name ::= …`, of
/// which `root` is the whole text; "literals", [classes], `.`, groups, `|`, `*`, `+`, `?`, `{m,n}`,
/// comments behind `#`. Line ends are whitespace: a rule ends where the next begins. kInvalid names
/// the place ("WHERE: at 12: …", in bytes); left recursion is refused, as llama.cpp does.
/// Source: llama.cpp, grammars/README.md; vLLM's documentation of `structured_outputs.grammar`.
Result<Network> compile_gbnf(std::string_view text, std::string_view where, std::size_t max_states);

}  // namespace inferlab::structured
