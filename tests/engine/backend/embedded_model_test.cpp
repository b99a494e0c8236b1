// The embedded model says what the independent implementation beside the training script says.

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "generation.h"

namespace inferlab {
namespace {

const std::string kFolder = INFERLAB_SOURCE_DIR "/assets/model/";

struct Greedy {
  std::string text;
  std::vector<std::int32_t> prompt;
  std::vector<std::int32_t> tokens;
  nlohmann::json top;  // the first token's five likeliest, with their logits
};

std::vector<Greedy> independent_runs() {
  std::ifstream file(kFolder + "reference/greedy.json");
  REQUIRE(file.good());
  std::vector<Greedy> runs;
  for (const auto& entry : nlohmann::json::parse(file)) {
    runs.push_back({.text = entry.at("text").get<std::string>(),
                    .prompt = entry.at("ids").get<std::vector<std::int32_t>>(),
                    .tokens = entry.at("continuation_ids").get<std::vector<std::int32_t>>(),
                    .top = entry.at("top5")});
  }
  REQUIRE(runs.size() > 3);
  return runs;
}

TEST_CASE("ReferenceBackend: greedy output of the embedded model equals the independent one") {
  const auto model = Model::open(kFolder + "inferlab-tiny.gguf");
  REQUIRE(model.has_value());
  const auto backend =
      test::load_backend(*model, {.num_blocks = 16, .block_size = 16}, "reference");
  const auto end = model->file.integer("tokenizer.ggml.eos_token_id");
  REQUIRE(end.has_value());
  for (const Greedy& run : independent_runs()) {
    CAPTURE(run.text);
    const auto table = test::block_table(16);
    // The independent one computes in another order: its logits are close, and its choices equal.
    Batch batch;
    batch.add(run.prompt, 0, table, true);
    const std::vector<float> logits = test::forward(*backend, *model, batch);
    for (const auto& row : run.top) {
      const float logit = logits[row.at("id").get<std::size_t>()];
      CHECK(std::abs(logit - row.at("logit").get<float>()) < 2e-3F);
    }
    const auto tokens = test::greedy(*backend, *model, run.prompt, table, run.tokens.size(),
                                     [&](std::int32_t id) { return std::int64_t{id} == *end; });
    CHECK(tokens == run.tokens);
  }
}

// Activations quantised to 8 bits move a logit by some hundredths, which turns a choice only where
// the two likeliest tokens were that close. After each token both go on from the same text.
TEST_CASE("CpuBackend: chooses as the independent one but where two tokens are nearly as likely") {
  const auto model = Model::open(kFolder + "inferlab-tiny.gguf");
  REQUIRE(model.has_value());
  constexpr KvCacheShape kKv{.num_blocks = 16, .block_size = 16};
  const auto backend = test::load_backend(*model, kKv);
  const auto reference = test::load_backend(*model, kKv, "reference");
  std::size_t num_tokens = 0;
  std::size_t num_other = 0;
  double moved = 0.0;
  for (const Greedy& run : independent_runs()) {
    CAPTURE(run.text);
    std::vector<std::int32_t> step = run.prompt;
    std::int32_t position = 0;
    for (const std::int32_t next : run.tokens) {
      Batch batch;
      batch.add(step, position, test::block_table(16), true);
      position += static_cast<std::int32_t>(step.size());
      const auto expected = test::forward(*reference, *model, batch);
      const auto logits = test::forward(*backend, *model, batch);
      const auto choice = static_cast<std::size_t>(argmax(logits));
      const auto likeliest = static_cast<std::size_t>(argmax(expected));
      ++num_tokens;
      moved += static_cast<double>(std::abs(logits[likeliest] - expected[likeliest]));
      if (choice != likeliest) {
        ++num_other;
        REQUIRE(expected[likeliest] - expected[choice] < 0.3F);
      }
      step = {next};
    }
  }
  CHECK(num_other * 50 < num_tokens);
  CHECK(moved / static_cast<double>(num_tokens) < 0.1);
}

}  // namespace
}  // namespace inferlab
