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

TEST_CASE("BlockManager: the block that was freed first comes first, of a table the last one") {
  BlockManager blocks(4, 4);
  Table a;
  Table b;
  REQUIRE(blocks.grow(a, 8));
  REQUIRE(blocks.grow(b, 4));
  blocks.release(a);
  CHECK(a.empty());
  CHECK(blocks.num_free_blocks() == 3);
  REQUIRE(blocks.grow(b, 16));
  CHECK(b == Table{2, 3, 1, 0});
}

TEST_CASE("BlockManager: a freed block is found by its name until it is handed out anew") {
  BlockManager blocks(3, 4);
  const std::vector<BlockHash> names = {{1, 1}, {2, 2}, {3, 3}};
  Table a;
  REQUIRE(blocks.grow(a, 8));
  blocks.set_hash(a[0], names[0]);
  blocks.set_hash(a[1], names[1]);
  CHECK(blocks.find_prefix(names, 9) == Table{0, 1});
  CHECK(blocks.find_prefix(names, 1) == Table{0});
  CHECK(blocks.find_prefix(std::span(names).subspan(1), 9) == Table{1});
  CHECK(blocks.find_prefix(std::span(names).subspan(2), 9).empty());
  blocks.release(a);
  CHECK(blocks.num_free_blocks() == 3);

  Table b;  // both of them are free: sharing them takes them
  CHECK(blocks.can_share_and_grow(Table{0, 1}, 12));
  CHECK_FALSE(blocks.can_share_and_grow(Table{0, 1}, 13));
  blocks.share(b, blocks.find_prefix(names, 9));
  CHECK(blocks.num_free_blocks() == 1);
  Table c;
  blocks.share(c, blocks.find_prefix(names, 9));
  CHECK(blocks.num_users(0) == 2);
  CHECK(blocks.num_free_blocks() == 1);
  blocks.release(b);
  CHECK(blocks.num_free_blocks() == 1);
  blocks.release(c);

  // Of the three, block 2 was freed first, then the end of the prefix before its beginning.
  Table d;
  REQUIRE(blocks.grow(d, 4));
  CHECK(d == Table{2});
  REQUIRE(blocks.grow(d, 8));
  CHECK(d == Table{2, 1});
  CHECK(blocks.find_prefix(names, 9) == Table{0});
}

TEST_CASE("BlockManager: of blocks with one name the first is found, then the others") {
  BlockManager blocks(3, 4);
  const std::vector<BlockHash> name = {{7, 7}};
  Table table;
  REQUIRE(blocks.grow(table, 12));
  for (const BlockId block : table) blocks.set_hash(block, name[0]);
  CHECK(blocks.find_prefix(name, 1) == Table{0});
  blocks.clear_hash(2);
  blocks.clear_hash(0);
  CHECK(blocks.find_prefix(name, 1) == Table{1});
  blocks.clear_hash(0);  // it has none any more
  blocks.clear_hash(1);
  CHECK(blocks.find_prefix(name, 1).empty());
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
