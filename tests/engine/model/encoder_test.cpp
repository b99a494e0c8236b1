// BERT-like models: what their files must say, and what is refused.
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "engine/formats/quants.h"
#include "engine/model/encoder_weights.h"
#include "engine/model/model_weights.h"
#include "engine/model/random_encoder.h"
#include "engine/model/stable_math.h"

namespace inferlab {
namespace {

Result<Model> open(const GgufWriter& writer) {
  auto file = GgufFile::parse(writer.bytes(), "test.gguf");
  REQUIRE(file);
  return Model::from(std::move(*file));
}

/// The random encoder with each entry and tensor as `change` leaves it; an empty key drops it.
GgufWriter changed(const std::function<bool(std::string_view key, GgufWriter& to)>& takes) {
  const auto file = GgufFile::parse(random_encoder_bytes(), "test.gguf");
  REQUIRE(file);
  GgufWriter writer;
  for (const GgufValue& value : file->values()) {
    if (!takes(value.key, writer)) writer.add(value);
  }
  for (const GgufTensor& tensor : file->tensors()) {
    if (takes(tensor.name, writer)) continue;
    const std::int64_t row_bytes = std::ssize(tensor.data) / tensor.rows();
    writer.add_tensor(tensor.name, tensor.shape, tensor.type,
                      [&](std::int64_t row, std::span<float> out) {
                        decode_elements(tensor.type, tensor.data.data() + row * row_bytes, out);
                      });
  }
  return writer;
}

}  // namespace

TEST_CASE("Encoder: config and weights of a file") {
  const auto model = open(random_encoder({}));
  REQUIRE(model);
  REQUIRE(model->encoder);
  const EncoderConfig& config = model->encoder->config;
  CHECK(config.name == "random-encoder");
  CHECK(config.vocab_size == 320);
  CHECK(config.max_model_len == 96);
  CHECK(config.hidden_size == 64);
  CHECK(config.head_dim() == 16);
  CHECK(config.num_token_types == 2);
  CHECK(config.pooling_type == PoolingType::kMean);
  CHECK(model->encoder->layers.size() == 2);
  CHECK(model->encoder->layers[1].ffn_up.weight.rows == 128);
  CHECK(model->encoder->num_parameters() ==
        320 * 64 + 96 * 64 + 2 * 64 + 2 * 64 +
            2 * (4 * (64 * 64 + 64) + 4 * 64 + 2 * 64 * 128 + 128 + 64));
  CHECK(model->config().architecture == "bert");
  CHECK(model->config().max_model_len == 96);
}

TEST_CASE("Encoder: files without token types or a pooling type are taken") {
  const auto model = open(random_encoder({.num_token_types = 0, .pooling_type = 0}));
  REQUIRE(model);
  CHECK(model->encoder->token_types.data.empty());
  CHECK_FALSE(model->encoder->config.pooling_type);
}

TEST_CASE("Encoder: what a file must not say") {
  struct Row {
    const char* what;  // entry or tensor that is replaced
    std::function<void(GgufWriter&)> by;
    const char* message;
  };
  const std::vector<float> zeros(64 * 96);
  const auto number = [](const char* key, std::uint32_t value) {
    return [=](GgufWriter& to) { to.add(key, value); };
  };
  const auto tensor = [&zeros](const char* name, std::vector<std::int64_t> shape, TensorType type) {
    return [=, &zeros](GgufWriter& to) {
      std::int64_t count = 1;
      for (const std::int64_t size : shape) count *= size;
      to.add_tensor(name, shape, type, std::span(zeros).first(static_cast<std::size_t>(count)));
    };
  };
  const Row rows[] = {
      {"bert.context_length", nullptr, "bert.context_length"},
      {"bert.context_length", number("bert.context_length", 0), "is 0, need 1"},
      {"bert.context_length", number("bert.context_length", 97),
       "tensor position_embd.weight: is 96 x 64, the metadata ask for 97 x 64"},
      {"bert.embedding_length", number("bert.embedding_length", 65), "token_embd.weight"},
      {"bert.attention.head_count", number("bert.attention.head_count", 7),
       "7 heads do not divide the embedding of 64"},
      {"bert.attention.head_count", number("bert.attention.head_count", 0), "is 0, need 1"},
      {"bert.block_count", number("bert.block_count", 3), "blk.2.attn_q.weight"},
      {"bert.block_count", number("bert.block_count", 1), "tensor blk.1.attn_q.weight: is not"},
      {"bert.attention.causal", [](GgufWriter& to) { to.add("bert.attention.causal", true); },
       "bert.attention.causal: is true"},
      {"bert.attention.layer_norm_epsilon",
       [](GgufWriter& to) { to.add("bert.attention.layer_norm_epsilon", -1.0F); }, "is -1"},
      {"bert.pooling_type", number("bert.pooling_type", 4),
       "bert.pooling_type: 4 is not supported"},
      {"tokenizer.ggml.token_type_count", number("tokenizer.ggml.token_type_count", 3),
       "is 3, token_types.weight has 2 rows"},
      {"token_embd_norm.weight", tensor("token_embd_norm.weight", {64}, TensorType::kF16),
       "token_embd_norm.weight: is F16, need F32"},
      {"blk.0.attn_q.bias", nullptr, "blk.0.attn_q.bias"},
      {"blk.0.ffn_up.bias", tensor("blk.0.ffn_up.bias", {64}, TensorType::kF32),
       "blk.0.ffn_up.bias: is 1 x 64"},
      {"general.name", tensor("cls.weight", {64, 2}, TensorType::kF32),
       "tensor cls.weight: is not supported"},
  };
  for (const Row& row : rows) {
    bool found = false;
    const GgufWriter writer = changed([&](std::string_view key, GgufWriter& to) {
      if (key != row.what) return false;
      found = true;
      if (row.by) row.by(to);
      return true;
    });
    CAPTURE(row.what, row.message);
    REQUIRE(found);
    const auto model = open(writer);
    REQUIRE_FALSE(model);
    CAPTURE(model.error().message);
    CHECK(model.error().message.find(row.message) != std::string::npos);
    CHECK(model.error().message.find("test.gguf") == 0);
  }
}

TEST_CASE("stable_erf: known values") {
  // NIST Digital Library of Mathematical Functions, table 7.23, and limits.
  const std::pair<double, double> rows[] = {{0.0, 0.0},
                                            {0.1, 0.1124629160182849},
                                            {0.5, 0.5204998778130465},
                                            {1.0, 0.8427007929497149},
                                            {2.0, 0.9953222650189527},
                                            {3.0, 0.9999779095030014},
                                            {5.9, 1.0},
                                            {100.0, 1.0}};
  for (const auto& [x, value] : rows) {
    CHECK(stable_erf(x) == Approx(value).margin(1e-14).epsilon(0));
    CHECK(stable_erf(-x) == -stable_erf(x));
  }
}

}  // namespace inferlab
