#include "engine/model/quantize_model.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/rng.h"
#include "engine/formats/quants.h"
#include "engine/model/random_model.h"

namespace inferlab {
namespace {

Model parsed(std::vector<std::byte> bytes) {
  auto file = GgufFile::parse(std::move(bytes), "x");
  REQUIRE(file.has_value());
  auto model = Model::from(std::move(file).value());
  REQUIRE(model.has_value());
  return std::move(model).value();
}

std::string type_of(const Model& model, const char* name) {
  return std::string(tensor_type_name(model.file.tensor(name).value()->type));
}

TEST_CASE("quantize_model: matrices change, metadata and norms stay") {
  const Model from = parsed(random_model_bytes(
      {.architecture = "qwen2", .type = TensorType::kF32, .hidden_size = 256, .ffn_size = 512}));
  for (const TensorType type :
       {TensorType::kF16, TensorType::kBF16, TensorType::kQ8_0, TensorType::kQ4_0,
        TensorType::kQ4_K, TensorType::kQ5_K, TensorType::kQ6_K, TensorType::kF32}) {
    CAPTURE(std::string(tensor_type_name(type)));
    const Model to = parsed(quantize_model(from, type).bytes());
    CHECK(type_of(to, "blk.1.ffn_down.weight") == tensor_type_name(type));
    CHECK(type_of(to, "blk.0.attn_q.bias") == "F32");
    CHECK(type_of(to, "output_norm.weight") == "F32");
    const bool is_small = type == TensorType::kQ4_K || type == TensorType::kQ5_K;
    CHECK(type_of(to, "token_embd.weight") == (is_small ? "Q6_K" : tensor_type_name(type)));
    CHECK(to.file.texts("tokenizer.ggml.tokens").value() ==
          from.file.texts("tokenizer.ggml.tokens").value());
    CHECK(to.file.text("tokenizer.chat_template").value() ==
          from.file.text("tokenizer.chat_template").value());
    CHECK(to.file.flag("tokenizer.ggml.add_bos_token").value() == false);
    CHECK(to.file.has("general.file_type"));

    // Weights are from -0.25 to 0.25 here.
    const GgufTensor& before = *from.file.tensor("blk.1.ffn_up.weight").value();
    const GgufTensor& after = *to.file.tensor("blk.1.ffn_up.weight").value();
    std::vector<float> expected(256);
    std::vector<float> row(256);
    decode_elements(before.type, before.data.data(), expected);
    decode_elements(after.type, after.data.data(), row);
    for (std::size_t i = 0; i < row.size(); ++i) REQUIRE(std::abs(row[i] - expected[i]) < 0.04F);
  }
}

TEST_CASE("quantize_model: rows that are no whole blocks take the next larger type") {
  const Model from = parsed(random_model_bytes({.type = TensorType::kF32}));  // rows of 64
  const auto to = [&](TensorType type) { return parsed(quantize_model(from, type).bytes()); };
  CHECK(type_of(to(TensorType::kQ4_K), "blk.0.attn_k.weight") == "Q8_0");
  CHECK(type_of(to(TensorType::kQ4_0), "blk.0.attn_k.weight") == "Q4_0");
  // From a quantised file, too, and to itself without a loss.
  const Model small = to(TensorType::kQ8_0);
  const Model again = parsed(quantize_model(small, TensorType::kQ8_0).bytes());
  const GgufTensor& before = *small.file.tensor("blk.0.attn_k.weight").value();
  CHECK(std::ranges::equal(again.file.tensor("blk.0.attn_k.weight").value()->data, before.data));
}

TEST_CASE("quantize_model: a tensor that keeps its type keeps its bits") {
  // Blocks that another program wrote need not be those that this one would write: its scale may be
  // any, and the nearest numbers to what it says may be others.
  for (const TensorType type :
       {TensorType::kQ8_0, TensorType::kQ4_0, TensorType::kQ4_K, TensorType::kQ6_K}) {
    CAPTURE(std::string(tensor_type_name(type)));
    GgufWriter writer = random_model({.type = type, .hidden_size = 256, .ffn_size = 256});
    std::vector<std::byte> bytes = writer.bytes();
    Rng rng(7, "quantize_model", tensor_type_name(type));
    // The last bytes of the file are those of a matrix and of the output norm.
    const std::size_t norm = 256 * sizeof(float);
    for (std::size_t i = 1; i <= 4096; ++i) {
      bytes[bytes.size() - norm - i] = static_cast<std::byte>(rng.below(0x78));
    }
    const Model from = parsed(bytes);
    for (const std::optional<TensorType> to : {std::optional(type), std::optional<TensorType>()}) {
      const Model copy = parsed(quantize_model(from, to).bytes());
      for (const GgufTensor& tensor : from.file.tensors()) {
        CAPTURE(std::string(tensor.name));
        const GgufTensor& copied = *copy.file.tensor(tensor.name).value();
        if (copied.type != tensor.type) continue;  // the output matrix of Q4_K
        CHECK(std::ranges::equal(copied.data, tensor.data));
      }
    }
  }
}

}  // namespace
}  // namespace inferlab
