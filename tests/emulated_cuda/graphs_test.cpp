// What only the emulator can tell: how much was launched, and how.

#include <cuda_runtime.h>

#include <catch2/catch.hpp>

#include "engine/backend/cuda/cuda_backend.h"
#include "tests/engine/backend/generation.h"

namespace inferlab::cuda {
namespace {

using inferlab::test::block_table;

/// Decode steps of one sequence, the prompt not counted: [launches, replays].
std::pair<std::int64_t, std::int64_t> decode(bool use_graphs, std::int32_t steps) {
  const Model model = inferlab::test::load_random_model();
  auto backend = CudaBackend::create({.use_library = false, .use_graphs = use_graphs});
  REQUIRE(backend.has_value());
  REQUIRE((*backend)
              ->load(model.weights, {.num_blocks = 24, .block_size = 16, .type = KvType::kF16})
              .has_value());
  Batch prompt;
  prompt.add(std::vector<std::int32_t>{1, 2, 3}, 0, block_table(8), true);
  inferlab::test::forward(**backend, model, prompt);
  const std::int64_t launches = emulated::num_launches();
  const std::int64_t replays = emulated::num_replays();
  for (std::int32_t step = 0; step < steps; ++step) {
    Batch batch;
    batch.add(std::vector<std::int32_t>{4}, 3 + step, block_table(8), true);
    inferlab::test::forward(**backend, model, batch);
  }
  return {emulated::num_launches() - launches, emulated::num_replays() - replays};
}

TEST_CASE(
    "DecodeGraphs: the first step runs, the second is captured, all from then on are replays") {
  const auto [eager_launches, none] = decode(false, 12);
  CHECK(none == 0);
  const auto [launches, replays] = decode(true, 12);
  CHECK(launches == eager_launches);
  CHECK(replays == 11);
}

TEST_CASE("DecodeGraphs: contexts that grow seldom make graphs anew") {
  // 16 tokens to a block, half as many again each time: places move a few times in 100 steps.
  const auto [launches, replays] = decode(true, 100);
  CHECK(launches > 0);
  CHECK(replays >= 92);
}

}  // namespace
}  // namespace inferlab::cuda
