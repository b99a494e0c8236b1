// Adapters on the backends that run without a device: what merged weights would give, for each
// sequence by itself.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "engine/backend/cpu/cpu_backend.h"
#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/base/rng.h"
#include "engine/model/quantize_model.h"
#include "generation.h"
#include "tests/engine/model/random_adapter.h"
#include "tests/engine/model/random_folder.h"
#include "tests/support/process.h"

namespace inferlab {
namespace {

using test::RandomAdapter;
using Adapters = std::vector<std::shared_ptr<const LoraAdapter>>;
using Ids = std::vector<std::int32_t>;

constexpr KvCacheShape kKv{.num_blocks = 32, .block_size = 4};
constexpr std::int32_t kMaxRank = 64;

Model model_of(std::vector<std::byte> bytes) {
  auto file = GgufFile::parse(std::move(bytes), "made.gguf");
  INFERLAB_CHECK(file.has_value());
  auto model = Model::from(std::move(*file));
  INFERLAB_CHECK(model.has_value());
  return std::move(*model);
}

std::shared_ptr<const LoraAdapter> take(Result<LoraAdapter> adapter) {
  if (!adapter) FAIL(adapter.error().message);
  return std::make_shared<const LoraAdapter>(std::move(*adapter));
}

std::shared_ptr<const LoraAdapter> from_gguf(const RandomAdapter& adapter, const Model& model) {
  const auto file =
      GgufFile::parse(adapter.gguf(model.config().architecture).bytes(), "adapter.gguf");
  REQUIRE(file);
  return take(LoraAdapter::from_gguf(*file, model.config(), kMaxRank));
}

std::unique_ptr<Backend> ready(std::unique_ptr<Backend> backend, const Model& model,
                               const Adapters& adapters, const KvCacheShape& kv = kKv) {
  REQUIRE(backend->enable_adapters(
      {.num_slots = static_cast<std::int32_t>(adapters.size()), .max_rank = kMaxRank}));
  REQUIRE(backend->load(model.weights, kv));
  for (std::size_t i = 0; i < adapters.size(); ++i) {
    REQUIRE(backend->set_adapter(static_cast<std::int32_t>(i) + 1, adapters[i]));
  }
  return backend;
}

std::unique_ptr<Backend> ready(std::string_view name, const Model& model, const Adapters& adapters,
                               const KvCacheShape& kv = kKv) {
  return ready(*make_backend(name), model, adapters, kv);
}

Ids random_ids(Rng& rng, const Model& model, std::uint64_t count) {
  Ids ids;
  while (ids.size() < count) {
    ids.push_back(static_cast<std::int32_t>(
        rng.below(static_cast<std::uint64_t>(model.config().vocab_size))));
  }
  return ids;
}

/// Logits of all positions.
std::vector<float> all_logits(Backend& backend, const Model& model, const Ids& ids,
                              std::int32_t adapter) {
  Batch batch;
  batch.add(ids, 0, test::block_table(8), static_cast<std::int32_t>(ids.size()), adapter);
  return test::forward(backend, model, batch);
}

/// The largest difference, in parts of the largest value.
float distance(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  float most = 0;
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(a[i] - b[i]));
    largest = std::max(largest, std::abs(a[i]));
  }
  return most / largest;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

Ids greedy(Backend& backend, const Model& model, const Ids& prompt, std::int32_t adapter) {
  Ids next = prompt;
  Ids tokens;
  std::int32_t position = 0;
  while (tokens.size() < 20) {
    Batch batch;
    batch.add(next, position, test::block_table(16), 1, adapter);
    position += static_cast<std::int32_t>(next.size());
    next = {argmax(test::forward(backend, model, batch))};
    tokens.push_back(next[0]);
  }
  return tokens;
}

}  // namespace

