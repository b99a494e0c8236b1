#include "engine/model/encoder_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "engine/base/printable.h"

namespace inferlab {
namespace {

constexpr std::string_view kArchitecture = "bert";
// Far above any model there is; low enough that products of two of them stay in 64 bits.
constexpr std::int64_t kMaxCount = 1 << 24;

Error contradiction(const GgufFile& file, std::string_view where, std::string_view why) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", file.name(), where, why),
               "the file was converted wrongly or is damaged"};
}

std::string key(std::string_view name) {
  return fmt::format("{}.{}", kArchitecture, name);
}

Result<std::int32_t> count(const GgufFile& file, std::string_view name, std::int64_t most) {
  INFERLAB_TRY(const std::int64_t number, file.integer(key(name)));
  if (number < 1 || number > most) {
    return contradiction(file, key(name), fmt::format("is {}, need 1 to {}", number, most));
  }
  return static_cast<std::int32_t>(number);
}

/// Rows of a matrix of `columns` elements that need not be there.
Result<std::int32_t> rows_of(const GgufFile& file, std::string_view tensor_name,
                             std::int64_t columns) {
  const GgufTensor* tensor = file.find_tensor(tensor_name);
  if (tensor == nullptr) return 0;
  if (tensor->shape.size() > 2 || tensor->columns() != columns || tensor->rows() > kMaxCount) {
    return contradiction(file, tensor_name, fmt::format("has no rows of {} elements", columns));
  }
  return static_cast<std::int32_t>(tensor->rows());
}

Result<void> check_counts(const GgufFile& file, const EncoderConfig& config) {
  if (config.hidden_size % config.num_heads != 0) {
    return contradiction(file, key("attention.head_count"),
                         fmt::format("{} heads do not divide the embedding of {}", config.num_heads,
                                     config.hidden_size));
  }
  INFERLAB_TRY(const std::int64_t kv_heads,
               file.integer_or(key("attention.head_count_kv"), config.num_heads));
  if (kv_heads != config.num_heads) {
    return contradiction(file, key("attention.head_count_kv"),
                         fmt::format("is {} beside {} heads", kv_heads, config.num_heads));
  }
  if (config.vocab_size < 1) {
    return contradiction(file, "token_embd.weight", "is no matrix of tokens");
  }
  if (const GgufValue* tokens = file.find_value("tokenizer.ggml.tokens");
      tokens != nullptr && tokens->count != static_cast<std::uint64_t>(config.vocab_size)) {
    return contradiction(
        file, "tokenizer.ggml.tokens",
        fmt::format("has {} tokens, token_embd.weight {} rows", tokens->count, config.vocab_size));
  }
  constexpr const char* kTypeCount = "tokenizer.ggml.token_type_count";
  INFERLAB_TRY(const std::int64_t types, file.integer_or(kTypeCount, config.num_token_types));
  if (config.num_token_types > 0 && types != config.num_token_types) {
    return contradiction(
        file, kTypeCount,
        fmt::format("is {}, token_types.weight has {} rows", types, config.num_token_types));
  }
  return {};
}

std::string name_of(const GgufFile& file) {
  const auto name = file.text("general.name");
  if (name.has_value() && !name->empty()) return printable(*name);
  std::string_view path = file.name();
  path.remove_prefix(std::min(path.size(), path.rfind('/') + 1));
  if (path.ends_with(".gguf")) path.remove_suffix(5);
  return std::string(path);
}

}  // namespace

bool EncoderConfig::is_for(const GgufFile& file) {
  const auto architecture = file.text("general.architecture");
  return architecture.has_value() && *architecture == kArchitecture;
}

Result<EncoderConfig> EncoderConfig::load(const GgufFile& file) {
  if (!is_for(file)) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: general.architecture: is no encoder's", file.name()),
                 "use a model of the architecture bert"};
  }
  EncoderConfig config{};
  config.name = name_of(file);
  INFERLAB_TRY(config.max_model_len, count(file, "context_length", kMaxCount));
  INFERLAB_TRY(config.hidden_size, count(file, "embedding_length", 1 << 17));
  INFERLAB_TRY(config.ffn_size, count(file, "feed_forward_length", 1 << 20));
  INFERLAB_TRY(config.num_layers, count(file, "block_count", 1024));
  INFERLAB_TRY(config.num_heads, count(file, "attention.head_count", 1 << 12));
  INFERLAB_TRY(config.vocab_size, rows_of(file, "token_embd.weight", config.hidden_size));
  INFERLAB_TRY(config.num_token_types, rows_of(file, "token_types.weight", config.hidden_size));
  INFERLAB_TRY_VOID(check_counts(file, config));
  INFERLAB_TRY(const bool causal, file.flag_or(key("attention.causal"), false));
  if (causal) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: {}: is true: an encoder's tokens see each other", file.name(),
                             key("attention.causal"))};
  }
  INFERLAB_TRY(const double eps, file.number(key("attention.layer_norm_epsilon")));
  if (!(eps > 0.0 && eps < 1.0)) {
    return contradiction(file, key("attention.layer_norm_epsilon"), fmt::format("is {}", eps));
  }
  config.layer_norm_eps = static_cast<float>(eps);
  INFERLAB_TRY(config.pooling_type, read_pooling_type(file, kArchitecture));
  return config;
}

LlamaConfig EncoderConfig::as_model_config() const {
  LlamaConfig config{};
  config.name = name;
  config.architecture = kArchitecture;
  config.vocab_size = vocab_size;
  config.max_model_len = max_model_len;
  config.context_length = max_model_len;
  config.hidden_size = hidden_size;
  config.ffn_size = ffn_size;
  config.num_layers = num_layers;
  config.num_heads = num_heads;
  return config;
}

}  // namespace inferlab
