// Adapters in the engine: whatever it does to be fast, a request gets the tokens of its adapter.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <future>
#include <map>

#include "engine/backend/registry.h"
#include "engine/base/rng.h"
#include "engine/model/logprobs.h"
#include "tests/engine/serve/lora_folder.h"
#include "tests/engine/serve/pooling_engine.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::LoraFolder;
using testing::TestEngine;

ServeOptions options_with(const LoraFolder& folder, std::int64_t max_loras = 1) {
  ServeOptions options;
  options.enable_lora = true;
  options.max_loras = max_loras;
  options.lora_modules = folder.modules();
  return options;
}

GenerationRequest request_for(Engine& engine, const std::string& text, const std::string& adapter,
                              std::int64_t max_tokens = 12) {
  GenerationRequest request;
  for (const char c : text) request.prompt.push_back(3 + static_cast<unsigned char>(c));
  request.max_tokens = max_tokens;
  request.sampling.temperature = 0;
  request.ignore_eos = true;
  request.num_logprobs = 0;
  if (!adapter.empty()) {
    auto lora = engine.loras()->find(adapter);
    REQUIRE(lora);
    REQUIRE(*lora != nullptr);
    request.lora = *lora;
  }
  return request;
}

struct Answer {
  std::vector<TokenId> tokens;
  std::vector<float> logprobs;
  friend bool operator==(const Answer&, const Answer&) = default;
};

Answer answer_of(const testing::Outcome& outcome) {
  Answer answer{.tokens = outcome.tokens, .logprobs = {}};
  for (const TokenLogprobs& each : outcome.logprobs) {
    answer.logprobs.push_back(each.token.logprob);
  }
  return answer;
}

}  // namespace

TEST_CASE("Engine: no schedule of adapters changes a token or a bit of its logprob") {
  const LoraFolder folder({"one", "two", "three"});
  const std::vector<std::string> names = {"", "one", "two", "three"};
  const std::vector<std::string> texts = {"You are a careful operator. Drain the node.",
                                          "You are a careful operator. Why?", "pod pod pod", "x"};
  // Each alone, in an engine without anything to be fast with.
  std::map<std::pair<std::string, std::string>, Answer> expected;
  for (const std::string& name : names) {
    ServeOptions options = options_with(folder);
    options.enable_prefix_caching = false;
    options.max_num_seqs = 1;
    TestEngine test(options);
    for (const std::string& text : texts) {
      expected[{text, name}] =
          answer_of(testing::generate(*test.engine, request_for(*test.engine, text, name)));
    }
  }
  CHECK(expected.at({"x", ""}).logprobs != expected.at({"x", "one"}).logprobs);
  CHECK(expected.at({"x", "two"}).logprobs != expected.at({"x", "one"}).logprobs);
  std::int64_t hits = 0;
  std::int64_t preemptions = 0;
  std::int64_t guesses = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng(seed, "lora_schedules", "run");
    ServeOptions options = options_with(folder, 1 + static_cast<std::int64_t>(rng.below(3)));
    options.max_cpu_loras = options.max_loras + static_cast<std::int64_t>(rng.below(2));
    options.max_model_len = 128;
    options.block_size = 1 << rng.between(std::int64_t{1}, std::int64_t{4});
    const std::int64_t per_request = options.max_model_len / options.block_size;
    options.num_gpu_blocks_override =
        static_cast<std::int32_t>(rng.between(per_request, 2 * per_request));
    options.max_num_seqs = rng.between(std::int64_t{1}, std::int64_t{6});
    options.max_num_batched_tokens =
        options.max_num_seqs + rng.between(std::int64_t{0}, std::int64_t{60});
    if (rng.below(2) == 0) options.speculative_config.num_speculative_tokens = 3;
    TestEngine test(options);
    std::vector<std::pair<std::string, std::string>> asked;
    std::vector<std::future<testing::Outcome>> outcomes;
    for (std::uint64_t i = 3 + rng.below(9); i > 0; --i) {
      asked.emplace_back(texts[rng.below(texts.size())], names[rng.below(names.size())]);
      outcomes.push_back(testing::start(
          *test.engine, request_for(*test.engine, asked.back().first, asked.back().second)));
    }
    for (std::size_t i = 0; i < asked.size(); ++i) {
      INFO("seed " << seed << ", " << asked[i].first << " with " << asked[i].second);
      CHECK(answer_of(outcomes[i].get()) == expected.at(asked[i]));
    }
    const EngineStats stats = test.engine->stats();
    CHECK(stats.num_free_blocks == stats.num_blocks);
    hits += stats.scheduler.prefix_cache_hits_total;
    preemptions += stats.scheduler.num_preemptions_total;
    guesses += stats.scheduler.num_draft_tokens_total;
  }
  // The runs do reach what they are meant to test.
  CHECK(hits > 500);
  CHECK(preemptions > 5);
  CHECK(guesses > 20);
}

TEST_CASE("Engine: a prefix is found under its own adapter alone, also when it is read again") {
  const LoraFolder folder({"one", "two"});
  TestEngine test(options_with(folder));  // one adapter in memory: they push each other out
  const std::string text(64, 'a');
  const auto cached = [&](const std::string& adapter) {
    return testing::generate(*test.engine, request_for(*test.engine, text, adapter, 1))
        .result.num_cached_tokens;
  };
  CHECK(cached("") == 0);
  CHECK(cached("one") == 0);
  CHECK(cached("two") == 0);
  CHECK(cached("") == 48);
  CHECK(cached("one") == 48);
  CHECK(cached("two") == 48);
  // Another adapter under the same name is another one.
  REQUIRE(test.engine->loras()->load({.name = "one", .path = folder.path("two")}, true));
  CHECK(cached("one") == 0);
  CHECK(cached("one") == 48);
}

