// What the serving scheduler relies on, of every backend that runs without a device: a sequence's
// logits are its own, to the last bit.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/rng.h"
#include "generation.h"

namespace inferlab {
namespace {

using test::block_table;
using test::forward;

constexpr KvCacheShape kKv{.num_blocks = 24, .block_size = 4};
const std::vector<std::string> kNames = {"cpu", "reference"};
constexpr TensorType kTypes[] = {TensorType::kF32,  TensorType::kF16,  TensorType::kBF16,
                                 TensorType::kQ8_0, TensorType::kQ4_0, TensorType::kQ4_K,
                                 TensorType::kQ5_K, TensorType::kQ6_K};

/// K-quants need rows of 256 elements.
RandomModelShape shape_for(TensorType type) {
  if (tensor_block(type).elements <= 32) return {.type = type};
  return {.type = type, .hidden_size = 256, .ffn_size = 256, .num_layers = 1};
}

std::vector<std::int32_t> random_ids(Rng& rng, const Model& model, std::uint64_t count) {
  std::vector<std::int32_t> ids;
  while (ids.size() < count) {
    ids.push_back(static_cast<std::int32_t>(
        rng.below(static_cast<std::uint64_t>(model.config().vocab_size))));
  }
  return ids;
}

std::vector<RandomModelShape> all_shapes() {
  std::vector<RandomModelShape> shapes;
  for (const TensorType type : kTypes) shapes.push_back(shape_for(type));
  shapes.push_back({.architecture = "qwen2", .type = TensorType::kF16});
  // Heads of another size than hidden_size / num_heads.
  shapes.push_back({.architecture = "qwen3", .type = TensorType::kF16, .head_dim = 24});
  return shapes;
}

/// Bits, not values: -0 and 0 differ, equal NaNs do not.
bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

std::vector<float> alone(const std::string& name, const Model& model, const KvCacheShape& kv,
                         std::span<const std::int32_t> ids) {
  const auto backend = test::load_backend(model, kv, name);
  Batch batch;
  batch.add(ids, 0, block_table(6), true);
  return forward(*backend, model, batch);
}

TEST_CASE("Backend: logits do not depend on how the prompt is cut into steps", "[seeds]") {
  const std::string name = GENERATE(from_range(kNames));
  CAPTURE(name);
  Rng rng(11, "backend", "chunks");
  for (const RandomModelShape& shape : all_shapes()) {
    const Model model = test::load_random_model(shape);
    for (const KvType kv_type :
         {KvType::kF32, KvType::kF16, KvType::kBF16, KvType::kFp8, KvType::kQ8}) {
      KvCacheShape kv = kKv;
      kv.type = kv_type;
      const auto ids = random_ids(rng, model, 23);
      const std::vector<float> expected = alone(name, model, kv, ids);
      for (int round = 0; round < 5; ++round) {
        const auto backend = test::load_backend(model, kv, name);
        // Other blocks, in another order.
        const auto table = block_table(6, 23, -2);
        std::vector<float> logits;
        for (std::size_t done = 0; done < ids.size();) {
          const std::size_t count = std::min<std::size_t>(ids.size() - done, 1 + rng.below(9));
          Batch batch;
          batch.add(std::span(ids).subspan(done, count), static_cast<std::int32_t>(done), table,
                    true);
          logits = forward(*backend, model, batch);
          done += count;
        }
        REQUIRE(same_bits(logits, expected));
      }
    }
  }
}

TEST_CASE("Backend: logits do not depend on what else is in the batch", "[seeds]") {
  const std::string name = GENERATE(from_range(kNames));
  CAPTURE(name);
  Rng rng(12, "backend", "batches");
  const Model model = test::load_random_model();
  const std::size_t vocab = static_cast<std::size_t>(model.config().vocab_size);
  for (int round = 0; round < 5; ++round) {
    std::vector<std::vector<std::int32_t>> prompts;
    std::vector<std::vector<float>> expected;
    for (int s = 0; s < 4; ++s) {
      prompts.push_back(random_ids(rng, model, 1 + rng.below(20)));
      expected.push_back(alone(name, model, kKv, prompts.back()));
    }
    // Prefills of all but the last token in one batch, then the last tokens as decodes in another.
    const auto backend = test::load_backend(model, kKv, name);
    Batch prefill;
    Batch decode;
    for (int s = 0; s < 4; ++s) {
      const std::span<const std::int32_t> ids = prompts[s];
      const auto table = block_table(6, s, 4);
      if (ids.size() > 1) prefill.add(ids.first(ids.size() - 1), 0, table, false);
      decode.add(ids.last(1), static_cast<std::int32_t>(ids.size()) - 1, table, true);
    }
    forward(*backend, model, prefill);
    const std::vector<float> logits = forward(*backend, model, decode);
    for (std::size_t s = 0; s < 4; ++s) {
      REQUIRE(same_bits(std::span(logits).subspan(s * vocab, vocab), expected[s]));
    }
  }
}

TEST_CASE("Backend: sampled rows come in the order in which they were asked for") {
  const std::string name = GENERATE(from_range(kNames));
  CAPTURE(name);
  Rng rng(13, "backend", "rows");
  const Model model = test::load_random_model();
  const std::size_t vocab = static_cast<std::size_t>(model.config().vocab_size);
  const auto ids = random_ids(rng, model, 8);
  const auto backend = test::load_backend(model, kKv, name);
  Batch batch;
  batch.add(ids, 0, block_table(2), false);
  batch.sampled_rows = {7, 0, 3};
  const std::vector<float> logits = forward(*backend, model, batch);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto row = static_cast<std::size_t>(batch.sampled_rows[i]);
    CHECK(same_bits(std::span(logits).subspan(i * vocab, vocab),
                    alone(name, model, kKv, std::span(ids).first(row + 1))));
  }
}

TEST_CASE("Backend: a copied KV block serves like its original") {
  const std::string name = GENERATE(from_range(kNames));
  CAPTURE(name);
  Rng rng(14, "backend", "copies");
  const Model model = test::load_random_model();
  const auto ids = random_ids(rng, model, 9);
  const auto backend = test::load_backend(model, kKv, name);
  Batch prefix;
  prefix.add(std::span(ids).first(8), 0, std::vector<std::int32_t>{0, 1}, false);
  forward(*backend, model, prefix);
  // In order: block 5 goes on to 6 as it was written just before.
  const std::vector<KvBlockCopy> copies = {{0, 5}, {5, 6}, {1, 7}};
  REQUIRE(backend->copy_kv_blocks(copies).has_value());
  Batch decode;
  decode.add(std::span(ids).last(1), 8, std::vector<std::int32_t>{6, 7, 2}, true);
  CHECK(same_bits(forward(*backend, model, decode), alone(name, model, kKv, ids)));
  const std::vector<KvBlockCopy> wrong = {{0, kKv.num_blocks}};
  CHECK(backend->copy_kv_blocks(wrong).error().kind == ErrorKind::kInvalid);
}

TEST_CASE("ReferenceBackend: greedy output is the same in every run") {
  std::vector<std::string> digests;
  for (int run = 0; run < 2; ++run) {
    RunHash hash;
    for (const TensorType type : {TensorType::kF32, TensorType::kF16, TensorType::kQ8_0}) {
      const Model model = test::load_random_model({.seed = 21, .type = type});
      const auto backend = test::load_backend(model, kKv, "reference");
      const std::vector<std::int32_t> prompt = {5, 6, 7};
      const auto tokens = test::greedy(*backend, model, prompt, block_table(10), 32,
                                       [](std::int32_t) { return false; });
      for (const std::int32_t id : tokens) hash.add(static_cast<std::uint64_t>(id));
      Batch batch;
      batch.add(prompt, 0, block_table(1), true);
      const std::vector<float> logits = forward(*backend, model, batch);
      hash.add(std::string_view(reinterpret_cast<const char*>(logits.data()),
                                logits.size() * sizeof(float)));
    }
    digests.push_back(hash.hex());
  }
  CHECK(digests[0] == digests[1]);
  // The bits of every machine and compiler: whatever changes this, changes what models say.
  CHECK(digests[0] == "ef3b6213c2a09994");
}

TEST_CASE("Backend: a batch that contradicts itself is refused and harms nothing") {
  const std::string name = GENERATE(from_range(kNames));
  CAPTURE(name);
  const Model model = test::load_random_model();
  const auto backend = test::load_backend(model, kKv, name);
  const std::vector<std::int32_t> ids = {1, 2, 3};
  std::vector<float> logits(static_cast<std::size_t>(model.config().vocab_size));
  const auto refusal = [&](auto&& change) {
    Batch batch;
    batch.add(ids, 0, block_table(1), true);
    change(batch);
    const auto result = backend->forward(batch, logits);
    if (result.has_value()) return std::string();
    CHECK(result.error().kind == ErrorKind::kInvalid);
    return result.error().message;
  };
  CHECK(refusal([](Batch&) {}).empty());
  CHECK(refusal([](Batch& b) { b.token_ids[1] = 320; }) == "batch: no token 320");
  CHECK(refusal([](Batch& b) { b.token_ids[1] = -1; }) == "batch: no token -1");
  CHECK(refusal([](Batch& b) { b.positions[1] = 5; }) ==
        "batch: row 1: positions do not ascend by one");
  CHECK(refusal([](Batch& b) { b.positions = {-1, 0, 1}; }) == "batch: row 0: position -1");
  CHECK(refusal([](Batch& b) { b.positions.pop_back(); }) == "batch: 2 positions for 3 tokens");
  CHECK(refusal([](Batch& b) {
          b.positions = {2, 3, 4};
        }) == "batch: row 0: 1 KV blocks do not cover position 4");
  CHECK(refusal([](Batch& b) { b.sequences[0].block_table = {24}; }) == "batch: no KV block 24");
  CHECK(refusal([](Batch& b) { b.sequences[0].num_tokens = 2; }) ==
        "batch: row 2 belongs to no sequence");
  CHECK(refusal([](Batch& b) { b.sequences[0].num_tokens = 4; }) ==
        "batch: sequence at row 0 with 4 tokens");
  CHECK(refusal([](Batch& b) { b.sampled_rows = {3}; }) == "batch: no row 3 to sample");
  CHECK(refusal([](Batch& b) { b.sampled_rows = {}; }) ==
        "batch: room for 320 logits, need 0 rows of 320");
  CHECK(refusal([](Batch&) {}).empty());
}

TEST_CASE("Backend: a KV cache beyond the machine's memory is refused") {
  const Model model = test::load_random_model();
  auto backend = make_backend("cpu").value();
  const auto result = backend->load(model.weights, {.num_blocks = 2000000000, .block_size = 4096});
  CHECK(result.error().kind == ErrorKind::kExhausted);
  auto other = make_backend("cpu").value();
  CHECK(other->load(model.weights, {.num_blocks = 0, .block_size = 16}).error().kind ==
        ErrorKind::kInvalid);
}

TEST_CASE("registry: backends are made by name, and the CPU is always there") {
  CHECK(make_backend("abacus").error().kind == ErrorKind::kNotFound);
  CHECK(make_backend("abacus").error().hint.find("cpu") != std::string::npos);
  REQUIRE_FALSE(backends().empty());
  CHECK(backends()[0].name == "cpu");
  CHECK(backends()[1].name == "reference");
  const auto reports = device_reports();
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].devices.size() == 1);
  // Without devices there is a reason to show.
  CHECK((!reports[1].devices.empty() || !reports[1].detail.empty()));
}

}  // namespace
}  // namespace inferlab
