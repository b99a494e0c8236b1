#include "engine/backend/cuda/step_plan.h"

#include <catch2/catch.hpp>
#include <set>
#include <utility>

#include "engine/base/rng.h"

namespace inferlab::cuda {
namespace {

Batch random_batch(Rng& rng, std::int32_t block_size) {
  Batch batch;
  const std::uint64_t sequences = 1 + rng.below(6);
  for (std::uint64_t s = 0; s < sequences; ++s) {
    const auto before = static_cast<std::int32_t>(rng.below(2) == 0 ? 0 : rng.below(600));
    const std::vector<std::int32_t> ids(1 + (rng.below(2) == 0 ? 0 : rng.below(70)));
    const std::int32_t last = before + static_cast<std::int32_t>(ids.size()) - 1;
    // Blocks beyond those that are needed: what a scheduler has reserved.
    std::vector<std::int32_t> table(static_cast<std::size_t>(last / block_size) + 1 + rng.below(3));
    for (std::int32_t& block : table) block = static_cast<std::int32_t>(rng.below(100));
    batch.add(ids, before, table, rng.below(2) == 0);
  }
  return batch;
}

TEST_CASE("plan_step: every row sees every key up to its own exactly once", "[seeds]") {
  Rng rng(12, "cuda", "plan");
  for (int round = 0; round < 200; ++round) {
    const std::int32_t block_size = 4 << rng.below(4);
    const HeadGroups heads = {static_cast<std::int32_t>(1 + rng.below(20))};
    const Batch batch = random_batch(rng, block_size);
    const auto padded = static_cast<std::int64_t>(rng.below(400));
    const StepPlan plan = plan_step(batch, block_size, heads, padded);
    REQUIRE(plan.num_rows() == std::max<std::int64_t>(padded, batch.num_rows()));
    std::set<std::pair<std::int32_t, std::int32_t>> pieces;
    for (const SplitItem& item : plan.items) {
      REQUIRE(pieces.emplace(item.tile, item.split).second);
    }
    std::vector<int> covered(static_cast<std::size_t>(plan.num_rows()));
    std::int64_t partials = 0;
    std::size_t num_pieces = 0;
    for (std::size_t t = 0; t < plan.tiles.size(); ++t) {
      const SplitTile& tile = plan.tiles[t];
      REQUIRE(tile.num_tokens >= 1);
      REQUIRE(tile.num_tokens * heads.heads_per_tile() <= kTileQueries);
      REQUIRE(tile.first_partial == partials);
      partials += std::int64_t{tile.num_tokens} * tile.num_splits;
      num_pieces += static_cast<std::size_t>(tile.num_splits);
      const auto last = static_cast<std::size_t>(tile.first_row + tile.num_tokens - 1);
      // The last key is in the last piece.
      REQUIRE(plan.positions[last] / kSplitKeys == tile.num_splits - 1);
      for (std::int32_t s = 0; s < tile.num_splits; ++s) {
        REQUIRE(pieces.count({static_cast<std::int32_t>(t), s}) == 1);
      }
      for (std::int32_t i = 0; i < tile.num_tokens; ++i) {
        const auto row = static_cast<std::size_t>(tile.first_row + i);
        ++covered[row];
        REQUIRE(plan.row_tiles[row] == static_cast<std::int32_t>(t));
        REQUIRE(plan.table_offsets[row] == plan.table_offsets[last]);
      }
    }
    REQUIRE(num_pieces == plan.items.size());
    REQUIRE(partials == plan.num_partial_tokens);
    for (const PrefillTile& tile : plan.prefill_tiles) {
      REQUIRE(tile.num_tokens * heads.heads_per_tile() <= kTileQueries);
      for (std::int32_t i = 0; i < tile.num_tokens; ++i) {
        const auto row = static_cast<std::size_t>(tile.first_row + i);
        ++covered[row];
        REQUIRE(plan.row_tiles[row] == -1);
      }
    }
    for (const BatchSequence& sequence : batch.sequences) {
      for (std::int32_t i = 0; i < sequence.num_tokens; ++i) {
        const auto row = static_cast<std::size_t>(sequence.first_row + i);
        REQUIRE(covered[row] == 1);
        REQUIRE(plan.positions[row] == batch.positions[row]);
        for (std::int32_t p = 0; p <= plan.positions[row]; p += block_size) {
          const auto block = static_cast<std::size_t>(p / block_size);
          REQUIRE(plan.block_tables[static_cast<std::size_t>(plan.table_offsets[row]) + block] ==
                  sequence.block_table[block]);
        }
      }
    }
    for (auto row = static_cast<std::size_t>(batch.num_rows()); row < covered.size(); ++row) {
      REQUIRE(covered[row] == 0);
      REQUIRE(plan.positions[row] == -1);
      REQUIRE(plan.row_tiles[row] == -1);
    }
  }
}

TEST_CASE("plan_step: an F32 cache wants no pieces") {
  Batch batch;
  batch.add(std::vector<std::int32_t>{1, 2}, 7, std::vector<std::int32_t>{3, 4, 5}, true);
  const StepPlan plan = plan_step(batch, 4, {1}, 0, false);
  CHECK(plan.items.empty());
  CHECK(plan.prefill_tiles.empty());
  CHECK(plan.block_tables == std::vector<std::int32_t>{3, 4, 5});
}

TEST_CASE("is_plain_decode: one token each, all sampled in their order") {
  const std::vector<std::int32_t> table = {0};
  Batch batch;
  CHECK_FALSE(is_plain_decode(batch));
  batch.add(std::vector<std::int32_t>{1}, 0, table, true);
  batch.add(std::vector<std::int32_t>{1}, 3, table, true);
  CHECK(is_plain_decode(batch));
  Batch other_order = batch;
  other_order.sampled_rows = {1, 0};
  CHECK_FALSE(is_plain_decode(other_order));
  Batch unsampled = batch;
  unsampled.add(std::vector<std::int32_t>{1}, 3, table, false);
  CHECK_FALSE(is_plain_decode(unsampled));
  Batch prefill = batch;
  prefill.add(std::vector<std::int32_t>{1, 2}, 0, table, true);
  CHECK_FALSE(is_plain_decode(prefill));
}

TEST_CASE("graph_rows: the sizes of vLLM's graphs") {
  CHECK(graph_rows(1) == 1);
  CHECK(graph_rows(3) == 4);
  CHECK(graph_rows(5) == 8);
  CHECK(graph_rows(9) == 16);
  CHECK(graph_rows(17) == 24);
  CHECK(graph_rows(249) == 256);
  CHECK(graph_rows(257) == 272);
  CHECK(graph_rows(512) == 512);
  CHECK(graph_rows(513) == 0);
  for (std::int64_t rows = 1; rows <= 512; ++rows) {
    REQUIRE(graph_rows(rows) >= rows);
    REQUIRE(graph_rows(graph_rows(rows)) == graph_rows(rows));
  }
}

}  // namespace
}  // namespace inferlab::cuda
