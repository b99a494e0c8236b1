#include "engine/huggingface/config_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/printable.h"

namespace inferlab::huggingface {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
constexpr std::int64_t kMaxCount = 1 << 24;  // as for GGUF files

enum class Window : std::uint8_t {
  kNone,
  kOfAll,     ///< "sliding_window" counts for all layers, 4096 where it is not there
  kSwitched,  ///< "use_sliding_window", for layers from "max_window_layers" on
};
enum class Bias : std::uint8_t { kNever, kAlways, kAsSaid };  ///< of queries, keys, values

/// A class of transformers, and its defaults where configurations leave a field out.
struct ClassRow {
  std::string_view name;
  std::string_view model_type;
  std::string_view architecture;  // GGUF's
  std::int64_t num_kv_heads;      // 0: as many as heads
  std::int64_t context_length;
  std::int64_t head_dim;  // 0: hidden_size / num_attention_heads
  Window window;
  Bias bias;
};
constexpr ClassRow kClasses[] = {
    {"LlamaForCausalLM", "llama", "llama", 0, 2048, 0, Window::kNone, Bias::kAsSaid},
    {"MistralForCausalLM", "mistral", "llama", 8, 131072, 0, Window::kOfAll, Bias::kNever},
    {"Qwen2ForCausalLM", "qwen2", "qwen2", 32, 32768, 0, Window::kSwitched, Bias::kAlways},
    {"Qwen3ForCausalLM", "qwen3", "qwen3", 32, 32768, 128, Window::kSwitched, Bias::kAsSaid},
    // The spelling of the first folders.
    {"LLaMAForCausalLM", "llama", "llama", 0, 2048, 0, Window::kNone, Bias::kAsSaid},
};
constexpr const char* kSupported =
    "supported are LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM and Qwen3ForCausalLM";

Result<const ClassRow*> class_of(const JsonObject& config) {
  INFERLAB_TRY(const std::vector<std::string> names, config.texts("architectures"));
  INFERLAB_TRY(const auto model_type, config.text("model_type"));
  if (names.empty() && !model_type) return config.invalid("architectures", "is missing");
  if (names.size() > 1) {
    return config.invalid("architectures", fmt::format("names {} classes", names.size()),
                          "keep the one that the weights are of");
  }
  const auto* row = names.empty() ? std::ranges::find(kClasses, *model_type, &ClassRow::model_type)
                                  : std::ranges::find(kClasses, names[0], &ClassRow::name);
  if (row == std::end(kClasses)) {
    return names.empty() ? config.invalid("model_type",
                                          printable(*model_type) + " is not supported", kSupported)
                         : config.invalid("architectures",
                                          printable(names[0]) + " is not supported", kSupported);
  }
  if (model_type && *model_type != row->model_type) {
    return config.invalid("model_type", fmt::format("is {}, and architectures name {}",
                                                    printable(*model_type), row->name));
  }
  return row;
}

Result<std::int64_t> count(const JsonObject& config, const char* field,
                           std::optional<std::int64_t> fallback = {}) {
  INFERLAB_TRY(const auto value, config.integer(field));
  if (!value && !fallback) return config.invalid(field, "is missing");
  const std::int64_t number = value.value_or(fallback.value_or(0));
  if (number < 1 || number > kMaxCount) {
    return config.invalid(field, fmt::format("is {}, need 1 to {}", number, kMaxCount));
  }
  return number;
}

Result<void> read_sizes(const JsonObject& config, const ClassRow& row, ModelConfig& to) {
  INFERLAB_TRY(to.vocab_size, count(config, "vocab_size"));
  INFERLAB_TRY(to.hidden_size, count(config, "hidden_size"));
  INFERLAB_TRY(to.ffn_size, count(config, "intermediate_size"));
  INFERLAB_TRY(to.num_layers, count(config, "num_hidden_layers"));
  INFERLAB_TRY(to.num_heads, count(config, "num_attention_heads"));
  INFERLAB_TRY(to.num_kv_heads, count(config, "num_key_value_heads",
                                      row.num_kv_heads == 0 ? to.num_heads : row.num_kv_heads));
  if (!config.has("head_dim") && row.head_dim == 0 && to.hidden_size % to.num_heads != 0) {
    return config.invalid(
        "num_attention_heads",
        fmt::format("{} heads do not divide the hidden_size of {}", to.num_heads, to.hidden_size));
  }
  INFERLAB_TRY(
      to.head_dim,
      count(config, "head_dim", row.head_dim == 0 ? to.hidden_size / to.num_heads : row.head_dim));
  INFERLAB_TRY(const auto eps, config.number("rms_norm_eps"));
  to.rms_norm_eps = eps.value_or(1e-6);
  if (!(to.rms_norm_eps > 0.0 && to.rms_norm_eps < 1.0)) {
    return config.invalid("rms_norm_eps", fmt::format("is {}", to.rms_norm_eps));
  }
  return {};
}

/// 0: every token sees all before it.
Result<std::int64_t> read_window(const JsonObject& config, const ClassRow& row,
                                 std::int64_t num_layers) {
  if (row.window == Window::kNone) return std::int64_t{0};
  const bool is_null = !config.has("sliding_window") && config.has_key("sliding_window");
  if (row.window == Window::kOfAll) {
    return is_null ? Result<std::int64_t>(std::int64_t{0}) : count(config, "sliding_window", 4096);
  }
  INFERLAB_TRY(const auto used, config.flag("use_sliding_window"));
  if (!used.value_or(false) || is_null) return std::int64_t{0};
  INFERLAB_TRY(const std::vector<std::string> kinds, config.texts("layer_types"));
  for (const std::string& kind : kinds) {
    if (kind != "full_attention" && kind != "sliding_attention") {
      return config.invalid("layer_types", printable(kind) + " is not supported");
    }
  }
  INFERLAB_TRY(const auto first, config.integer("max_window_layers"));
  const bool slides = kinds.empty() ? first.value_or(28) < num_layers
                                    : std::ranges::count(kinds, "sliding_attention") > 0;
  if (!slides) return std::int64_t{0};
  return count(config, "sliding_window", 4096);
}

Result<void> refuse_quantized(const JsonObject& config) {
  for (const char* field : {"quantization_config", "compression_config"}) {
    if (!config.has(field)) continue;
    INFERLAB_TRY(const auto how, config.object(field));
    INFERLAB_TRY(const auto method, how->text("quant_method"));
    return config.invalid(field,
                          fmt::format("weights quantised by {} are not supported",
                                      method ? printable(*method) : "a method without a name"),
                          "take the model's folder in BF16, or a GGUF file");
  }
  return {};
}

/// What the class reads and the engine has no way to compute.
Result<void> refuse_others(const JsonObject& config) {
  INFERLAB_TRY(const auto activation, config.text("hidden_act"));
  // "swish" is the same function.
  if (activation && *activation != "silu" && *activation != "swish") {
    return config.invalid("hidden_act", printable(*activation) + " is not supported",
                          "the engine knows silu");
  }
  INFERLAB_TRY(const auto mlp_bias, config.flag("mlp_bias"));
  if (mlp_bias.value_or(false)) {
    return config.invalid("mlp_bias", "biases of the MLP are not supported");
  }
  INFERLAB_TRY_VOID(refuse_quantized(config));
  INFERLAB_TRY(const auto own_code, config.object("auto_map"));
  if (own_code && own_code->has("AutoModelForCausalLM")) {
    return config.invalid("auto_map", "the model brings code of its own, which is not run",
                          kSupported);
  }
  return {};
}

Result<ModelConfig> read(const JsonObject& config) {
  INFERLAB_TRY(const ClassRow* row, class_of(config));
  INFERLAB_TRY_VOID(refuse_others(config));
  ModelConfig result;
  result.architecture = row->architecture;
  INFERLAB_TRY_VOID(read_sizes(config, *row, result));
  INFERLAB_TRY(const auto tied, config.flag("tie_word_embeddings"));
  result.tied_embeddings = tied.value_or(false);
  INFERLAB_TRY(const auto bias, config.flag("attention_bias"));
  result.has_attention_bias =
      row->bias == Bias::kAlways || (row->bias == Bias::kAsSaid && bias.value_or(false));
  INFERLAB_TRY(result.sliding_window, read_window(config, *row, result.num_layers));
  INFERLAB_TRY(const std::int64_t length,
               count(config, "max_position_embeddings", row->context_length));
  INFERLAB_TRY(result.rope, read_rope_parameters(config, length));
  if (result.rope.type == "llama3" && result.architecture != "llama") {
    // Nobody has made one, and a GGUF file could not say it.
    return config.invalid("rope_scaling",
                          fmt::format("llama3 is not supported with {}", row->name));
  }
  return result;
}

void add_rope(const RopeParameters& rope, std::string_view architecture, GgufWriter& writer) {
  const auto key = [architecture](std::string_view name) {
    return fmt::format("{}.rope.{}", architecture, name);
  };
  const auto add = [&](std::string_view name, double number) {
    writer.add(key(name), static_cast<float>(number));
  };
  add("freq_base", rope.theta);
  if (rope.type == "none") return;
  writer.add(key("scaling.type"), rope.type);
  add("scaling.factor", rope.factor);
  if (rope.type == "linear") return;
  writer.add(key("scaling.original_context_length"),
             static_cast<std::uint32_t>(rope.original_context_length));
  if (rope.type == "llama3") {
    add("scaling.low_freq_factor", rope.low_freq_factor);
    add("scaling.high_freq_factor", rope.high_freq_factor);
    return;
  }
  if (rope.extra_magnitude != 1.0) add("scaling.attn_factor", rope.extra_magnitude);
  if (rope.beta_fast != 32.0) add("scaling.yarn_beta_fast", rope.beta_fast);
  if (rope.beta_slow != 1.0) add("scaling.yarn_beta_slow", rope.beta_slow);
}

}  // namespace

