#include "engine/schedule/block_manager.h"

#include <catch2/catch.hpp>
#include <limits>

namespace inferlab {

using Table = std::vector<BlockId>;

TEST_CASE("BlockManager: blocks come out in ascending order") {
  BlockManager blocks(4, 4);
  Table table;
  REQUIRE(blocks.grow(table, 9));
  CHECK(table == Table{0, 1, 2});
  CHECK(blocks.num_free_blocks() == 1);
}

TEST_CASE("BlockManager: release gives blocks back in reverse, so the same ones come again") {
  BlockManager blocks(4, 4);
  Table a;
  Table b;
  REQUIRE(blocks.grow(a, 8));
  REQUIRE(blocks.grow(b, 4));
  blocks.release(a);
  CHECK(a.empty());
  CHECK(blocks.num_free_blocks() == 3);
  REQUIRE(blocks.grow(b, 12));
  CHECK(b == Table{2, 0, 1});
}

TEST_CASE("BlockManager: a table that covers the tokens stays as it is") {
  BlockManager blocks(2, 16);
  Table table;
  REQUIRE(blocks.grow(table, 0));
  CHECK(table.empty());
  REQUIRE(blocks.grow(table, 1));
  REQUIRE(blocks.grow(table, 16));
  CHECK(table == Table{0});
  REQUIRE(blocks.grow(table, 3));
  CHECK(table == Table{0});
}

TEST_CASE("BlockManager: too few free blocks leave the table unchanged") {
  BlockManager blocks(2, 16);
  Table table;
  REQUIRE(blocks.grow(table, 16));
  CHECK_FALSE(blocks.can_grow(table, 33));
  const Result<void> grown = blocks.grow(table, 33);
  REQUIRE_FALSE(grown);
  CHECK(grown.error().kind == ErrorKind::kExhausted);
  CHECK(table == Table{0});
  CHECK(blocks.num_free_blocks() == 1);
  CHECK_FALSE(blocks.can_grow(table, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace inferlab
