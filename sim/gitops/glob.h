#pragma once

#include <string_view>

namespace inferlab::sim {

/// Whether all of `text` is as `pattern` says, in which `*` stands for any text, none too.
/// Takes at most the product of the two lengths: both may be a stranger's.
/// Source: Argo CD 3.5 documentation, "Projects".
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace inferlab::sim
