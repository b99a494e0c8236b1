// Engines that are served for pooling: embeddings of decoders and encoders, whatever the schedule.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/engine/serve/pooling_engine.h"

namespace inferlab {
namespace {

using testing::embed;
using testing::engine_of;
using testing::model_of;
using testing::pooling;
using testing::random_prompt;
using testing::refusal;
using testing::request_of;
using testing::same_bits;
using testing::try_engine;

/// Final states of all tokens, from the backend itself.
std::vector<float> direct_states(const std::vector<TokenId>& prompt) {
  const Model model = model_of(random_model({}));
  const auto backend = *make_backend("cpu");
  REQUIRE(backend->load(model.weights, {.num_blocks = 16, .block_size = 16, .type = KvType::kF16}));
  std::vector<std::int32_t> table;
  for (std::int32_t block = 0; block < 16; ++block) table.push_back(block);
  Batch batch;
  batch.add(prompt, 0, table, static_cast<std::int32_t>(prompt.size()));
  std::vector<float> states(prompt.size() * 64);
  REQUIRE(backend->embed(batch, states));
  return states;
}

double length(std::span<const float> values) {
  double squares = 0.0;
  for (const float value : values) {
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("pooling: which models are served for what") {
  struct Row {
    GgufWriter model;
    ServeOptions options;
    std::string type;  // "" for generation, "!" and a text for a refusal
  };
  const auto decoder = [](std::uint32_t type = 0) { return random_model({.pooling_type = type}); };
  const auto encoder = [](std::uint32_t type) { return random_encoder({.pooling_type = type}); };
  const auto with = [](std::string ServeOptions::*field, const char* value) {
    ServeOptions options;
    options.*field = value;
    return options;
  };
  ServeOptions torn = with(&ServeOptions::runner, "generate");
  torn.convert = "embed";
  ServeOptions guessing = pooling();
  guessing.speculative_config.num_speculative_tokens = 3;
  const Row rows[] = {
      {decoder(), {}, ""},
      {decoder(), pooling(), "LAST"},
      {decoder(), with(&ServeOptions::convert, "embed"), "LAST"},
      {decoder(), with(&ServeOptions::task, "embed"), "LAST"},
      {decoder(), with(&ServeOptions::task, "generate"), ""},
      {decoder(3), {}, "LAST"},
      {decoder(1), {}, "MEAN"},
      {decoder(1), with(&ServeOptions::runner, "generate"), ""},
      {decoder(1), pooling(R"({"pooling_type": "CLS"})"), "CLS"},
      {encoder(1), {}, "MEAN"},
      {encoder(2), {}, "CLS"},
      {encoder(0), {}, "CLS"},
      {encoder(1), pooling(R"({"seq_pooling_type": "LAST"})"), "LAST"},
      {encoder(1), with(&ServeOptions::runner, "generate"),
       "!This model does not support `--runner generate`."},
      {decoder(), torn, "!--runner: contradicts"},
      {decoder(), guessing, "!--speculative-config: a model that is served for pooling"},
      {decoder(), with(&ServeOptions::runner, "draft"), "!--runner: is draft"},
      {decoder(), with(&ServeOptions::task, "score"), "!--task: is score"},
      {decoder(), pooling("nonsense"), "!--pooler-config: is no JSON object"},
      {decoder(), pooling("[]"), "!--pooler-config: is no JSON object"},
      {decoder(), pooling(R"({"pooling_type": "ALL"})"), "!pooling_type: is not supported"},
      {decoder(), pooling(R"({"pooling_type": 3})"), "!pooling_type: is not supported"},
      {decoder(), pooling(R"({"normalize": "no"})"), "!normalize: must be true or false"},
      {decoder(), pooling(R"({"max_embed_len": 0})"), "!max_embed_len: must be a positive"},
      {decoder(), pooling(R"({"enable_chunked_processing": true})"), "!is not supported"},
      {decoder(), pooling(R"({"step_tag_id": 3})"), "!step_tag_id: is not supported"},
      {decoder(), pooling(R"({"dimensions": 8})"), "!does not support matryoshka"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.options.runner, row.options.pooler_config, row.type);
    const auto engine = try_engine(row.model, row.options);
    if (row.type.starts_with("!")) {
      REQUIRE_FALSE(engine);
      CAPTURE(engine.error().message);
      CHECK(engine.error().message.find(row.type.substr(1)) != std::string::npos);
      continue;
    }
    REQUIRE(engine);
    const PoolingConfig* config = (*engine)->pooling();
    CHECK((config == nullptr ? "" : std::string(to_string(config->type))) == row.type);
  }
}

TEST_CASE("pooling: first, last and mean state of the prompt") {
  const std::vector<TokenId> prompt = {7, 300, 12, 45, 9, 9, 128};
  const std::vector<float> states = direct_states(prompt);
  const auto raw = [&](const char* type) {
    const auto engine =
        engine_of(random_model({}),
                  pooling(std::string(R"({"normalize": false, "pooling_type": ")") + type + "\"}"));
    return embed(*engine, prompt);
  };
  CHECK(same_bits(raw("CLS"), std::span(states).first(64)));
  CHECK(same_bits(raw("LAST"), std::span(states).last(64)));
  const std::vector<float> mean = raw("MEAN");
  REQUIRE(mean.size() == 64);
  for (std::size_t i = 0; i < 64; ++i) {
    double sum = 0.0;
    for (std::size_t t = 0; t < prompt.size(); ++t) sum += static_cast<double>(states[t * 64 + i]);
    CHECK(mean[i] == static_cast<float>(sum / 7.0));
  }
}

TEST_CASE("pooling: normalisation and Matryoshka dimensions") {
  ServeOptions options = pooling();
  options.hf_overrides = R"({"matryoshka_dimensions": [16, 32]})";
  options.served_model_name = {"m"};
  const auto engine = engine_of(random_model({}), options);
  const std::vector<TokenId> prompt = {5, 6, 7};
  const std::vector<float> whole = embed(*engine, prompt);
  const std::vector<float> raw = embed(*engine, prompt, {.dimensions = {}, .normalize = false});
  const std::vector<float> cut = embed(*engine, prompt, {.dimensions = 16, .normalize = {}});
  CHECK(length(whole) == Approx(1.0).margin(1e-6));
  CHECK(length(raw) != Approx(1.0).margin(1e-3));
  REQUIRE(cut.size() == 16);
  CHECK(length(cut) == Approx(1.0).margin(1e-6));  // cut first, then normalised
  const double scale = length(std::span(raw).first(16));
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(static_cast<double>(cut[i]) == Approx(static_cast<double>(raw[i]) / scale).margin(1e-6));
  }
  CHECK(refusal(*engine, request_of(prompt, {.dimensions = 8, .normalize = {}})) ==
        "Model \"m\" only supports [16, 32] matryoshka dimensions, use other output dimensions "
        "will lead to poor results.");
  const auto plain = engine_of(random_model({}), pooling());
  CHECK(refusal(*plain, request_of(prompt, {.dimensions = 8, .normalize = {}})) ==
        "Model \"random\" does not support matryoshka representation, changing output dimensions "
        "will lead to poor results.");
  options.hf_overrides = R"({"is_matryoshka": true})";
  const auto any = engine_of(random_model({}), options);
  CHECK(embed(*any, prompt, {.dimensions = 1, .normalize = {}}).size() == 1);
  CHECK(refusal(*any, request_of(prompt, {.dimensions = 0, .normalize = {}})) ==
        "Dimensions must be greater than 0");
  CHECK(refusal(*any, request_of(prompt, {.dimensions = 65, .normalize = {}})).find("have 64") !=
        std::string::npos);
}

TEST_CASE("pooling: what an engine refuses") {
  const auto engine = engine_of(random_model({}), pooling(R"({"max_embed_len": 40})"));
  CHECK(refusal(*engine, request_of({})) == "The decoder prompt cannot be empty");
  CHECK(refusal(*engine, request_of({1, 320})) == "Token id 320 is out of vocabulary");
  CHECK(refusal(*engine, request_of({-1, 5})) == "Token id -1 is out of vocabulary");
  CHECK(refusal(*engine, request_of(std::vector<TokenId>(41, 5))) ==
        "This model's maximum embedding input length is 40 tokens. However, you requested 41 "
        "tokens in the input for embedding generation. Please reduce the length of the input.");
  GenerationRequest generation;
  generation.prompt = {1};
  CHECK(refusal(*engine, generation) == "The model does not support generation");
  const auto generating = engine_of(random_model({}));
  CHECK(refusal(*generating, request_of({1})) == "The model does not support Embeddings API");
}

TEST_CASE("pooling: a prompt may take the whole context") {
  for (const bool is_encoder : {false, true}) {
    const GgufWriter model = is_encoder ? random_encoder({}) : random_model({.max_model_len = 96});
    const auto engine = engine_of(model, pooling());
    CHECK(embed(*engine, std::vector<TokenId>(96, 5)).size() == 64);
    CHECK(refusal(*engine, request_of(std::vector<TokenId>(97, 5)))
              .find("maximum context length is 96 tokens. However, you requested 97") !=
          std::string::npos);
  }
}

TEST_CASE("pooling: random schedules change no bit of an embedding") {
  Rng rng(11, "embedding_test", "schedules");
  for (int round = 0; round < 60; ++round) {
    const bool is_encoder = rng.below(3) == 0;
    const GgufWriter model = is_encoder ? random_encoder({}) : random_model({});
    const char* types[] = {"LAST", "MEAN", "CLS"};
    const std::string type = types[rng.below(3)];
    const std::string config = R"({"pooling_type": ")" + type + "\"}";
    const auto alone = engine_of(model, pooling(config));

    ServeOptions options = pooling(config);
    options.block_size = 1 << rng.below(5);
    options.max_num_seqs = 1 + static_cast<std::int64_t>(rng.below(8));
    options.max_num_batched_tokens =
        options.max_num_seqs + static_cast<std::int64_t>(rng.below(40));
    options.max_model_len = 64;
    options.enable_prefix_caching = rng.below(2) == 0;
    if (!is_encoder) {
      options.num_gpu_blocks_override =
          (64 + static_cast<std::int32_t>(rng.below(64))) / options.block_size;
    }
    const auto engine = engine_of(model, options);
    std::vector<std::vector<TokenId>> prompts;
    for (std::uint64_t i = 0; i < 12; ++i) {
      std::vector<TokenId> prompt = random_prompt(rng, 64);
      if (i > 0 && rng.below(2) == 0) {  // a prefix in common
        const std::vector<TokenId>& other = prompts[rng.below(i)];
        std::copy_n(other.begin(), std::min(other.size(), prompt.size()) / 2, prompt.begin());
      }
      prompts.push_back(std::move(prompt));
    }
    std::vector<std::future<testing::Outcome>> running;
    for (const std::vector<TokenId>& prompt : prompts) {
      running.push_back(testing::start(*engine, request_of(prompt)));
    }
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      CAPTURE(round, type, is_encoder, i);
      const testing::Outcome outcome = running[i].get();
      REQUIRE(outcome.result.finish_reason == FinishReason::kStop);
      REQUIRE(outcome.result.num_output_tokens == 0);
      REQUIRE(same_bits(outcome.result.embedding, embed(*alone, prompts[i])));
    }
    CHECK(engine->stats().num_free_blocks == engine->stats().num_blocks);
  }
}

TEST_CASE("pooling: LAST takes a known prefix from the cache, MEAN and CLS compute it") {
  for (const std::string type : {"LAST", "MEAN", "CLS"}) {
    const auto engine =
        engine_of(random_model({}), pooling(R"({"pooling_type": ")" + type + "\"}"));
    const std::vector<TokenId> prompt(50, 9);
    const auto first = testing::generate(*engine, request_of(prompt)).result;
    const auto second = testing::generate(*engine, request_of(prompt)).result;
    CHECK(first.num_cached_tokens == 0);
    CHECK(second.num_cached_tokens == (type == "LAST" ? 48 : 0));
    CHECK(same_bits(first.embedding, second.embedding));
  }
}