TEST_CASE("LoRA: an adapter gives what merged weights give", "[seeds]") {
  const std::string name = GENERATE("cpu", "reference");
  CAPTURE(name);
  Rng rng(21, "lora", "merged");
  for (const std::string_view architecture : {"llama", "qwen2", "qwen3"}) {
    for (const std::int64_t rank : {1, 8, 19}) {
      CAPTURE(architecture, rank);
      const RandomModelShape shape{
          .architecture = architecture, .seed = 5, .type = TensorType::kF32};
      const Model model = test::load_random_model(shape);
      const RandomAdapter adapter(
          model.config(), {.seed = static_cast<std::uint64_t>(rank), .rank = rank, .alpha = 5});
      const Model merged = model_of(adapter.merged(model.file));
      const auto with_adapter = ready(name, model, {from_gguf(adapter, model)});
      const auto with_merged = test::load_backend(merged, kKv, name);
      for (int round = 0; round < 3; ++round) {
        const Ids ids = random_ids(rng, model, 1 + rng.below(20));
        const auto expected = all_logits(*with_merged, merged, ids, 0);
        CHECK(distance(expected, all_logits(*with_adapter, model, ids, 1)) < 2e-5F);
        // And it is no small thing that was added.
        CHECK(distance(expected, all_logits(*with_adapter, model, ids, 0)) > 1e-2F);
        CHECK(greedy(*with_adapter, model, ids, 1) == greedy(*with_merged, merged, ids, 0));
      }
    }
  }
}

TEST_CASE("LoRA: the CPU's kernels and the reference agree within 2e-5 of the largest logit",
          "[seeds]") {
  Rng rng(22, "lora", "kernels");
  const Model model = test::load_random_model({.seed = 3, .type = TensorType::kF32});
  for (const TensorType type : {TensorType::kF32, TensorType::kF16, TensorType::kBF16}) {
    const RandomAdapter made(model.config(), {.rank = 17, .type = type});
    const auto adapter = from_gguf(made, model);
    const auto reference = ready("reference", model, {adapter});
    for (const cpu::Kernels* kernels : cpu::supported_kernels()) {
      CAPTURE(kernels->name);
      const auto backend = ready(std::make_unique<cpu::CpuBackend>(*kernels, 2), model, {adapter});
      const Ids ids = random_ids(rng, model, 23);
      CHECK(distance(all_logits(*reference, model, ids, 1), all_logits(*backend, model, ids, 1)) <
            2e-5F);
    }
  }
}

TEST_CASE("LoRA: a batch of several adapters and none gives each row the bits of its run alone",
          "[seeds]") {
  const std::string name = GENERATE("cpu", "reference");
  CAPTURE(name);
  Rng rng(23, "lora", "mixed");
  for (const TensorType type : {TensorType::kF32, TensorType::kQ8_0, TensorType::kF16}) {
    const Model model = test::load_random_model({.type = type});
    const Adapters adapters = {
        from_gguf(RandomAdapter(model.config(), {.seed = 1, .rank = 8}), model),
        from_gguf(RandomAdapter(model.config(), {.seed = 2,
                                                 .rank = 33,
                                                 .targets = {LoraTarget::kQ, LoraTarget::kDown},
                                                 .type = TensorType::kF16}),
                  model),
        from_gguf(RandomAdapter(model.config(), {.seed = 3, .rank = 16}), model)};
    const auto vocab = static_cast<std::size_t>(model.config().vocab_size);
    for (int round = 0; round < 8; ++round) {
      const auto backend = name == "cpu" ? ready(std::make_unique<cpu::CpuBackend>(
                                                     *cpu::supported_kernels()[0], 1 + round % 3),
                                                 model, adapters)
                                         : ready(name, model, adapters);
      const auto alone = ready(name, model, adapters);
      Batch batch;
      std::vector<std::pair<Ids, std::int32_t>> parts;
      for (std::int32_t s = 0; s < 6; ++s) {
        const auto slot = static_cast<std::int32_t>(rng.below(4));
        parts.emplace_back(random_ids(rng, model, 1 + rng.below(18)), slot);
        batch.add(parts.back().first, 0, test::block_table(5, s, 6), 1, slot);
      }
      const std::vector<float> logits = test::forward(*backend, model, batch);
      for (std::size_t s = 0; s < parts.size(); ++s) {
        Batch single;
        single.add(parts[s].first, 0, test::block_table(5), 1, parts[s].second);
        CHECK(same_bits(std::span(logits).subspan(s * vocab, vocab),
                        test::forward(*alone, model, single)));
      }
    }
  }
}

