#include "engine/huggingface/tensor_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace inferlab::huggingface {
namespace {

constexpr std::int64_t kMaxLayers = 1024;  // as for GGUF files

struct NameRow {
  std::string_view folder;  // behind "model.layers.N."
  std::string_view gguf;    // behind "blk.N."
};
// In the order of a GGUF file.
constexpr NameRow kLayer[] = {
    {"input_layernorm.weight", "attn_norm.weight"},
    {"self_attn.q_proj.weight", "attn_q.weight"},
    {"self_attn.k_proj.weight", "attn_k.weight"},
    {"self_attn.v_proj.weight", "attn_v.weight"},
    {"self_attn.q_proj.bias", "attn_q.bias"},
    {"self_attn.k_proj.bias", "attn_k.bias"},
    {"self_attn.v_proj.bias", "attn_v.bias"},
    {"self_attn.q_norm.weight", "attn_q_norm.weight"},
    {"self_attn.k_norm.weight", "attn_k_norm.weight"},
    {"self_attn.o_proj.weight", "attn_output.weight"},
    {"post_attention_layernorm.weight", "ffn_norm.weight"},
    {"mlp.gate_proj.weight", "ffn_gate.weight"},
    {"mlp.up_proj.weight", "ffn_up.weight"},
    {"mlp.down_proj.weight", "ffn_down.weight"},
};

constexpr std::string_view kLayers = "model.layers.";

/// Takes "model.layers.N." off; nullopt when the name does not begin so.
std::optional<std::int64_t> take_layer(std::string_view& name) {
  if (!name.starts_with(kLayers)) return std::nullopt;
  std::string_view rest = name.substr(kLayers.size());
  std::int64_t layer = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), layer);
  const auto digits = static_cast<std::size_t>(end - rest.data());
  // "-0" and "007" would name a layer a second time.
  if (error != std::errc() || layer < 0 || layer >= kMaxLayers ||
      rest.substr(0, digits) != fmt::format("{}", layer)) {
    return std::nullopt;
  }
  rest.remove_prefix(digits);
  if (!rest.starts_with('.')) return std::nullopt;
  name = rest.substr(1);
  return layer;
}

}  // namespace

std::optional<TensorPlace> tensor_place(std::string_view name) {
  constexpr std::int64_t kLast = (kMaxLayers + 1) * std::ssize(kLayer);
  const auto outer = [](const char* gguf_name, std::int64_t order, bool is_output) {
    return TensorPlace{
        .gguf_name = gguf_name, .order = order, .is_attention_bias = false, .is_output = is_output};
  };
  if (name == "model.embed_tokens.weight") return outer("token_embd.weight", -1, false);
  if (name == "model.norm.weight") return outer("output_norm.weight", kLast, false);
  if (name == "lm_head.weight") return outer("output.weight", kLast + 1, true);
  const std::optional<std::int64_t> layer = take_layer(name);
  if (!layer) return std::nullopt;
  const auto* row = std::ranges::find(kLayer, name, &NameRow::folder);
  if (row == std::end(kLayer)) return std::nullopt;
  return TensorPlace{.gguf_name = fmt::format("blk.{}.{}", *layer, row->gguf),
                     .order = *layer * std::ssize(kLayer) + (row - std::begin(kLayer)),
                     .is_attention_bias = row->folder.ends_with("_proj.bias"),
                     .is_output = false};
}

bool is_unused_buffer(std::string_view name) {
  return name.ends_with(".rotary_emb.inv_freq");
}

}  // namespace inferlab::huggingface
