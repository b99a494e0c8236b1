#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/model/model_weights.h"
#include "engine/model/random_model.h"

namespace inferlab {
namespace {

std::string refusal(std::vector<std::byte> bytes) {
  auto file = GgufFile::parse(std::move(bytes), "x");
  REQUIRE(file.has_value());
  const auto model = Model::from(std::move(file).value());
  return model.has_value() ? std::string() : model.error().message;
}

/// A file with the metadata of a valid model but for one key, and only a token embedding.
std::string refusal_with(std::string_view key, std::uint32_t number) {
  GgufWriter writer;
  writer.add("general.architecture", "llama");
  constexpr std::array<std::pair<std::string_view, std::uint32_t>, 6> kCounts = {{
      {"llama.context_length", 64},
      {"llama.embedding_length", 32},
      {"llama.feed_forward_length", 32},
      {"llama.block_count", 1},
      {"llama.attention.head_count", 4},
      {"llama.attention.head_count_kv", 2},
  }};
  bool written = false;
  for (const auto& [name, value] : kCounts) {
    writer.add(name, name == key ? number : value);
    written = written || name == key;
  }
  if (!written) writer.add(key, number);
  writer.add("llama.attention.layer_norm_rms_epsilon", 1e-5F);
  const std::vector<float> values(32 * 8);
  writer.add_tensor("token_embd.weight", std::array<std::int64_t, 2>{32, 8}, TensorType::kF32,
                    values);
  return refusal(writer.bytes());
}

TEST_CASE("Model: a random model is loaded with all its weights") {
  for (const TensorType type : {TensorType::kF32, TensorType::kF16, TensorType::kQ8_0}) {
    for (const bool tied : {true, false}) {
      const RandomModelShape shape{.type = type, .tied_embeddings = tied};
      auto file = GgufFile::parse(random_model_bytes(shape), "random.gguf");
      REQUIRE(file.has_value());
      const auto model = Model::from(std::move(file).value());
      REQUIRE(model.has_value());
      const LlamaConfig& config = model->config();
      CHECK(config.name == "random");
      CHECK(config.head_dim == 16);
      CHECK(config.kv_size() == 32);
      CHECK(model->weights.tied_embeddings == tied);
      const std::int64_t layer = 2 * 64 + 2 * 64 * 64 + 2 * 32 * 64 + 3 * 96 * 64;
      CHECK(model->weights.num_parameters() == 2 * layer + 64 + (tied ? 1 : 2) * 320 * 64);
    }
  }
}

TEST_CASE("Model: Qwen2 has biases, Qwen3 norms of heads; without them the file is refused") {
  const auto load = [](const RandomModelShape& shape) {
    auto file = GgufFile::parse(random_model_bytes(shape), "x");
    REQUIRE(file.has_value());
    auto model = Model::from(std::move(file).value());
    REQUIRE(model.has_value());
    return std::move(model).value();
  };
  const Model qwen2 = load({.architecture = "qwen2"});
  CHECK(qwen2.config().rope_pairs == RopePairs::kHalves);
  CHECK(qwen2.config().has_qkv_bias);
  CHECK(qwen2.weights.layers[1].attn_k_bias.columns == 32);
  const Model qwen3 = load({.architecture = "qwen3", .head_dim = 32});
  CHECK(qwen3.config().has_qk_norm);
  CHECK_FALSE(qwen3.config().has_qkv_bias);
  CHECK(qwen3.config().q_size() == 128);
  CHECK(qwen3.weights.layers[0].attn_q_norm.columns == 32);
  CHECK(qwen3.weights.num_parameters() ==
        2 * (2 * 64 + 2 * 32 + 2 * 64 * 128 + 2 * 64 * 64 + 3 * 96 * 64) + 64 + 320 * 64);
  const Model llama = load({});
  CHECK(llama.config().rope_pairs == RopePairs::kAdjacent);
  CHECK_FALSE(llama.config().has_qkv_bias);
}

TEST_CASE("random_model: the same seed gives the same bytes, on any machine") {
  const auto digest = [](const RandomModelShape& shape) {
    const auto bytes = random_model_bytes(shape);
    return hash_of(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  };
  CHECK(digest({.seed = 5}) == digest({.seed = 5}));
  CHECK(digest({.seed = 5}) != digest({.seed = 6}));
}

TEST_CASE("LlamaConfig: hyper-parameters without sense are refused by key") {
  CHECK(refusal_with("llama.rope.dimension_count", 8) ==
        "x: tensor output_norm.weight: is missing");
  CHECK(refusal_with("llama.block_count", 0) == "x: llama.block_count: is 0, need 1 to 1024");
  CHECK(refusal_with("llama.block_count", 4000000000U) ==
        "x: llama.block_count: is 4000000000, need 1 to 1024");
  CHECK(refusal_with("llama.attention.head_count", 5)
            .starts_with("x: llama.attention.head_count_kv: 2 does not divide the 5 heads"));
  CHECK(refusal_with("llama.attention.head_count_kv", 3)
            .starts_with("x: llama.attention.head_count_kv: 3 does not divide"));
  CHECK(refusal_with("llama.attention.head_count", 6) ==
        "x: llama.attention.head_count: 6 heads do not divide the embedding of 32");
  CHECK(refusal_with("llama.rope.dimension_count", 7) ==
        "x: llama.rope.dimension_count: is 7, need an even number up to 8");
  CHECK(refusal_with("llama.rope.dimension_count", 10) ==
        "x: llama.rope.dimension_count: is 10, need an even number up to 8");
  CHECK(refusal_with("llama.embedding_length", 64) ==
        "x: tensor token_embd.weight: is 8 x 32, the metadata ask for 8 x 64");
  CHECK(refusal_with("llama.vocab_size", 9) ==
        "x: llama.vocab_size: is 9, token_embd.weight has 8 rows");
  CHECK(refusal_with("llama.attention.value_length", 4)
            .starts_with("x: llama.attention.value_length: keys have 8 and values 4"));
  GgufWriter other;
  other.add("general.architecture", "gpt2");
  CHECK(refusal(other.bytes()) == "x: general.architecture: gpt2 is not supported");
  CHECK(refusal(GgufWriter().bytes()) == "x: general.architecture: is missing");
}

/// The message for a random model with more in its file.
template <typename AddMore>
std::string refusal_of_random(AddMore add_more) {
  GgufWriter writer = random_model({});
  add_more(writer);
  return refusal(writer.bytes());
}

TEST_CASE("ModelWeights: a tensor that the forward pass has no use for is refused") {
  const std::vector<float> values(64);
  for (const std::string name : {"blk.1.attn_output.bias", "blk.0.ffn_up.bias", "odd\n"}) {
    const std::string message = refusal_of_random([&](GgufWriter& writer) {
      writer.add_tensor(name, std::array<std::int64_t, 1>{64}, TensorType::kF32, values);
    });
    INFO(message);
    CHECK(message.starts_with("x: tensor " + (name == "odd\n" ? "odd?" : name) +
                              ": is not supported"));
  }
}

TEST_CASE("LlamaConfig: positions are scaled as the file says, linearly where it names no type") {
  const auto scaling_of = [](auto add_more) {
    GgufWriter writer = random_model({});
    add_more(writer);
    auto file = GgufFile::parse(writer.bytes(), "x");
    REQUIRE(file.has_value());
    const auto config = LlamaConfig::load(*file);
    REQUIRE(config.has_value());
    return config->rope_scaling;
  };
  CHECK(scaling_of([](GgufWriter&) {}).factor == 1.0F);
  CHECK(scaling_of([](GgufWriter& w) { w.add("llama.rope.scaling.factor", 4.0F); }).factor == 4.0F);
  CHECK(scaling_of([](GgufWriter& w) { w.add("llama.rope.scale_linear", 2.0F); }).factor == 2.0F);
  CHECK(scaling_of([](GgufWriter& w) { w.add("llama.rope.scaling.factor", 0.0F); }).factor == 1.0F);
  CHECK(scaling_of([](GgufWriter& w) {
          w.add("llama.rope.scaling.type", "none");
          w.add("llama.rope.scaling.factor", 4.0F);
        }).factor == 1.0F);
  const RopeScaling yarn = scaling_of([](GgufWriter& w) {
    w.add("llama.rope.scaling.type", "yarn");
    w.add("llama.rope.scaling.factor", 4.0F);
    w.add("llama.rope.scaling.original_context_length", std::uint32_t{64});
    w.add("llama.rope.scaling.finetuned", true);
    w.add("llama.rope.scaling.attn_factor", 0.5F);
  });
  REQUIRE(yarn.yarn.has_value());
  CHECK(yarn.factor == 4.0F);
  CHECK(yarn.yarn->original_context_length == 64);
  CHECK(yarn.yarn->beta_fast == 32.0F);
  CHECK(yarn.attention_factor == Approx(0.5 * (0.1 * std::log(4.0) + 1.0)));
  // Without an original length it is the context's.
  CHECK(scaling_of([](GgufWriter& w) {
          w.add("llama.rope.scaling.type", "yarn");
        }).yarn->original_context_length == 256);
  CHECK(refusal_of_random([](GgufWriter& w) { w.add("llama.rope.scaling.type", "longrope"); }) ==
        "x: llama.rope.scaling.type: longrope is not supported");
  CHECK(refusal_of_random([](GgufWriter& w) {
          w.add("llama.rope.scaling.type", "yarn");
          w.add("llama.rope.scaling.yarn_ext_factor", 0.5F);
        }) == "x: llama.rope.scaling.yarn_ext_factor: is 0.5, which is not supported");
  CHECK(refusal_of_random([](GgufWriter& w) {
          w.add("llama.rope.scaling.type", "yarn");
          w.add("llama.rope.scaling.yarn_beta_slow", 64.0F);
        }) == "x: llama.rope.scaling.yarn_beta_slow: is 64, above beta_fast, 32");
  CHECK(refusal_of_random([](GgufWriter& w) {
          w.add("llama.rope.scaling.factor", -1.0F);
        }).starts_with("x: llama.rope.scaling.factor: is -1, need "));
}

TEST_CASE("LlamaConfig: a window bounds how long a sequence may get") {
  const auto lengths = [](std::uint32_t window) {
    GgufWriter writer = random_model({});
    writer.add("llama.attention.sliding_window", window);
    auto file = GgufFile::parse(writer.bytes(), "x");
    REQUIRE(file.has_value());
    const auto config = LlamaConfig::load(*file);
    REQUIRE(config.has_value());
    return std::pair(config->max_model_len, config->context_length);
  };
  CHECK(lengths(0) == std::pair(256, 256));
  CHECK(lengths(100) == std::pair(100, 256));
  CHECK(lengths(1000) == std::pair(256, 256));
}

TEST_CASE("llama3_freq_factors: fast pairs keep their frequency, slow ones get the whole factor") {
  // Llama 3.1's numbers; what transformers and llama.cpp's converter compute from them.
  const Llama3Scaling scaling{.original_context_length = 8192,
                              .factor = 8.0F,
                              .low_freq_factor = 1.0F,
                              .high_freq_factor = 4.0F};
  const std::vector<float> factors = llama3_freq_factors(scaling, 500000.0F, 128);
  REQUIRE(factors.size() == 64);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const double frequency = std::pow(500000.0, -2.0 * static_cast<double>(i) / 128.0);
    const double wavelength = 2.0 * 3.14159265358979323846 / frequency;
    double expected = 8.0;
    if (wavelength < 8192.0 / 4.0) {
      expected = 1.0;
    } else if (wavelength <= 8192.0) {
      const double smooth = (8192.0 / wavelength - 1.0) / (4.0 - 1.0);
      expected = 1.0 / ((1.0 - smooth) / 8.0 + smooth);
    }
    CAPTURE(i);
    CHECK(static_cast<double>(factors[i]) == Approx(expected).epsilon(1e-6));
  }
  CHECK(factors.front() == 1.0F);
  CHECK(factors.back() == 8.0F);
}

TEST_CASE("ModelWeights: factors of the frequencies are taken, and refused without sense") {
  const auto with_factors = [](std::vector<float> factors) {
    GgufWriter writer = random_model({});
    const std::array<std::int64_t, 1> shape = {std::ssize(factors)};
    writer.add_tensor("rope_freqs.weight", shape, TensorType::kF32, factors);
    return writer.bytes();
  };
  auto file = GgufFile::parse(with_factors(std::vector<float>(8, 2.0F)), "x");
  REQUIRE(file.has_value());
  const auto model = Model::from(std::move(file).value());
  REQUIRE(model.has_value());
  CHECK(model->weights.rope_freqs.columns == 8);
  CHECK(refusal(with_factors(std::vector<float>(7, 2.0F)))
            .starts_with("x: tensor rope_freqs.weight: is 1 x 7"));
  CHECK(refusal(with_factors(std::vector<float>(8, 0.0F)))
            .starts_with("x: tensor rope_freqs.weight: element 0 is 0, need "));
}

TEST_CASE(
    "LlamaConfig: a name or an architecture with control characters does not reach messages") {
  GgufWriter other;
  other.add("general.architecture", "\x1b]0;x\a");
  CHECK(refusal(other.bytes()) == "x: general.architecture: ?]0;x? is not supported");
}

}  // namespace
}  // namespace inferlab
