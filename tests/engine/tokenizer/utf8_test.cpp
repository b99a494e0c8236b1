#include "engine/tokenizer/utf8.h"

#include <catch2/catch.hpp>
#include <string>

namespace inferlab {
namespace {

const std::string kBad = std::string(kReplacementUtf8);

TEST_CASE("utf8: one U+FFFD for each maximal invalid part") {
  CHECK(to_valid_utf8("").empty());
  CHECK(to_valid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") ==
        "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  // From the Unicode standard, table 3-11 ("U+FFFD for truncated sequences").
  CHECK(to_valid_utf8("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41") == kBad + kBad + kBad + kBad + "A");
  // Tables 3-8 to 3-10: overlong forms, surrogates, beyond U+10FFFF.
  CHECK(to_valid_utf8("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41") ==
        kBad + kBad + kBad + kBad + kBad + kBad + kBad + kBad + "A");
  CHECK(to_valid_utf8("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41") ==
        kBad + kBad + kBad + kBad + kBad + kBad + kBad + kBad + "A");
  CHECK(to_valid_utf8("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42") ==
        kBad + kBad + kBad + kBad + kBad + "A" + kBad + kBad + "B");
}

TEST_CASE("utf8: an incomplete character is told from a wrong one") {
  using enum Utf8Step::Kind;
  CHECK(utf8_step("\xf0\x9f\x98").kind == kIncomplete);
  CHECK(utf8_step("\xf0\x9f\x98").bytes == 3);
  CHECK(utf8_step("\xf0\x9f\x98z").kind == kInvalid);
  CHECK(utf8_step("\xf0\x9f\x98\x80").code == 0x1f600);
  CHECK(is_valid_utf8("\xf0\x9f\x98\x80"));
  CHECK_FALSE(is_valid_utf8("\xf0\x9f\x98"));
}

}  // namespace
}  // namespace inferlab
