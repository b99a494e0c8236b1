// Folders of Hugging Face as models, and what becomes of them in a GGUF file.
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "engine/model/quantize_model.h"
#include "random_folder.h"
#include "tests/support/process.h"

namespace inferlab {
namespace {

namespace fs = std::filesystem;
using test::RandomFolder;
using testing::TemporaryFolder;

Model opened(const std::string& path) {
  auto model = Model::open(path);
  if (!model) FAIL(model.error().message);
  return std::move(model).value();
}

std::string refusal(const std::string& path) {
  const auto model = Model::open(path);
  return model.has_value() ? std::string() : model.error().message;
}

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_CASE("Model: a folder is opened as a file is, its matrices where they are mapped") {
  for (const RandomFolder& folder : test::all_random_folders()) {
    CAPTURE(folder.class_name, folder.more_config);
    const TemporaryFolder place;
    test::write_random_folder(folder, place.path());
    const Model model = opened(place.path() + "/");
    const LlamaConfig& config = model.config();
    CHECK(config.name == fs::path(place.path()).filename());
    CHECK(config.architecture == folder.model.architecture);
    CHECK(config.rope_pairs == RopePairs::kHalves);
    CHECK(config.has_qkv_bias == (folder.attention_bias || folder.model_type == "qwen2"));
    CHECK(model.weights.tied_embeddings == folder.model.tied_embeddings);
    CHECK(model.file.is_assembled());
    CHECK(model.weights.mapped);
    CHECK(model.weights.layers[1].ffn_down.type == TensorType::kBF16);
    CHECK(model.weights.layers[1].attn_norm.type == TensorType::kF32);
    CHECK(model.file.size_bytes() > 2 * 2 * 3 * 96 * 64);
    CHECK(model.file.has("tokenizer.ggml.tokens"));
  }
}

TEST_CASE("Model: what a folder says of rotations and windows is in its config") {
  const TemporaryFolder place;
  const auto config_of = [&place](const RandomFolder& folder) {
    test::write_random_folder(folder, place.path());
    return opened(place.path()).config();
  };
  const std::vector<RandomFolder> all = test::all_random_folders();
  const LlamaConfig llama3 = config_of(all[1]);
  CHECK(llama3.rope_scaling.text() == "llama3, factor 8 from 64 tokens");
  CHECK(config_of(all[2]).rope_scaling.text() == "linear, factor 2");
  const LlamaConfig mistral = config_of(all[4]);
  CHECK(mistral.sliding_window == 128);
  CHECK(mistral.context_length == 256);
  CHECK(mistral.max_model_len == 128);
  const LlamaConfig yarn = config_of(all[5]);
  CHECK(yarn.rope_scaling.text() == "yarn, factor 4 from 64 tokens");
  CHECK(yarn.rope_scaling.attention_factor == Approx(0.1 * std::log(4.0) + 1.0));
}

TEST_CASE("Model: the name of a snapshot in the hub's cache is the model's") {
  const TemporaryFolder place;
  const fs::path snapshot =
      fs::path(place.path()) / "models--someone--Some-Model-1B" / "snapshots" / "0123abcd";
  fs::create_directories(snapshot);
  test::write_random_folder({}, snapshot);
  CHECK(opened(snapshot.string()).config().name == "Some-Model-1B");
}

TEST_CASE("Model: tokens are filled up to the rows of the embedding") {
  const TemporaryFolder place;
  test::write_random_folder({.model = {.type = TensorType::kF16, .vocab_size = 352}}, place.path());
  const Model whole = opened(place.path());
  GgufWriter fewer;
  for (const GgufValue& value : whole.file.values()) {
    if (!value.key.starts_with("tokenizer.") || value.key.ends_with(".tokens") ||
        value.key.ends_with(".token_type")) {
      continue;
    }
    fewer.add(value);
  }
  const auto texts = *whole.file.texts("tokenizer.ggml.tokens");
  const std::vector<std::string> tokens(texts.begin(), texts.begin() + 320);
  fewer.add("tokenizer.ggml.tokens", tokens);
  REQUIRE(fewer.save(place.path() + "/tokenizer.gguf").has_value());
  const Model padded = opened(place.path());
  const auto filled = *padded.file.texts("tokenizer.ggml.tokens");
  REQUIRE(filled.size() == 352);
  CHECK(filled[319] == tokens[319]);
  CHECK(filled[320] == "[PAD320]");
  const auto kinds = *padded.file.integers("tokenizer.ggml.token_type");
  CHECK(kinds[319] == 1);
  CHECK(kinds[320] == 5);
}

TEST_CASE("Model: a folder that contradicts itself is refused by file and name") {
  const TemporaryFolder place;
  const std::string& path = place.path();
  CHECK(refusal(path) == path + ": has no config.json");
  const auto refusal_of = [&](const RandomFolder& folder) {
    test::write_random_folder(folder, path);
    return refusal(path);
  };
  const RandomModelShape small = {.type = TensorType::kF16};
  CHECK(refusal_of({.model = small, .more_config = R"(,"vocab_size":321)"}) ==
        path + "/config.json: vocab_size: is there twice");
  // Biases that config.json does not know of, or that are not there.
  CHECK(refusal_of({.model = {.architecture = "qwen2", .type = TensorType::kF16}}) ==
        path +
            "/model.safetensors: tensor model.layers.0.self_attn.k_proj.bias: config.json says "
            "that there are no such biases");
  CHECK(refusal_of({.model = small, .class_name = "Qwen2ForCausalLM", .model_type = "qwen2"}) ==
        path +
            ": tensor model.layers.0.self_attn.q_proj.bias: is missing, and attention_bias is "
            "true");
  CHECK(refusal_of({.model = {.architecture = "qwen3", .type = TensorType::kF16}})
            .find("q_norm.weight: is not supported") != std::string::npos);
  // One file of several is not there.
  REQUIRE(fs::remove(path + "/model.safetensors"));
  test::write_random_folder({.model = small, .num_files = 2}, path);
  REQUIRE(refusal(path).empty());
  REQUIRE(fs::remove(path + "/model-00002-of-00002.safetensors"));
  CHECK(refusal(path).starts_with(path + "/model-00002-of-00002.safetensors: cannot read"));
  REQUIRE(fs::remove(path + "/model.safetensors.index.json"));
  CHECK(refusal(path) == path + ": has neither model.safetensors nor model.safetensors.index.json");
  test::internal::write_file(path + "/pytorch_model.bin", "x");
  CHECK(refusal(path).starts_with(path + ": pytorch_model.bin: weights in Python's pickle format"));
}

TEST_CASE("Model: tensors of a folder that the engine cannot take are refused by name") {
  const TemporaryFolder place;
  const std::string& path = place.path();
  const auto refusal_with = [&](const test::TensorToWrite& more) {
    const RandomModelShape shape = {.type = TensorType::kF16};
    test::write_random_folder({.model = shape}, path);
    const auto file = GgufFile::parse(random_model_bytes(shape), "random");
    std::vector<test::TensorToWrite> tensors;
    for (const GgufTensor& tensor : file->tensors()) {
      tensors.push_back(test::internal::folder_tensor(tensor, shape.type));
      if (tensors.back().name == more.name) tensors.pop_back();
    }
    tensors.push_back(more);
    test::internal::write_weights(tensors, 1, path);
    const std::string message = refusal(path);
    const std::size_t at = message.find(": tensor ");
    return at == std::string::npos ? message : message.substr(at + 2);
  };
  // The output matrix of a tied model, and a buffer of old folders, are not looked at.
  CHECK(refusal_with({"lm_head.weight", "F8_E4M3", {1}, "x"}).empty());
  CHECK(refusal_with({"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", {1}, "1234"}).empty());
  CHECK(refusal_with({"model.layers.0.mlp.gate.weight", "F16", {1}, "12"}) ==
        "tensor model.layers.0.mlp.gate.weight: is not supported: no model of the Llama family has "
        "it");
  CHECK(refusal_with({"model.layers.0.self_attn.o_proj.bias", "F16", {1}, "12"}) ==
        "tensor model.layers.0.self_attn.o_proj.bias: is not supported: the engine adds biases to "
        "queries, keys and values alone");
  CHECK(refusal_with({"model.layers.00.mlp.up_proj.weight", "F16", {1}, "12"})
            .find("is not supported") != std::string::npos);
  CHECK(refusal_with({"model.layers.2.mlp.up_proj.weight", "F16", {1}, "12"}) ==
        "tensor blk.2.ffn_up.weight: is not supported: the llama architecture here has no use for "
        "it");
  CHECK(refusal_with({"model.norm.weight", "F64", {64}, std::string(512, 'x')}) ==
        "tensor model.norm.weight: dtype F64 is not supported");
  CHECK(refusal_with({"model.norm.weight", "F16", {}, "12"}) ==
        "tensor model.norm.weight: is neither a matrix nor a vector");
  CHECK(refusal_with({"model.norm.weight", "F16", {0}, ""}) ==
        "tensor model.norm.weight: is neither a matrix nor a vector");
  CHECK(refusal_with({"model.norm.weight", "F16", {32}, std::string(64, 'x')}) ==
        "tensor output_norm.weight: is 1 x 32, the metadata ask for 1 x 64");
}

/// The rows of a head in the order of adjacent pairs, computed another way: as a transposition.
std::string adjacent_rows(const Matrix& matrix, std::int64_t head_dim) {
  std::string out;
  const std::int64_t width = matrix.columns > 1 && matrix.rows > 1 ? matrix.row_bytes() : 4;
  const std::int64_t rows = matrix.rows > 1 ? matrix.rows : matrix.columns;
  const std::string bytes = text(matrix.data);
  for (std::int64_t head = 0; head < rows / head_dim; ++head) {
    for (std::int64_t pair = 0; pair < head_dim / 2; ++pair) {
      for (std::int64_t half = 0; half < 2; ++half) {
        const std::int64_t row = head * head_dim + half * (head_dim / 2) + pair;
        out += bytes.substr(static_cast<std::size_t>(row * width), static_cast<std::size_t>(width));
      }
    }
  }
  return out;
}

TEST_CASE("convert: every tensor keeps its bits, Llama's queries and keys their rows in pairs") {
  for (const TensorType type : {TensorType::kF32, TensorType::kF16, TensorType::kBF16}) {
    for (const RandomFolder& folder : test::all_random_folders(type)) {
      CAPTURE(folder.class_name, folder.more_config, std::string(tensor_type_name(type)));
      const TemporaryFolder place;
      test::write_random_folder(folder, place.path());
      const Model from = opened(place.path());
      const std::string path = place.path() + "/converted.gguf";
      REQUIRE(quantize_model(from, std::nullopt).save(path).has_value());
      const Model to = opened(path);
      const bool is_llama = from.config().architecture == "llama";
      CHECK(to.config().rope_pairs == (is_llama ? RopePairs::kAdjacent : RopePairs::kHalves));
      CHECK_FALSE(to.file.has(kRopePairsKey));
      for (const GgufTensor& before : from.file.tensors()) {
        CAPTURE(std::string(before.name));
        const GgufTensor* after = to.file.find_tensor(before.name);
        REQUIRE(after != nullptr);
        CHECK(after->type == before.type);
        const bool turns = before.name.find(".attn_q.") != std::string_view::npos ||
                           before.name.find(".attn_k.") != std::string_view::npos;
        if (!is_llama || !turns) {
          CHECK(text(after->data) == text(before.data));
          continue;
        }
        const bool is_bias = before.shape.size() == 1;
        const Matrix rows{.type = before.type,
                          .rows = is_bias ? before.columns() : before.rows(),
                          .columns = is_bias ? 1 : before.columns(),
                          .data = before.data};
        CHECK(text(after->data) == adjacent_rows(rows, from.config().head_dim));
      }
      // What a file says of rotations, too: the tensor stands for Llama 3's scaling.
      const Matrix& factors = from.weights.rope_freqs;
      CHECK(text(to.weights.rope_freqs.data) == text(factors.data));
      CHECK(factors.data.empty() == (folder.model.seed != 2));
      CHECK(to.config().rope_scaling.factor == from.config().rope_scaling.factor);
      CHECK(to.config().rope_scaling.attention_factor ==
            from.config().rope_scaling.attention_factor);
      CHECK(to.config().rope_scaling.yarn.has_value() ==
            from.config().rope_scaling.yarn.has_value());
      CHECK(to.config().max_model_len == from.config().max_model_len);
      CHECK(to.weights.num_parameters() == from.weights.num_parameters());
      CHECK(*to.file.texts("tokenizer.ggml.tokens") == *from.file.texts("tokenizer.ggml.tokens"));
    }
  }
}

TEST_CASE("convert: from any type to any other, the rows are those of that type") {
  const TemporaryFolder place;
  test::write_random_folder({.model = {.type = TensorType::kF32}}, place.path());
  const Model folder = opened(place.path());
  const std::string plain = place.path() + "/f32.gguf";
  REQUIRE(quantize_model(folder, std::nullopt).save(plain).has_value());
  const Model file = opened(plain);
  for (const TensorType type : {TensorType::kF16, TensorType::kBF16, TensorType::kQ8_0,
                                TensorType::kQ4_0, TensorType::kQ4_K}) {
    CAPTURE(std::string(tensor_type_name(type)));
    // At once, and by way of a file in F32: reordering and rounding do not disturb each other.
    CHECK(text(quantize_model(folder, type).bytes()) == text(quantize_model(file, type).bytes()));
  }
}

}  // namespace
}  // namespace inferlab