TEST_CASE("pooling: metrics count prompts and no tokens") {
  const auto engine = engine_of(random_encoder({}));
  embed(*engine, {1, 2, 3});
  embed(*engine, {1, 2, 3, 4});
  const std::string text = engine->render_metrics();
  const auto has = [&](const std::string& line) {
    CAPTURE(line);
    CHECK(text.find(line + "\n") != std::string::npos);
  };
  const std::string labels = R"({engine="0",model_name="random-encoder")";
  has("vllm:prompt_tokens_total" + labels + "} 7.0");
  has("vllm:generation_tokens_total" + labels + "} 0.0");
  has("vllm:request_success_total" + labels + R"(,finished_reason="stop"} 2.0)");
  has("vllm:time_to_first_token_seconds_count" + labels + "} 2.0");
  has("vllm:e2e_request_latency_seconds_count" + labels + "} 2.0");
  has("vllm:request_prompt_tokens_sum" + labels + "} 7.0");
  has("vllm:request_generation_tokens_sum" + labels + "} 0.0");
  has("vllm:request_params_max_tokens_count" + labels + "} 0.0");
  has("vllm:inter_token_latency_seconds_count" + labels + "} 0.0");
  has("vllm:num_requests_running" + labels + "} 0.0");
}

}  // namespace inferlab
