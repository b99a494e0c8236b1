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

TEST_CASE("CpuBackend: greedy output of the embedded model equals the reference") {
  const auto model = Model::open(kFolder + "inferlab-tiny.gguf");
  REQUIRE(model.has_value());
  const auto backend = test::load_backend(*model, {.num_blocks = 16, .block_size = 16});
  const auto end = model->file.integer("tokenizer.ggml.eos_token_id");
  REQUIRE(end.has_value());
  std::ifstream file(kFolder + "reference/greedy.json");
  REQUIRE(file.good());
  const auto cases = nlohmann::json::parse(file);
  REQUIRE(cases.size() > 3);
  for (const auto& entry : cases) {
    const auto prompt = entry.at("ids").get<std::vector<std::int32_t>>();
    const auto expected = entry.at("continuation_ids").get<std::vector<std::int32_t>>();
    CAPTURE(entry.at("text").get<std::string>());
    const auto table = test::block_table(16);

    // The reference computes in another order: its logits are close, and its choices equal.
    Batch batch;
    batch.add(prompt, 0, table, true);
    const std::vector<float> logits = test::forward(*backend, *model, batch);
    for (const auto& row : entry.at("top5")) {
      const float logit = logits[row.at("id").get<std::size_t>()];
      CHECK(std::abs(logit - row.at("logit").get<float>()) < 2e-3F);
    }
    const auto tokens = test::greedy(*backend, *model, prompt, table, expected.size(),
                                     [&](std::int32_t id) { return std::int64_t{id} == *end; });
    CHECK(tokens == expected);
  }
}

}  // namespace
}  // namespace inferlab
