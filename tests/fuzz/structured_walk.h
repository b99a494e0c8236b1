#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/structured/grammar.h"

namespace inferlab::fuzz {

/// Compiles the spec against a small vocabulary and lets `choices` choose among what the masks
/// allow, a byte for each token. Checks that masks and accept() agree and that no place is a dead
/// end; calls `visit` with each text that is complete. An error must have a message.
void walk_grammar(const structured::StructuredSpec& spec, std::string_view choices,
                  const std::function<void(std::string_view text)>& visit);

}  // namespace inferlab::fuzz
