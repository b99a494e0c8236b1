#include "engine/model/random_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/rng.h"

namespace inferlab {
namespace {

constexpr std::array<std::string_view, 3> kControls = {"<|endoftext|>", "<|im_start|>",
                                                       "<|im_end|>"};
constexpr std::string_view kChatMl =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ "
    "'<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' "
    "}}{% endif %}";

void append_utf8(std::string& to, unsigned code) {
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else {
    to += static_cast<char>(0xc0U | (code >> 6));
    to += static_cast<char>(0x80U | (code & 0x3fU));
  }
}

/// GPT-2's printable stand-in for each byte: itself where printable, else U+0100 and on.
std::array<std::string, 256> byte_spellings() {
  std::array<std::string, 256> spellings;
  unsigned next = 256;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae);
    append_utf8(spellings[byte], printable ? byte : next++);
  }
  return spellings;
}

void add_vocabulary(GgufWriter& writer, const RandomModelShape& shape) {
  std::vector<std::string> tokens;
  std::vector<std::int32_t> kinds;
  std::vector<std::string> merges;
  const auto add = [&](std::string text, std::int32_t kind) {
    tokens.push_back(std::move(text));
    kinds.push_back(kind);
  };
  for (const std::string_view control : kControls) add(std::string(control), 3);
  for (const std::string& spelling : byte_spellings()) add(spelling, 1);
  // The space is spelled U+0120.
  const std::string space = "\xc4\xa0";
  for (const std::string_view letters : {"the", "and", "in", "pod", "node"}) {
    std::string left = space;
    for (const char letter : letters) {
      const std::string joined = left + letter;
      if (std::ranges::find(tokens, joined) == tokens.end()) {
        merges.push_back(left + " " + letter);
        add(joined, 1);
      }
      left = joined;
    }
  }
  while (std::ssize(tokens) < shape.vocab_size) add(fmt::format("<unused{}>", tokens.size()), 5);

  writer.add("tokenizer.ggml.model", "gpt2");
  writer.add("tokenizer.ggml.pre", "gpt-2");
  writer.add("tokenizer.ggml.tokens", tokens);
  writer.add("tokenizer.ggml.token_type", std::span<const std::int32_t>(kinds));
  writer.add("tokenizer.ggml.merges", merges);
  writer.add("tokenizer.ggml.bos_token_id", std::uint32_t{0});
  writer.add("tokenizer.ggml.eos_token_id", std::uint32_t{0});
  writer.add("tokenizer.ggml.eot_token_id", std::uint32_t{2});
  writer.add("tokenizer.ggml.add_bos_token", false);
  writer.add("tokenizer.chat_template", kChatMl);
}

class WeightMaker {
 public:
  WeightMaker(GgufWriter& writer, const RandomModelShape& shape) : writer_(writer), shape_(shape) {}

  /// Uniform with the variance 1 / columns that keeps activations at the size they have. Each
  /// tensor has its own stream, so that its weights do not depend on the others.
  void matrix(const std::string& name, std::int64_t rows, std::int64_t columns) {
    Rng rng(shape_.seed, "random_model", name);
    float width = 1.0F;
    while (width * width * static_cast<float>(columns) > 12.0F) width *= 0.5F;
    std::vector<float> values(static_cast<std::size_t>(rows * columns));
    for (float& value : values) value = (static_cast<float>(rng.unit()) - 0.5F) * 2.0F * width;
    const std::array<std::int64_t, 2> dimensions = {columns, rows};
    writer_.add_tensor(name, dimensions, shape_.type, values);
  }
  void norm(const std::string& name) { norm(name, shape_.hidden_size); }
  void norm(const std::string& name, std::int64_t width) { vector(name, width, 0.75F, 1.25F); }
  void bias(const std::string& name, std::int64_t width) { vector(name, width, -0.5F, 0.5F); }

