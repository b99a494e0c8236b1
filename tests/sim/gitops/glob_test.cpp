#include "sim/gitops/glob.h"

#include <catch2/catch.hpp>
#include <string>

namespace inferlab::sim {

TEST_CASE("matches_glob: a star stands for any text, anything else for itself") {
  CHECK(matches_glob("", ""));
  CHECK_FALSE(matches_glob("", "a"));
  CHECK(matches_glob("team", "team"));
  CHECK_FALSE(matches_glob("team", "team-b"));
  CHECK_FALSE(matches_glob("team-b", "team"));
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("*", "anything/at all"));
  CHECK(matches_glob("team*", "team"));
  CHECK(matches_glob("team-*", "team-b"));
  CHECK_FALSE(matches_glob("team-*", "other-team-b"));
  CHECK(matches_glob("*.example.com/*.git", "https://git.example.com/platform.git"));
  CHECK_FALSE(matches_glob("*.example.com/*.git", "https://git.example.com/platform"));
  CHECK(matches_glob("*aab", "aaaab"));  // the star must be given more than at first
  CHECK(matches_glob("a*b*c", "a-b-c-b-c"));
  CHECK_FALSE(matches_glob("a*a", "a"));
  CHECK(matches_glob("**", "a"));
  CHECK_FALSE(matches_glob("te?m", "team"));
}

TEST_CASE("matches_glob: many stars take no longer") {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a";
  const std::string text(20'000, 'a');
  CHECK(matches_glob(pattern, text));
  CHECK_FALSE(matches_glob(pattern + "b", text));
  CHECK_FALSE(matches_glob(pattern, text.substr(0, 39)));
}

}  // namespace inferlab::sim
