#include "engine/serve/ngram_drafts.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/base/rng.h"

namespace inferlab {
namespace {

using Tokens = std::vector<TokenId>;

Tokens drafts(const Tokens& tokens, std::int32_t count, std::int32_t min, std::int32_t max) {
  return ngram_drafts(
      tokens,
      {.num_speculative_tokens = count, .prompt_lookup_max = max, .prompt_lookup_min = min});
}

/// Each length of the end from the longest on, each place from the first on.
Tokens slow_drafts(const Tokens& tokens, std::int32_t count, std::int32_t min, std::int32_t max) {
  const auto size = std::ssize(tokens);
  for (std::ptrdiff_t length = std::min<std::ptrdiff_t>(max, size - 1); length >= min; --length) {
    for (std::ptrdiff_t at = 0; at + length < size; ++at) {
      if (!std::equal(tokens.end() - length, tokens.end(), tokens.begin() + at)) continue;
      const auto next = tokens.begin() + at + length;
      return {next, next + std::min<std::ptrdiff_t>(count, tokens.end() - next)};
    }
  }
  return {};
}

}  // namespace

TEST_CASE("ngram_drafts: what followed the longest end the first time") {
  CHECK(drafts({1, 2, 3, 4, 1, 2, 3}, 3, 2, 3) == Tokens{4, 1, 2});
  CHECK(drafts({1, 2, 3, 4, 5, 2, 3, 9, 2, 3}, 1, 2, 3) == Tokens{4});
  CHECK(drafts({9, 3, 7, 2, 3, 8, 2, 3}, 2, 1, 3) == Tokens{8, 2});  // longer before earlier
  CHECK(drafts({9, 3, 7, 2, 3, 8, 2, 3}, 2, 1, 1) == Tokens{7, 2});
  CHECK(drafts({1, 2, 3}, 3, 1, 3).empty());
  CHECK(drafts({1, 2, 9, 2}, 3, 2, 3).empty());  // too short a match
  CHECK(drafts({5, 5, 5, 5}, 4, 1, 2) == Tokens{5, 5});
  CHECK(drafts({5}, 4, 1, 2).empty());
  CHECK(drafts({}, 4, 1, 2).empty());
  CHECK(drafts({5, 5}, 0, 1, 2).empty());
}

TEST_CASE("ngram_drafts: as the slow way, for any text") {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Rng rng(seed, "ngram", "text");
    Tokens tokens(rng.below(40));
    const std::uint64_t kinds = 1 + rng.below(4);
    for (TokenId& token : tokens) token = static_cast<TokenId>(rng.below(kinds));
    const auto max = static_cast<std::int32_t>(1 + rng.below(6));
    const auto min = static_cast<std::int32_t>(1 + rng.below(static_cast<std::uint64_t>(max)));
    const auto count = static_cast<std::int32_t>(1 + rng.below(5));
    INFO("seed " << seed);
    const Tokens guess = drafts(tokens, count, min, max);
    CHECK(guess == slow_drafts(tokens, count, min, max));
    found += guess.empty() ? 0 : 1;
  }
  CHECK(found > 1000);
}

}  // namespace inferlab
