// Adapters as llama.cpp runs them: its own numbers are in llama_cpp/expected_lora.json.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "generation.h"
#include "tests/engine/model/random_adapter.h"

namespace inferlab {
namespace {

constexpr KvCacheShape kKv{
    .num_blocks = 16, .block_size = 8, .type = KvType::kF16};  // llama.cpp's default
constexpr std::size_t kTokens = 48;

/// A model and its adapter, under the name in expected_lora.json.
struct Pair {
  std::string name;
  GgufWriter model;
  GgufWriter adapter;
};

std::vector<Pair> pairs() {
  std::vector<Pair> all;
  for (const std::string_view architecture : {"llama", "qwen2", "qwen3"}) {
    const RandomModelShape shape{.architecture = architecture, .seed = 8, .type = TensorType::kF32};
    const Model model = test::load_random_model(shape);
    const test::RandomAdapter adapter(model.config(), {.seed = 4, .rank = 6, .alpha = 2});
    all.push_back({.name = fmt::format("{}.gguf", architecture),
                   .model = random_model(shape),
                   .adapter = adapter.gguf(architecture)});
  }
  return all;
}

struct Said {
  std::vector<std::int32_t> tokens;  // greedy
  std::vector<float> logits;         // before the first of them
};

Said say(Backend& backend, const Model& model) {
  std::vector<std::int32_t> step = {5, 77, 300, 12, 9, 140};
  Said said;
  std::int32_t position = 0;
  while (said.tokens.size() < kTokens) {
    Batch batch;
    batch.add(step, position, test::block_table(16), 1, /*adapter=*/1);
    position += static_cast<std::int32_t>(step.size());
    const std::vector<float> logits = test::forward(backend, model, batch);
    if (said.tokens.empty()) said.logits = logits;
    step = {argmax(logits)};
    said.tokens.push_back(step[0]);
  }
  return said;
}

double log_sum(std::span<const float> logits) {
  const float top = *std::ranges::max_element(logits);
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - top));
  return static_cast<double>(top) + std::log(sum);
}

}  // namespace

// As for converted files: up to a thousandth apart, which turns no choice where the two likeliest
// are further apart.
TEST_CASE("LoRA: llama.cpp says the same with the adapter") {
  const std::string name = GENERATE("cpu", "reference");
  std::ifstream file(INFERLAB_SOURCE_DIR "/tests/engine/backend/llama_cpp/expected_lora.json");
  const nlohmann::json all = nlohmann::json::parse(file);
  REQUIRE(all.size() == 3);
  for (const Pair& pair : pairs()) {
    CAPTURE(name, pair.name);
    const nlohmann::json& expected = all.at(pair.name);
    auto parsed = GgufFile::parse(pair.model.bytes(), pair.name);
    REQUIRE(parsed);
    const auto model = Model::from(std::move(*parsed));
    REQUIRE(model);
    const auto adapter_file = GgufFile::parse(pair.adapter.bytes(), "adapter.gguf");
    REQUIRE(adapter_file);
    auto adapter = LoraAdapter::from_gguf(*adapter_file, model->config(), 16);
    REQUIRE(adapter);
    const auto backend = *make_backend(name);
    REQUIRE(backend->enable_adapters({.num_slots = 1, .max_rank = 64}));
    REQUIRE(backend->load(model->weights, kKv));
    REQUIRE(backend->set_adapter(1, std::make_shared<const LoraAdapter>(std::move(*adapter))));
    const Said said = say(*backend, *model);
    REQUIRE(expected.at("smallestGap").get<double>() > 1e-3);
    CHECK(said.tokens == expected.at("tokens").get<std::vector<std::int32_t>>());
    const double sum = log_sum(said.logits);
    for (const auto& row : expected.at("top")) {
      const double ours = static_cast<double>(said.logits[row.at(0).get<std::size_t>()]) - sum;
      CHECK(std::abs(ours - row.at(1).get<double>()) < 2e-3);
    }
  }
}

TEST_CASE("LoRA: the files for llama.cpp to read", "[.][peer]") {
  const char* folder = std::getenv("INFERLAB_PEER_FOLDER");
  REQUIRE(folder != nullptr);
  for (const Pair& pair : pairs()) {
    const std::string path = std::string(folder) + "/" + pair.name;
    REQUIRE(pair.model.save(path));
    REQUIRE(pair.adapter.save(path + ".lora"));
  }
}

}  // namespace inferlab
