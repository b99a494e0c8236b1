#include "engine/tokenizer/normalizer.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tokenizer/utf8.h"
#include "random_text.h"

namespace inferlab {
namespace {

std::string after(std::string_view step, std::string_view text) {
  const std::array<std::string_view, 1> steps = {step};
  const auto normalizer = Normalizer::compile(steps);
  REQUIRE(normalizer.has_value());
  return normalizer->apply(text);
}

TEST_CASE("Normalizer: each step does what its name says") {
  CHECK(after("nfc", "e\xcc\x81 \xef\xac\x81") == "\xc3\xa9 \xef\xac\x81");
  CHECK(after("nfd", "\xc3\xa9") == "e\xcc\x81");
  CHECK(after("nfkc", "\xef\xac\x81\xef\xbc\x91") == "fi1");
  CHECK(after("nfkd", "\xef\xac\x81\xc3\xa9") == "fie\xcc\x81");
  // U+1E9B U+0323, from the annex on normal forms.
  CHECK(after("nfc", "\xe1\xba\x9b\xcc\xa3") == "\xe1\xba\x9b\xcc\xa3");
  CHECK(after("nfkc", "\xe1\xba\x9b\xcc\xa3") == "\xe1\xb9\xa9");
  CHECK(after("lowercase", "AB\xc3\x84\xce\xa3 \xc4\xb0") == "ab\xc3\xa4\xcf\x83 i\xcc\x87");
  CHECK(after("strip_accents", "e\xcc\x81") == "e");
  CHECK(after("strip_nonspacing", "\xc3\xa9\xc3\xbc") == "eu");
  CHECK(after("clean", std::string_view("a\0\tb\xc2\xa0\xe2\x80\x8b", 9)) == "a b ");
  CHECK(after("separate_chinese", "a\xe4\xb8\xad") == "a \xe4\xb8\xad ");
  CHECK(after("strip_left", " \n a ") == "a ");
  CHECK(after("strip_right", " a \xe3\x80\x80") == " a");
  CHECK(after("squeeze", "  a \n b ") == "a b");
  CHECK(after("prepend\x1f_", "a") == "_a");
  CHECK(after("prepend\x1f_", "").empty());
  CHECK(after("replace\x1f"
              "aa\x1f"
              "b",
              "aaaca") == "baca");
  CHECK(after("replace_runs\x1f \x1f_", "a b  c   ") == "a b_c_");
}

TEST_CASE("Normalizer: a step that is not known is refused") {
  for (const std::string_view step : {"nfx", "replace", "replace\x1f\x1fx", "nfc\x1fx"}) {
    const std::array<std::string_view, 1> steps = {step};
    CHECK_FALSE(Normalizer::compile(steps).has_value());
  }
}

TEST_CASE("Normalizer: normal forms are their own", "[seeds]") {
  Rng rng(5, "normalizer", "forms");
  for (int round = 0; round < 300; ++round) {
    const std::string text = test::random_text(rng, rng.below(40));
    CAPTURE(text);
    for (const std::string_view form : {"nfc", "nfd", "nfkc", "nfkd"}) {
      const std::string once = after(form, text);
      REQUIRE(is_valid_utf8(once));
      REQUIRE(after(form, once) == once);
    }
    REQUIRE(after("nfc", after("nfd", text)) == after("nfc", text));
    REQUIRE(after("nfd", after("nfc", text)) == after("nfd", text));
  }
}

TEST_CASE("Normalizer: a megabyte of marks takes no quadratic time") {
  // Canonical order by exchanges of neighbours would take hours: that this ends is the test.
  std::string text = "a";
  for (int i = 0; i < 1 << 18; ++i) text += i % 2 == 0 ? "\xcc\x81" : "\xcc\xa3";
  const std::string result = after("nfd", text);
  CHECK(result.size() == text.size());
  CHECK(result.substr(0, 5) == "a\xcc\xa3\xcc\xa3");
}

TEST_CASE("Charsmap: a table's lengths are checked, and an empty one changes nothing") {
  CHECK(Charsmap().apply("a b") == "a b");
  CHECK(Charsmap::parse({}).has_value());
  const std::vector<unsigned char> wild = {0xff, 0xff, 0xff, 0xff, 0};
  CHECK_FALSE(Charsmap::parse(wild).has_value());
  const std::vector<unsigned char> open = {0, 0, 0, 0, 'x'};
  CHECK_FALSE(Charsmap::parse(open).has_value());
  // A root whose children begin at 0: the unit of 'a' (97) has its value at 97 ^ 1.
  std::vector<unsigned char> table(4 + 4 * 128, 0);
  table[1] = 2;  // 512 bytes of units
  const auto unit = [&](std::size_t index) { return table.data() + 4 + 4 * index; };
  unit('a')[0] = 'a';
  unit('a')[1] = 1 | 4;     // has a value; offset 1
  unit('a' ^ 1)[3] = 0x80;  // the value 0
  for (const char c : {'X', 'Y', '\0'}) table.push_back(static_cast<unsigned char>(c));
  const auto charsmap = Charsmap::parse(table);
  REQUIRE(charsmap.has_value());
  CHECK(charsmap->apply("bad") == "bXYd");
}

}  // namespace
}  // namespace inferlab
