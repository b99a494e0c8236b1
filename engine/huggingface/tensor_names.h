#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferlab::huggingface {

/// A tensor of a folder, in GGUF's terms.
struct TensorPlace {
  std::string gguf_name;   ///< "blk.3.attn_q.weight"
  std::int64_t order;      ///< where it stands in a GGUF file, from front to back
  bool is_attention_bias;  ///< of queries, keys or values
  bool is_output;          ///< the output matrix, which a tied model does not have
};

/// nullopt for a name that no tensor of the Llama family has.
/// Source: transformers, modeling_llama.py, modeling_qwen3.py (names); llama.cpp,
/// gguf-py/gguf/tensor_mapping.py (what they become).
std::optional<TensorPlace> tensor_place(std::string_view name);

/// A buffer that old folders hold and that transformers computes anew: "rotary_emb.inv_freq".
bool is_unused_buffer(std::string_view name);

}  // namespace inferlab::huggingface