Result<ModelConfig> ModelConfig::load(const std::string& path) {
  INFERLAB_TRY(const JsonObject config, JsonObject::read(path, kMaxBytes));
  return read(config);
}

Result<ModelConfig> ModelConfig::parse(std::string_view json, const std::string& name) {
  INFERLAB_TRY(const JsonObject config, JsonObject::parse(json, name, kMaxBytes));
  return read(config);
}

void ModelConfig::add_to(GgufWriter& writer) const {
  const std::array<std::pair<std::string_view, std::int64_t>, 10> counts = {{
      {"vocab_size", vocab_size},
      {"context_length", rope.context_length},
      {"embedding_length", hidden_size},
      {"feed_forward_length", ffn_size},
      {"block_count", num_layers},
      {"attention.head_count", num_heads},
      {"attention.head_count_kv", num_kv_heads},
      {"attention.key_length", head_dim},
      {"attention.value_length", head_dim},
      {"rope.dimension_count", head_dim},
  }};
  for (const auto& [name, number] : counts) {
    writer.add(fmt::format("{}.{}", architecture, name), static_cast<std::uint32_t>(number));
  }
  writer.add(fmt::format("{}.attention.layer_norm_rms_epsilon", architecture),
             static_cast<float>(rms_norm_eps));
  if (sliding_window > 0) {
    writer.add(fmt::format("{}.attention.sliding_window", architecture),
               static_cast<std::uint32_t>(sliding_window));
  }
  if (architecture == "llama") writer.add("inferlab.rope_pairs", "halves");
  add_rope(rope, architecture, writer);
}

}  // namespace inferlab::huggingface
