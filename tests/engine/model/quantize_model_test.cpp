#include "engine/model/quantize_model.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

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
    std::int64_t last = 0;
    const Model to = parsed(quantize_model(from, type, [&](std::int64_t done, std::int64_t of) {
                              CHECK(done == last + 1);
                              CHECK(of == std::ssize(from.file.tensors()));
                              last = done;
                            }).bytes());
    CHECK(last == std::ssize(from.file.tensors()));
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
  const auto to = [&](TensorType type) {
    return parsed(quantize_model(from, type, [](std::int64_t, std::int64_t) {}).bytes());
  };
  CHECK(type_of(to(TensorType::kQ4_K), "blk.0.attn_k.weight") == "Q8_0");
  CHECK(type_of(to(TensorType::kQ4_0), "blk.0.attn_k.weight") == "Q4_0");
  // From a quantised file, too, and to itself without a loss.
  const Model small = to(TensorType::kQ8_0);
  const auto again = quantize_model(small, TensorType::kQ8_0, [](std::int64_t, std::int64_t) {});
  CHECK(parsed(again.bytes()).file.tensor("blk.0.attn_k.weight").value()->data.size() ==
        small.file.tensor("blk.0.attn_k.weight").value()->data.size());
}

}  // namespace
}  // namespace inferlab