TEST_CASE("Engine: a request keeps an adapter that is unloaded under way") {
  const LoraFolder folder({"one"});
  TestEngine test(options_with(folder));
  const Answer expected =
      answer_of(testing::generate(*test.engine, request_for(*test.engine, "abc", "one")));
  test.gate->close();
  auto outcome = testing::start(*test.engine, request_for(*test.engine, "abc", "one"));
  CHECK(test.engine->loras()->unload("one"));
  CHECK_FALSE(test.engine->loras()->unload("one"));
  REQUIRE(test.engine->loras()->find("one"));
  CHECK(*test.engine->loras()->find("one") == nullptr);
  test.gate->open();
  CHECK(answer_of(outcome.get()) == expected);
}

TEST_CASE("Engine: embeddings of a decoder take adapters, an encoder has none") {
  const LoraFolder folder({"one"});
  ServeOptions options = options_with(folder);
  options.runner = "pooling";
  const auto engine = testing::engine_of(random_model({}), options);
  const std::vector<TokenId> prompt = {5, 6, 7, 8};
  const auto lora = engine->loras()->find("one");
  REQUIRE(lora);
  GenerationRequest request = testing::request_of(prompt);
  request.lora = *lora;
  const auto with = testing::generate(*engine, std::move(request)).result.embedding;
  const auto without = testing::embed(*engine, prompt);
  REQUIRE(with.size() == without.size());
  CHECK_FALSE(testing::same_bits(with, without));
  const auto encoder = testing::try_engine(random_encoder({.type = TensorType::kF32}), options);
  REQUIRE_FALSE(encoder);
  CHECK(encoder.error().message == "--enable-lora: encoders take no adapters");
}

TEST_CASE(
    "LoraRegistry: as many adapters are in memory as it may have, and others are read again") {
  const LoraFolder folder({"one", "two", "three"});
  const Model model = testing::tiny_model();
  LoraRegistry loras(model.config(), {.max_lora_rank = 16, .max_cpu_loras = 2});
  std::map<std::string, std::weak_ptr<const ServedLora>> seen;
  std::map<std::string, LoraId> ids;
  for (const LoraModule& module : folder.modules()) {
    REQUIRE(loras.load(module, false));
    seen[module.name] = *loras.find(module.name);
    ids[module.name] = (*loras.find(module.name))->id;
  }
  CHECK(seen["one"].expired());
  CHECK_FALSE(seen["two"].expired());
  CHECK_FALSE(seen["three"].expired());
  CHECK((*loras.find("two"))->name == "two");
  REQUIRE(loras.find("one"));  // takes the place of "three", which was asked for before "two"
  CHECK(seen["three"].expired());
  CHECK_FALSE(seen["two"].expired());
  CHECK((*loras.find("one"))->id == ids["one"]);
  // One whose files have gone meanwhile is an error of the request.
  std::filesystem::remove_all(folder.path("three"));
  const auto gone = loras.find("three");
  REQUIRE_FALSE(gone);
  CHECK(gone.error().message.find(folder.path("three")) != std::string::npos);
  CHECK(loras.has("three"));
  CHECK(loras.modules().size() == 3);
}

TEST_CASE("Engine: options of adapters that contradict each other or the model are refused") {
  const LoraFolder folder({"one"});
  struct Case {
    const char* what;
    std::function<void(ServeOptions&)> change;
  };
  const Case cases[] = {
      {"--lora-modules: LoRA is not enabled", [](auto& o) { o.enable_lora = false; }},
      {"max_loras: is 0", [](auto& o) { o.max_loras = 0; }},
      {"max_lora_rank: is 513", [](auto& o) { o.max_lora_rank = 513; }},
      {"max_cpu_loras (2) must be >= max_loras (3)",
       [](auto& o) {
         o.max_loras = 3;
         o.max_cpu_loras = 2;
       }},
      {"LoRA rank 4 is greater than max_lora_rank 3.", [](auto& o) { o.max_lora_rank = 3; }},
      {"no/such/adapter", [](auto& o) { o.lora_modules[0].path = "no/such/adapter"; }},
      {"has already been loaded", [](auto& o) { o.lora_modules.push_back(o.lora_modules[0]); }},
      {"--lora-modules: a: is the model's own name",
       [](auto& o) {
         o.served_model_name = {"a"};
         o.lora_modules[0].name = "a";
       }},
  };
  for (const Case& one : cases) {
    ServeOptions options = options_with(folder);
    one.change(options);
    const auto engine = Engine::start(options, testing::tiny_model(), *make_backend("cpu"));
    INFO(one.what);
    REQUIRE_FALSE(engine);
    CHECK(engine.error().message.find(one.what) != std::string::npos);
  }
  /// A backend that cannot run them says so before anything is loaded.
  class Without final : public Backend {
   public:
    [[nodiscard]] DeviceInfo info() const override { return {}; }
    Result<void> load(const ModelWeights&, const KvCacheShape&) override { return {}; }
    Result<void> forward(const Batch&, std::span<float>) override { return {}; }
    Result<void> copy_kv_blocks(std::span<const KvBlockCopy>) override { return {}; }
  };
  const auto engine =
      Engine::start(options_with(folder), testing::tiny_model(), std::make_unique<Without>());
  REQUIRE_FALSE(engine);
  CHECK(engine.error().message == "backend: cannot run LoRA adapters");
}

}  // namespace inferlab
