#include "engine/base/printable.h"

#include <catch2/catch.hpp>

using namespace inferlab;

TEST_CASE("printable: nothing that moves a cursor or begins a line gets through") {
  CHECK(printable("llama 3.1") == "llama 3.1");
  CHECK(printable("a\nb\x1b[2Jc\x7f") == "a?b?[2Jc?");
  CHECK(printable("\xc3\xa9") == "??");
  CHECK(printable("abcdef", 3) == "abc...");
}