 private:
  void vector(const std::string& name, std::int64_t width, float least, float most) {
    Rng rng(shape_.seed, "random_model", name);
    std::vector<float> values(static_cast<std::size_t>(width));
    for (float& value : values) value = least + (most - least) * static_cast<float>(rng.unit());
    const std::array<std::int64_t, 1> dimensions = {width};
    writer_.add_tensor(name, dimensions, TensorType::kF32, values);
  }

  GgufWriter& writer_;
  const RandomModelShape& shape_;
};

}  // namespace

GgufWriter random_model(const RandomModelShape& shape) {
  INFERLAB_CHECK(shape.vocab_size >= 320);
  INFERLAB_CHECK(shape.head_dim > 0 || shape.hidden_size % shape.num_heads == 0);
  const std::int64_t head_dim =
      shape.head_dim > 0 ? shape.head_dim : shape.hidden_size / shape.num_heads;
  const std::int64_t q_size = head_dim * shape.num_heads;
  const std::int64_t kv_size = head_dim * shape.num_kv_heads;
  const auto key = [&](std::string_view name) {
    return fmt::format("{}.{}", shape.architecture, name);
  };
  GgufWriter writer;
  const auto count = [](std::int32_t number) { return static_cast<std::uint32_t>(number); };
  writer.add("general.architecture", shape.architecture);
  writer.add("general.name", "random");
  writer.add(key("context_length"), count(shape.max_model_len));
  writer.add(key("embedding_length"), count(shape.hidden_size));
  writer.add(key("feed_forward_length"), count(shape.ffn_size));
  writer.add(key("block_count"), count(shape.num_layers));
  writer.add(key("attention.head_count"), count(shape.num_heads));
  writer.add(key("attention.head_count_kv"), count(shape.num_kv_heads));
  writer.add(key("attention.layer_norm_rms_epsilon"), 1e-5F);
  writer.add(key("rope.freq_base"), 10000.0F);
  if (shape.head_dim > 0) {
    writer.add(key("attention.key_length"), count(shape.head_dim));
    writer.add(key("attention.value_length"), count(shape.head_dim));
  }
  add_vocabulary(writer, shape);
  if (shape.add_eos_token) writer.add("tokenizer.ggml.add_eos_token", true);
  if (shape.pooling_type != 0) writer.add(key("pooling_type"), shape.pooling_type);

  WeightMaker make(writer, shape);
  make.matrix("token_embd.weight", shape.vocab_size, shape.hidden_size);
  for (int layer = 0; layer < shape.num_layers; ++layer) {
    const auto name = [layer](std::string_view part) {
      return fmt::format("blk.{}.{}.weight", layer, part);
    };
    make.norm(name("attn_norm"));
    make.matrix(name("attn_q"), q_size, shape.hidden_size);
    make.matrix(name("attn_k"), kv_size, shape.hidden_size);
    make.matrix(name("attn_v"), kv_size, shape.hidden_size);
    make.matrix(name("attn_output"), shape.hidden_size, q_size);
    if (shape.architecture == "qwen2") {
      make.bias(fmt::format("blk.{}.attn_q.bias", layer), q_size);
      make.bias(fmt::format("blk.{}.attn_k.bias", layer), kv_size);
      make.bias(fmt::format("blk.{}.attn_v.bias", layer), kv_size);
    }
    if (shape.architecture == "qwen3") {
      make.norm(name("attn_q_norm"), head_dim);
      make.norm(name("attn_k_norm"), head_dim);
    }
    make.norm(name("ffn_norm"));
    make.matrix(name("ffn_gate"), shape.ffn_size, shape.hidden_size);
    make.matrix(name("ffn_up"), shape.ffn_size, shape.hidden_size);
    make.matrix(name("ffn_down"), shape.hidden_size, shape.ffn_size);
  }
  make.norm("output_norm.weight");
  if (!shape.tied_embeddings) make.matrix("output.weight", shape.vocab_size, shape.hidden_size);
  return writer;
}

std::vector<std::byte> random_model_bytes(const RandomModelShape& shape) {
  return random_model(shape).bytes();
}

}  // namespace inferlab
