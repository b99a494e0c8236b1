#pragma once

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/rng.h"
#include "engine/formats/gguf_writer.h"
#include "engine/formats/quantize.h"
#include "engine/formats/quants.h"
#include "engine/model/lora_adapter.h"
#include "tests/engine/huggingface/safetensors_bytes.h"

namespace inferlab::test {

/// The two matrices of an adapter for one linear layer.
struct RandomPair {
  std::size_t layer;
  LoraTarget target;
  LoraTargetShape shape;
  std::int64_t rank;
  std::vector<float> a;  // [rank, columns]
  std::vector<float> b;  // [rows, rank]
};

struct RandomAdapterShape {
  std::uint64_t seed = 1;
  std::int64_t rank = 8;
  double alpha = 16;
  std::vector<LoraTarget> targets = {LoraTarget::kQ,          LoraTarget::kK,    LoraTarget::kV,
                                     LoraTarget::kAttnOutput, LoraTarget::kGate, LoraTarget::kUp,
                                     LoraTarget::kDown};
  TensorType type = TensorType::kF32;
};

/// Seeded random matrices, large enough that the adapter changes what the model says.
struct RandomAdapter {
  RandomAdapterShape shape;
  std::vector<RandomPair> pairs;

  RandomAdapter(const LlamaConfig& model, RandomAdapterShape given) : shape(std::move(given)) {
    Rng rng(shape.seed, "random_adapter", "matrices");
    for (std::size_t layer = 0; layer < static_cast<std::size_t>(model.num_layers); ++layer) {
      for (const LoraTarget target : shape.targets) {
        RandomPair pair{.layer = layer,
                        .target = target,
                        .shape = lora_target_shape(target, model),
                        .rank = shape.rank,
                        .a = {},
                        .b = {}};
        const auto fill = [&rng](std::vector<float>& to, std::int64_t count) {
          for (std::int64_t i = 0; i < count; ++i) {
            to.push_back(static_cast<float>(rng.between(std::int64_t{-1000}, std::int64_t{1000})) /
                         4000.0F);
          }
        };
        fill(pair.a, pair.rank * pair.shape.columns);
        fill(pair.b, pair.shape.rows * pair.rank);
        pairs.push_back(std::move(pair));
      }
    }
  }

  [[nodiscard]] double scale() const { return shape.alpha / static_cast<double>(shape.rank); }

  /// adapter_config.json; `more`: fields, each with a comma in front.
  [[nodiscard]] std::string config_json(const std::string& more = {}) const {
    return fmt::format(
        R"({{"peft_type":"LORA","task_type":"CAUSAL_LM","r":{},"lora_alpha":{},"bias":"none",)"
        R"("target_modules":"all-linear","lora_dropout":0.05,"modules_to_save":null{}}})",
        shape.rank, shape.alpha, more);
  }

  /// As PEFT saves it, rows as they are.
  void save_folder(const std::filesystem::path& path, const std::string& more_config = {}) const {
    static constexpr const char* kModules[] = {
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
        "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};
    std::filesystem::create_directories(path);
    std::vector<TensorToWrite> tensors;
    for (const RandomPair& pair : pairs) {
      const std::string module = fmt::format("base_model.model.model.layers.{}.{}", pair.layer,
                                             kModules[static_cast<int>(pair.target)]);
      tensors.push_back(tensor(module + ".lora_A.weight", {pair.rank, pair.shape.columns}, pair.a));
      tensors.push_back(tensor(module + ".lora_B.weight", {pair.shape.rows, pair.rank}, pair.b));
    }
    write(path / "adapter_model.safetensors", safetensors(tensors));
    write(path / "adapter_config.json", config_json(more_config));
  }

  /// As llama.cpp's convert_lora_to_gguf.py writes it, rows as they are.
  [[nodiscard]] GgufWriter gguf(std::string_view architecture) const {
    GgufWriter writer;
    writer.add("general.architecture", architecture);
    writer.add("general.type", "adapter");
    writer.add("adapter.type", "lora");
    writer.add("adapter.lora.alpha", static_cast<float>(shape.alpha));
    for (const RandomPair& pair : pairs) {
      const std::string name = fmt::format("blk.{}.{}", pair.layer, gguf_name(pair.target));
      writer.add_tensor(name + ".lora_a",
                        std::array<std::int64_t, 2>{pair.shape.columns, pair.rank}, shape.type,
                        pair.a);
      writer.add_tensor(name + ".lora_b", std::array<std::int64_t, 2>{pair.rank, pair.shape.rows},
                        shape.type, pair.b);
    }
    return writer;
  }

  /// The model with scale * B A added to its weights, rows as they are. Its matrices are F32.
  [[nodiscard]] std::vector<std::byte> merged(const GgufFile& model) const {
    GgufWriter writer;
    for (const GgufValue& value : model.values()) writer.add(value);
    for (const GgufTensor& tensor : model.tensors()) {
      INFERLAB_CHECK(tensor.type == TensorType::kF32);
      std::vector<float> values(tensor.data.size() / sizeof(float));
      std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
      for (const RandomPair& pair : pairs) {
        if (tensor.name == fmt::format("blk.{}.{}", pair.layer, gguf_name(pair.target))) {
          add_product(pair, values);
        }
      }
      writer.add_tensor(tensor.name, tensor.shape, TensorType::kF32, values);
    }
    return writer.bytes();
  }

 private:
  static const char* gguf_name(LoraTarget target) {
    static constexpr const char* kNames[] = {
        "attn_q.weight",   "attn_k.weight", "attn_v.weight",  "attn_output.weight",
        "ffn_gate.weight", "ffn_up.weight", "ffn_down.weight"};
    return kNames[static_cast<int>(target)];
  }

  static void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), std::ssize(bytes));
    INFERLAB_CHECK(file.good());
  }

  [[nodiscard]] TensorToWrite tensor(std::string name, std::vector<std::int64_t> dims,
                                     const std::vector<float>& values) const {
    std::vector<std::byte> bytes;
    encode_elements(shape.type, values, bytes);
    return {.name = std::move(name),
            .dtype = std::string(tensor_type_name(shape.type)),
            .shape = std::move(dims),
            .data = {reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
  }

  void add_product(const RandomPair& pair, std::vector<float>& weights) const {
    for (std::int64_t r = 0; r < pair.shape.rows; ++r) {
      for (std::int64_t c = 0; c < pair.shape.columns; ++c) {
        double sum = 0;
        for (std::int64_t k = 0; k < pair.rank; ++k) {
          sum += static_cast<double>(pair.b[static_cast<std::size_t>(r * pair.rank + k)]) *
                 static_cast<double>(pair.a[static_cast<std::size_t>(k * pair.shape.columns + c)]);
        }
        weights[static_cast<std::size_t>(r * pair.shape.columns + c)] +=
            static_cast<float>(scale() * sum);
      }
    }
  }
};

}  // namespace inferlab::test
