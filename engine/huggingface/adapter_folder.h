#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/formats/tensor_type.h"
#include "engine/huggingface/adapter_config.h"
#include "engine/huggingface/safetensors.h"

namespace inferlab::huggingface {

/// One of the two matrices that an adapter has for a linear layer: A, [rank, inputs], or B,
/// [outputs, rank].
struct AdapterMatrix {
  std::string module;     ///< "model.layers.3.self_attn.q_proj"
  std::string gguf_name;  ///< of the layer's weights: "blk.3.attn_q.weight"
  bool is_b = false;
  TensorType type = TensorType::kF32;
  const SafetensorsTensor* tensor = nullptr;  ///< of AdapterFolder::weights; two dimensions
};

/// A LoRA adapter as PEFT saves it: adapter_config.json and adapter_model.safetensors. Every matrix
/// belongs to a linear layer of the Llama family, has a type that the engine computes with and the
/// rank that the configuration gives it. Errors name the file, and the field or tensor.
struct AdapterFolder {
  AdapterConfig config;
  SafetensorsFile weights;
  std::vector<AdapterMatrix> matrices;  ///< in the order of their names

  /// kNotFound when there is no such folder or a file is not in it. Weights in Python's pickle
  /// format are refused, because reading them can run code.
  static Result<AdapterFolder> open(const std::string& path);
  /// Of the two files.
  static Result<AdapterFolder> from(AdapterConfig config, SafetensorsFile weights);
};

}  // namespace inferlab::huggingface