TEST_CASE("LoRA: rows of queries and keys come into the model's order, from either format") {
  const testing::TemporaryFolder folder;
  test::write_random_folder({.model = {.type = TensorType::kF32}}, folder.path());
  const auto halves = Model::open(folder.path());
  REQUIRE(halves);
  REQUIRE(halves->config().rope_pairs == RopePairs::kHalves);
  const Model adjacent = model_of(quantize_model(*halves, std::nullopt).bytes());
  REQUIRE(adjacent.config().rope_pairs == RopePairs::kAdjacent);
  const RandomAdapter made(halves->config(),
                           {.rank = 4, .alpha = 8, .targets = {LoraTarget::kQ, LoraTarget::kK}});
  const std::string peft = folder.path() + "/adapter";
  made.save_folder(peft);
  Rng rng(24, "lora", "rows");
  const Ids ids = random_ids(rng, *halves, 20);
  const auto logits = [&](const Model& model, std::shared_ptr<const LoraAdapter> adapter) {
    const auto backend = ready("reference", model, {std::move(adapter)});
    return all_logits(*backend, model, ids, 1);
  };
  const auto of_peft = [&](const Model& model) {
    return logits(model, take(LoraAdapter::open(peft, model.config(), kMaxRank)));
  };
  const auto of_gguf = [&](const Model& model) { return logits(model, from_gguf(made, model)); };
  CHECK(distance(of_peft(*halves), of_peft(adjacent)) < 2e-5F);
  CHECK(distance(of_gguf(*halves), of_gguf(adjacent)) < 2e-5F);
  // The same numbers in the other order are another adapter.
  CHECK(distance(of_peft(*halves), of_gguf(*halves)) > 1e-3F);
}

TEST_CASE("LoRA: PEFT's scale is alpha / r, or alpha / sqrt(r) with use_rslora") {
  const testing::TemporaryFolder folder;
  const Model model = test::load_random_model({.type = TensorType::kF32});
  const RandomAdapter made(model.config(), {.rank = 4, .alpha = 6});
  const auto scale_with = [&](const std::string& more) {
    made.save_folder(folder.path(), more);
    return take(LoraAdapter::open(folder.path(), model.config(), kMaxRank))
        ->pair(1, LoraTarget::kDown)
        .scale;
  };
  CHECK(scale_with("") == 1.5F);
  CHECK(scale_with(R"(,"use_rslora":true)") == 3.0F);
  CHECK(scale_with(R"(,"alpha_pattern":{"layers.1.mlp.down_proj":2})") == 0.5F);
  CHECK(scale_with(R"(,"alpha_pattern":{"layers.0.mlp.down_proj":2})") == 1.5F);
  CHECK(scale_with(R"(,"alpha_pattern":{"own_proj":2})") == 1.5F);  // names begin at a dot
}

TEST_CASE("LoRA: the memory of all slots is reserved at the start, or the start fails") {
  const Model model = test::load_random_model();
  auto backend = make_backend("cpu");
  REQUIRE((*backend)->enable_adapters({.num_slots = 1 << 24, .max_rank = 512}));
  const Result<void> loaded = (*backend)->load(model.weights, kKv);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().kind == ErrorKind::kExhausted);
}

TEST_CASE("LoRA: an adapter in a slot is replaced, and an empty slot is refused") {
  const std::string name = GENERATE("cpu", "reference");
  const Model model = test::load_random_model();
  const auto first = from_gguf(RandomAdapter(model.config(), {.seed = 1}), model);
  const auto second = from_gguf(RandomAdapter(model.config(), {.seed = 2, .rank = 3}), model);
  const Ids ids = {5, 6, 7, 8};
  auto backend = make_backend(name);
  REQUIRE((*backend)->enable_adapters({.num_slots = 2, .max_rank = kMaxRank}));
  REQUIRE((*backend)->load(model.weights, kKv));
  REQUIRE((*backend)->set_adapter(1, first));
  const auto before = all_logits(**backend, model, ids, 1);
  REQUIRE((*backend)->set_adapter(1, second));
  const auto after = all_logits(**backend, model, ids, 1);
  CHECK_FALSE(same_bits(before, after));
  REQUIRE((*backend)->set_adapter(1, first));
  CHECK(same_bits(before, all_logits(**backend, model, ids, 1)));
  for (const std::int32_t slot : {2, 3, -1}) {
    Batch batch;
    batch.add(ids, 0, test::block_table(2), 0, slot);
    const Result<void> ran = (*backend)->forward(batch, {});
    REQUIRE_FALSE(ran);
    CHECK(ran.error().kind == ErrorKind::kInvalid);
    CHECK(ran.error().message == fmt::format("batch: row 0: no adapter in slot {}", slot));
  }
}

}  // namespace inferlab
