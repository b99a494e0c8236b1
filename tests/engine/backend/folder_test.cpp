// A folder of Hugging Face says what its converted file says, in both backends.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/model/quantize_model.h"
#include "generation.h"
#include "tests/engine/model/random_folder.h"
#include "tests/support/process.h"

namespace inferlab {
namespace {

constexpr KvCacheShape kKv{.num_blocks = 16, .block_size = 8};
constexpr std::size_t kTokens = 48;

struct Said {
  std::vector<std::int32_t> tokens;        // greedy
  std::vector<std::vector<float>> logits;  // before each of them
};

Said say(const Model& model, const std::string& backend_name, KvType kv_type = KvType::kF32) {
  KvCacheShape kv = kKv;
  kv.type = kv_type;
  const auto backend = test::load_backend(model, kv, backend_name);
  std::vector<std::int32_t> step = {5, 77, 300, 12, 9, 140};
  Said said;
  std::int32_t position = 0;
  while (said.tokens.size() < kTokens) {
    Batch batch;
    batch.add(step, position, test::block_table(16), /*sample_last=*/true);
    position += static_cast<std::int32_t>(step.size());
    said.logits.push_back(test::forward(*backend, model, batch));
    said.tokens.push_back(argmax(said.logits.back()));
    step = {said.tokens.back()};
  }
  return said;
}

// Qwen's files have a folder's order of rows: nothing may differ. Llama's have another, so that the
// sum over the elements of a head, query times key, is added up in another order: the last bits of
// it differ, and nothing else does.
TEST_CASE("Backend: a folder and its converted file in the same type say the same") {
  const std::string name = GENERATE(from_range(std::vector<std::string>{"cpu", "reference"}));
  for (const test::RandomFolder& folder : test::all_random_folders(TensorType::kF32)) {
    CAPTURE(name, folder.class_name, folder.more_config);
    const testing::TemporaryFolder place;
    test::write_random_folder(folder, place.path());
    auto from = Model::open(place.path());
    REQUIRE(from.has_value());
    const std::string path = place.path() + "/converted.gguf";
    REQUIRE(quantize_model(*from, std::nullopt).save(path).has_value());
    auto to = Model::open(path);
    REQUIRE(to.has_value());
    const Said of_folder = say(*from, name);
    const Said of_file = say(*to, name);
    CHECK(of_folder.tokens == of_file.tokens);
    // Not one token over and over: that would be the same whatever the rotations are.
    CHECK(std::ranges::count(of_file.tokens, of_file.tokens.back()) < 40);
    const bool same_order = from->config().rope_pairs == to->config().rope_pairs;
    float largest = 0.0F;
    for (std::size_t i = 0; i < kTokens; ++i) {
      for (std::size_t v = 0; v < of_file.logits[i].size(); ++v) {
        largest = std::max(largest, std::abs(of_folder.logits[i][v] - of_file.logits[i][v]));
      }
    }
    CAPTURE(largest);
    CHECK(largest <= (same_order ? 0.0F : 1e-4F));
  }
}

/// The files of all random folders, under the names in llama_cpp/expected.json.
std::vector<std::pair<std::string, GgufWriter>> converted_files(std::vector<Model>& keep) {
  std::vector<std::pair<std::string, GgufWriter>> files;
  keep.reserve(100);  // a writer reads from its model when it is saved
  int number = 0;
  for (const test::RandomFolder& folder : test::all_random_folders(TensorType::kF32)) {
    const testing::TemporaryFolder place;
    test::write_random_folder(folder, place.path());
    auto model = Model::open(place.path());
    INFERLAB_CHECK(model.has_value());
    keep.push_back(std::move(model).value());
    files.emplace_back(fmt::format("{}-{}.gguf", ++number, folder.model_type),
                       quantize_model(keep.back(), std::nullopt));
  }
  return files;
}

double log_sum(std::span<const float> logits) {
  const float top = *std::ranges::max_element(logits);
  double sum = 0.0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - top));
  return static_cast<double>(top) + std::log(sum);
}

// llama.cpp's own numbers, written by llama_cpp/greedy.mjs; they differ from ours by up to a
// thousandth, which turns no choice where the two likeliest are further apart. Llama with tied
// embeddings, with its own scaling, with linear scaling and large heads, with biases; Mistral;
// Qwen2 with YaRN; Qwen3.
TEST_CASE("convert: llama.cpp reads the file and says the same") {
  std::ifstream file(INFERLAB_SOURCE_DIR "/tests/engine/backend/llama_cpp/expected.json");
  const nlohmann::json expected = nlohmann::json::parse(file);
  std::vector<Model> models;
  const auto files = converted_files(models);
  REQUIRE(files.size() == expected.size());
  for (const auto& [name, writer] : files) {
    CAPTURE(name);
    auto parsed = GgufFile::parse(writer.bytes(), name);
    REQUIRE(parsed.has_value());
    const auto model = Model::from(std::move(parsed).value());
    REQUIRE(model.has_value());
    const Said said = say(*model, "reference", KvType::kF16);  // llama.cpp's default
    CHECK(said.tokens == expected.at(name).at("tokens").get<std::vector<std::int32_t>>());
    const double sum = log_sum(said.logits[0]);
    for (const auto& row : expected.at(name).at("top")) {
      const double ours = static_cast<double>(said.logits[0][row.at(0).get<std::size_t>()]) - sum;
      CHECK(std::abs(ours - row.at(1).get<double>()) < 2e-3);
    }
  }
}

TEST_CASE("convert: the files for llama.cpp to read", "[.][peer]") {
  const char* folder = std::getenv("INFERLAB_PEER_FOLDER");
  REQUIRE(folder != nullptr);
  std::vector<Model> models;
  for (const auto& [name, writer] : converted_files(models)) {
    REQUIRE(writer.save(std::string(folder) + "/" + name).has_value());
  }
}

TEST_CASE("Backend: the order of rows and the scaling of rotations matter") {
  // Else the test above would pass without them.
  const auto logits_with = [](const std::string& more, RopePairs pairs = RopePairs::kHalves) {
    const testing::TemporaryFolder place;
    test::write_random_folder({.model = {.seed = 3, .type = TensorType::kF32}, .more_config = more},
                              place.path());
    auto model = Model::open(place.path());
    REQUIRE(model.has_value());
    model->weights.config.rope_pairs = pairs;
    return say(*model, "reference").logits.back();
  };
  const std::vector<float> plain = logits_with("");
  const auto differs = [&plain](const std::vector<float>& other) {
    float largest = 0.0F;
    for (std::size_t v = 0; v < plain.size(); ++v) {
      largest = std::max(largest, std::abs(plain[v] - other[v]));
    }
    return largest > 1e-2F;
  };
  const std::string original = R"("original_max_position_embeddings":64)";
  CHECK(differs(logits_with(R"(,"rope_scaling":{"type":"linear","factor":4.0})")));
  CHECK(differs(logits_with(R"(,"rope_scaling":{"type":"yarn","factor":4.0,)" + original + "}")));
  CHECK(differs(logits_with(R"(,"rope_scaling":{"rope_type":"llama3","factor":8.0,)"
                            R"("low_freq_factor":1.0,"high_freq_factor":4.0,)" +
                            original + "}")));
  CHECK(differs(logits_with("", RopePairs::kAdjacent)));
  CHECK_FALSE(differs(logits_with(R"(,"rope_scaling":{"type":"dynamic","factor":4.0})")));
}

}  // namespace
}  // namespace inferlab
