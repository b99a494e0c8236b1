#include "engine/model/llama_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "engine/base/printable.h"
#include "engine/model/config_reader.h"

namespace inferlab {
namespace {

constexpr std::int64_t kMaxLayers = 1024;

/// An architecture that the forward pass knows.
struct ArchitectureRow {
  std::string_view name;
  RopePairs rope_pairs;
  bool needs_qkv_bias;
  bool has_qk_norm;
};
constexpr ArchitectureRow kArchitectures[] = {
    {"llama", RopePairs::kAdjacent, false, false},
    {"qwen2", RopePairs::kHalves, true, false},
    {"qwen3", RopePairs::kHalves, false, true},
};

/// The embedding decides: the vocabulary's list may be absent in a file without tokenizer.
Result<std::int32_t> vocab_size_of(const GgufFile& file, const ConfigReader& reader) {
  INFERLAB_TRY(const GgufTensor* embedding, file.tensor("token_embd.weight"));
  if (embedding->shape.size() != 2 || embedding->shape[1] > ConfigReader::kMaxCount) {
    return reader.contradiction("token_embd.weight", "is no matrix of tokens");
  }
  const std::int64_t rows = embedding->shape[1];
  INFERLAB_TRY(const std::int64_t declared, file.integer_or(reader.key("vocab_size"), rows));
  if (declared != rows) {
    return reader.contradiction(
        reader.key("vocab_size"),
        fmt::format("is {}, token_embd.weight has {} rows", declared, rows));
  }
  if (const GgufValue* tokens = file.find_value("tokenizer.ggml.tokens");
      tokens != nullptr && tokens->count != static_cast<std::uint64_t>(rows)) {
    return reader.contradiction(
        "tokenizer.ggml.tokens",
        fmt::format("has {} tokens, token_embd.weight {} rows", tokens->count, rows));
  }
  return static_cast<std::int32_t>(rows);
}

/// The architecture's own, or what the file says of itself.
Result<RopePairs> read_rope_pairs(const ConfigReader& reader, RopePairs own) {
  const GgufFile& file = reader.file();
  INFERLAB_TRY(const std::string_view pairs, file.text_or(kRopePairsKey, ""));
  if (pairs == "halves") return RopePairs::kHalves;
  if (pairs == "adjacent") return RopePairs::kAdjacent;
  if (!file.has(kRopePairsKey)) return own;
  return reader.contradiction(kRopePairsKey, fmt::format("is {}", printable(pairs)));
}

/// 0: none. A window as long as the context changes nothing.
Result<std::int32_t> read_sliding_window(const ConfigReader& reader) {
  const std::string key = reader.key("attention.sliding_window");
  INFERLAB_TRY(const std::int64_t window, reader.file().integer_or(key, 0));
  if (window < 0 || window > ConfigReader::kMaxCount) {
    return reader.contradiction(key, fmt::format("is {}", window));
  }
  return static_cast<std::int32_t>(window);
}

}  // namespace

std::optional<RopePairs> rope_pairs_of(std::string_view architecture) {
  const auto* row = std::ranges::find(kArchitectures, architecture, &ArchitectureRow::name);
  return row == std::end(kArchitectures) ? std::nullopt : std::optional(row->rope_pairs);
}

Result<LlamaConfig> LlamaConfig::load(const GgufFile& file) {
  INFERLAB_TRY(const std::string_view name, file.text("general.architecture"));
  const auto* architecture = std::ranges::find(kArchitectures, name, &ArchitectureRow::name);
  if (architecture == std::end(kArchitectures)) {
    return Error{
        ErrorKind::kInvalid,
        fmt::format("{}: general.architecture: {} is not supported", file.name(), printable(name)),
        "supported are llama (Llama, Mistral, SmolLM, TinyLlama), qwen2, qwen3 and bert"};
  }
  const ConfigReader reader(file, architecture->name);
  LlamaConfig config{};
  config.architecture = architecture->name;
  INFERLAB_TRY(config.rope_pairs, read_rope_pairs(reader, architecture->rope_pairs));
  config.has_qk_norm = architecture->has_qk_norm;
  config.has_qkv_bias =
      architecture->needs_qkv_bias || file.find_tensor("blk.0.attn_q.bias") != nullptr;
  config.name = model_name(file);
  INFERLAB_TRY(config.vocab_size, vocab_size_of(file, reader));
  INFERLAB_TRY(config.context_length, reader.count("context_length"));
  INFERLAB_TRY(config.sliding_window, read_sliding_window(reader));
  config.max_model_len = config.sliding_window == 0
                             ? config.context_length
                             : std::min(config.context_length, config.sliding_window);
  INFERLAB_TRY(config.hidden_size, reader.count("embedding_length", 1 << 17));
  INFERLAB_TRY(config.ffn_size, reader.count("feed_forward_length", 1 << 20));
  INFERLAB_TRY(config.num_layers, reader.count("block_count", kMaxLayers));
  INFERLAB_TRY(config.num_heads, reader.count("attention.head_count", 1 << 12));
  INFERLAB_TRY(config.num_kv_heads, reader.count_or("attention.head_count_kv", config.num_heads));
  if (config.num_heads % config.num_kv_heads != 0) {
    return reader.contradiction(
        reader.key("attention.head_count_kv"),
        fmt::format("{} does not divide the {} heads", config.num_kv_heads, config.num_heads));
  }
  if (!reader.has("attention.key_length") && config.hidden_size % config.num_heads != 0) {
    return reader.contradiction(reader.key("attention.head_count"),
                                fmt::format("{} heads do not divide the embedding of {}",
                                            config.num_heads, config.hidden_size));
  }
  INFERLAB_TRY(config.head_dim,
               reader.count_or("attention.key_length", config.hidden_size / config.num_heads));
  INFERLAB_TRY(const std::int32_t value_dim,
               reader.count_or("attention.value_length", config.head_dim));
  if (value_dim != config.head_dim || config.head_dim > 1 << 12) {
    return reader.contradiction(
        reader.key("attention.value_length"),
        fmt::format("keys have {} and values {} elements", config.head_dim, value_dim));
  }
  INFERLAB_TRY(config.rope_dim, reader.count_or("rope.dimension_count", config.head_dim));
  if (config.rope_dim > config.head_dim || config.rope_dim % 2 != 0) {
    return reader.contradiction(
        reader.key("rope.dimension_count"),
        fmt::format("is {}, need an even number up to {}", config.rope_dim, config.head_dim));
  }
  INFERLAB_TRY(const double freq_base, file.number_or(reader.key("rope.freq_base"), 10000.0));
  if (!(freq_base >= 1.0 && freq_base <= 1e12)) {
    return reader.contradiction(reader.key("rope.freq_base"), fmt::format("is {}", freq_base));
  }
  INFERLAB_TRY(config.rope_scaling,
               read_rope_scaling(file, architecture->name, config.context_length));
  INFERLAB_TRY(const double eps, file.number(reader.key("attention.layer_norm_rms_epsilon")));
  if (!(eps > 0.0 && eps < 1.0)) {
    return reader.contradiction(reader.key("attention.layer_norm_rms_epsilon"),
                                fmt::format("is {}", eps));
  }
  config.rope_freq_base = static_cast<float>(freq_base);
  config.rms_norm_eps = static_cast<float>(eps);
  return config;
}

}  // namespace inferlab
