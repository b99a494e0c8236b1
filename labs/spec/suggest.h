#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inferlab::labs {

/// The word nearest to `wrong` (Levenshtein), when it is near enough to be what was meant; empty
/// otherwise.
std::string nearest_word(std::string_view wrong, const std::vector<std::string_view>& words);

/// `did you mean "x"?`, or the words there are when none is near; empty when there are none.
std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& words);

}  // namespace inferlab::labs
