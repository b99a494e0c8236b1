#include "engine/model/random_encoder.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/rng.h"

namespace inferlab {
namespace {

class EncoderMaker {
 public:
  EncoderMaker(GgufWriter& writer, const RandomEncoderShape& shape)
      : writer_(writer), shape_(shape) {}

  void matrix(const std::string& name, TensorType type, std::int64_t rows, std::int64_t columns,
              float width) {
    const std::array<std::int64_t, 2> dimensions = {columns, rows};
    writer_.add_tensor(name, dimensions, type, uniform(name, rows * columns, -width, width));
  }
  /// Uniform with the variance 1 / columns that keeps activations at the size they have.
  void linear(const std::string& name, std::int64_t rows, std::int64_t columns) {
    matrix(name + ".weight", shape_.type, rows, columns,
           std::sqrt(3.0F / static_cast<float>(columns)));
    vector(name + ".bias", rows, -0.25F, 0.25F);
  }
  void norm(const std::string& name) {
    vector(name + ".weight", shape_.hidden_size, 0.75F, 1.25F);
    vector(name + ".bias", shape_.hidden_size, -0.25F, 0.25F);
  }

 private:
  /// Each tensor has its own stream, so that its weights do not depend on the others.
  [[nodiscard]] std::vector<float> uniform(const std::string& name, std::int64_t count, float least,
                                           float most) const {
    Rng rng(shape_.seed, "random_encoder", name);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = least + (most - least) * static_cast<float>(rng.unit());
    return values;
  }
  void vector(const std::string& name, std::int64_t width, float least, float most) {
    const std::array<std::int64_t, 1> dimensions = {width};
    writer_.add_tensor(name, dimensions, TensorType::kF32, uniform(name, width, least, most));
  }

  GgufWriter& writer_;
  const RandomEncoderShape& shape_;
};

void add_vocabulary(GgufWriter& writer, std::int32_t vocab_size) {
  INFERLAB_CHECK(vocab_size >= 128);
  std::vector<std::string> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  std::vector<std::int32_t> kinds(tokens.size(), 3);
  const auto add = [&](std::string text, std::int32_t kind) {
    tokens.push_back(std::move(text));
    kinds.push_back(kind);
  };
  // A piece that begins a word has the mark; others go on with one.
  const std::string mark = "\u2581";
  for (const std::string_view word : {"the", "and", "in", "pod", "node"}) {
    add(mark + std::string(word), 1);
  }
  for (char c = '!'; c <= '~'; ++c) {
    if (c >= 'A' && c <= 'Z') continue;
    add(mark + c, 1);
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) add(std::string(1, c), 1);
  }
  while (std::ssize(tokens) < vocab_size) add(fmt::format("[unused{}]", tokens.size()), 5);
  writer.add("tokenizer.ggml.model", "bert");
  writer.add("tokenizer.ggml.tokens", tokens);
  writer.add("tokenizer.ggml.token_type", std::span<const std::int32_t>(kinds));
  writer.add("tokenizer.ggml.padding_token_id", std::uint32_t{0});
  writer.add("tokenizer.ggml.unknown_token_id", std::uint32_t{1});
  writer.add("tokenizer.ggml.cls_token_id", std::uint32_t{2});
  writer.add("tokenizer.ggml.seperator_token_id", std::uint32_t{3});
  writer.add("tokenizer.ggml.mask_token_id", std::uint32_t{4});
}

void add_metadata(GgufWriter& writer, const RandomEncoderShape& shape) {
  const auto count = [](std::int32_t number) { return static_cast<std::uint32_t>(number); };
  writer.add("general.architecture", "bert");
  writer.add("general.name", "random-encoder");
  writer.add("bert.context_length", count(shape.max_model_len));
  writer.add("bert.embedding_length", count(shape.hidden_size));
  writer.add("bert.feed_forward_length", count(shape.ffn_size));
  writer.add("bert.block_count", count(shape.num_layers));
  writer.add("bert.attention.head_count", count(shape.num_heads));
  writer.add("bert.attention.layer_norm_epsilon", 1e-12F);
  writer.add("bert.attention.causal", false);
  if (shape.pooling_type != 0) writer.add("bert.pooling_type", shape.pooling_type);
  writer.add("tokenizer.ggml.token_type_count", count(shape.num_token_types));
  if (shape.with_vocabulary) add_vocabulary(writer, shape.vocab_size);
}

}  // namespace

GgufWriter random_encoder(const RandomEncoderShape& shape) {
  INFERLAB_CHECK(shape.hidden_size % shape.num_heads == 0);
  GgufWriter writer;
  add_metadata(writer, shape);
  EncoderMaker make(writer, shape);
  const std::int64_t width = shape.hidden_size;
  make.matrix("token_embd.weight", shape.type, shape.vocab_size, width, 1.0F);
  make.matrix("position_embd.weight", TensorType::kF32, shape.max_model_len, width, 0.5F);
  if (shape.num_token_types > 0) {
    make.matrix("token_types.weight", TensorType::kF32, shape.num_token_types, width, 0.5F);
  }
  make.norm("token_embd_norm");
  for (int layer = 0; layer < shape.num_layers; ++layer) {
    const auto name = [layer](std::string_view part) {
      return fmt::format("blk.{}.{}", layer, part);
    };
    for (const char* part : {"attn_q", "attn_k", "attn_v", "attn_output"}) {
      make.linear(name(part), width, width);
    }
    make.norm(name("attn_output_norm"));
    make.linear(name("ffn_up"), shape.ffn_size, width);
    make.linear(name("ffn_down"), width, shape.ffn_size);
    make.norm(name("layer_output_norm"));
  }
  return writer;
}

std::vector<std::byte> random_encoder_bytes(const RandomEncoderShape& shape) {
  return random_encoder(shape).bytes();
}

}  // namespace inferlab
