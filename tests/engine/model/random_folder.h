#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/formats/quantize.h"
#include "engine/formats/quants.h"
#include "engine/model/model_weights.h"
#include "engine/model/random_model.h"
#include "tests/engine/huggingface/safetensors_bytes.h"

namespace inferlab::test {

/// A model with seeded random weights as Hugging Face's folders hold one.
struct RandomFolder {
  /// Its matrices are F32, F16 or BF16; norms and biases of the folder get the same type.
  RandomModelShape model = {.type = TensorType::kBF16};
  std::string class_name = "LlamaForCausalLM";
  std::string model_type = "llama";
  /// Further fields of config.json, as they stand there, each with a comma in front.
  std::string more_config = {};
  int num_files = 1;
  bool attention_bias = false;  ///< random_model() has none for Llama: taken from its Qwen2
};

namespace internal {

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// "blk.3.attn_q.weight" as transformers calls it.
inline std::string folder_name(std::string_view gguf_name) {
  static const std::map<std::string, std::string> kNames = {
      {"token_embd.", "model.embed_tokens."},
      {"output_norm.", "model.norm."},
      {"output.", "lm_head."},
      {"blk.", "model.layers."},
      {".attn_norm.", ".input_layernorm."},
      {".attn_q.", ".self_attn.q_proj."},
      {".attn_k.", ".self_attn.k_proj."},
      {".attn_v.", ".self_attn.v_proj."},
      {".attn_q_norm.", ".self_attn.q_norm."},
      {".attn_k_norm.", ".self_attn.k_norm."},
      {".attn_output.", ".self_attn.o_proj."},
      {".ffn_norm.", ".post_attention_layernorm."},
      {".ffn_gate.", ".mlp.gate_proj."},
      {".ffn_up.", ".mlp.up_proj."},
      {".ffn_down.", ".mlp.down_proj."}};
  std::string name(gguf_name);
  for (const auto& [from, to] : kNames) {
    if (from[0] == '.' || name.starts_with(from)) name = replaced(name, from, to);
  }
  return name;
}

inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The tensor as the folder has it. Vectors are F32 in the model and `type` in the folder.
inline TensorToWrite folder_tensor(const GgufTensor& tensor, TensorType type) {
  std::string data = text_of(tensor.data);
  if (tensor.shape.size() == 1) {
    std::vector<float> values(static_cast<std::size_t>(tensor.columns()));
    decode_elements(tensor.type, tensor.data.data(), values);
    std::vector<std::byte> encoded;
    encode_elements(type, values, encoded);
    data = text_of(encoded);
  }
  return {.name = folder_name(tensor.name),
          .dtype = std::string(tensor_type_name(type)),
          .shape = {tensor.shape.rbegin(), tensor.shape.rend()},
          .data = std::move(data)};
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), std::ssize(text));
  file.close();
  INFERLAB_CHECK(file.good());
}

inline std::string config_json(const RandomFolder& folder) {
  const RandomModelShape& shape = folder.model;
  const int head_dim = shape.head_dim > 0 ? shape.head_dim : shape.hidden_size / shape.num_heads;
  return fmt::format(
      R"({{"architectures":["{}"],"model_type":"{}","vocab_size":{},"hidden_size":{},)"
      R"("intermediate_size":{},"num_hidden_layers":{},"num_attention_heads":{},)"
      R"("num_key_value_heads":{},"head_dim":{},"max_position_embeddings":{},)"
      R"("rms_norm_eps":1e-05,"hidden_act":"silu","tie_word_embeddings":{},"attention_bias":{}{}}})",
      folder.class_name, folder.model_type, shape.vocab_size, shape.hidden_size, shape.ffn_size,
      shape.num_layers, shape.num_heads, shape.num_kv_heads, head_dim, shape.max_model_len,
      shape.tied_embeddings, folder.attention_bias, folder.more_config);
}

inline void write_weights(const std::vector<TensorToWrite>& tensors, int num_files,
                          const std::filesystem::path& path) {
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().filename().string().starts_with("model")) {
      std::filesystem::remove(entry.path());  // of a folder that was written here before
    }
  }
  if (num_files == 1) {
    write_file(path / "model.safetensors", safetensors(tensors));
    return;
  }
  std::vector<std::vector<TensorToWrite>> files(static_cast<std::size_t>(num_files));
  std::string map;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::size_t file = i % files.size();
    map += fmt::format("{}\"{}\":\"model-{:05}-of-{:05}.safetensors\"", map.empty() ? "" : ",",
                       tensors[i].name, file + 1, num_files);
    files[file].push_back(tensors[i]);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    write_file(path / fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, num_files),
               safetensors(files[i]));
  }
  write_file(path / "model.safetensors.index.json",
             fmt::format(R"({{"metadata":{{"total_size":1}},"weight_map":{{{}}}}})", map));
}

}  // namespace internal

/// Writes config.json, the weights and tokenizer.gguf into `path`, which must be there. The rows of
/// random_model() count as the folder's: whichever order they are in, they are random.
inline void write_random_folder(const RandomFolder& folder, const std::filesystem::path& path) {
  RandomModelShape shape = folder.model;
  if (folder.attention_bias && shape.architecture == "llama") shape.architecture = "qwen2";
  const auto file = GgufFile::parse(random_model_bytes(shape), "random");
  INFERLAB_CHECK(file.has_value());
  std::vector<TensorToWrite> tensors;
  for (const GgufTensor& tensor : file->tensors()) {
    tensors.push_back(internal::folder_tensor(tensor, shape.type));
  }
  internal::write_weights(tensors, folder.num_files, path);
  internal::write_file(path / "config.json", internal::config_json(folder));
  GgufWriter vocabulary;
  for (const GgufValue& value : file->values()) {
    if (value.key.starts_with("tokenizer.")) vocabulary.add(value);
  }
  INFERLAB_CHECK(vocabulary.save((path / "tokenizer.gguf").string()).has_value());
}

/// One of each family, small.
inline std::vector<RandomFolder> all_random_folders(TensorType type = TensorType::kBF16) {
  const std::string llama3 =
      R"(,"rope_theta":500000.0,"rope_scaling":{"rope_type":"llama3","factor":8.0,)"
      R"("low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64})";
  const std::string yarn =
      R"(,"rope_scaling":{"type":"yarn","factor":4.0,"original_max_position_embeddings":64})";
  const std::string linear = R"(,"rope_scaling":{"type":"linear","factor":2.0})";
  return {
      {.model = {.type = type}},
      {.model = {.seed = 2, .type = type, .tied_embeddings = false}, .more_config = llama3},
      {.model = {.seed = 3, .type = type, .head_dim = 32}, .more_config = linear, .num_files = 3},
      {.model = {.seed = 4, .type = type}, .attention_bias = true},
      {.model = {.seed = 9, .type = type, .tied_embeddings = false},
       .class_name = "MistralForCausalLM",
       .model_type = "mistral",
       .more_config = R"(,"sliding_window":128)"},
      {.model = {.architecture = "qwen2", .seed = 6, .type = type},
       .class_name = "Qwen2ForCausalLM",
       .model_type = "qwen2",
       .more_config = yarn},
      {.model = {.architecture = "qwen3", .seed = 7, .type = type, .head_dim = 24},
       .class_name = "Qwen3ForCausalLM",
       .model_type = "qwen3",
       .num_files = 2},
  };
}

}  // namespace inferlab::test
