#include "engine/model/encoder_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "engine/model/config_reader.h"

namespace inferlab {
namespace {

constexpr std::string_view kArchitecture = "bert";

/// Rows of a matrix of `columns` elements that need not be there.
Result<std::int32_t> rows_of(const ConfigReader& reader, std::string_view tensor_name,
                             std::int64_t columns) {
  const GgufTensor* tensor = reader.file().find_tensor(tensor_name);
  if (tensor == nullptr) return 0;
  if (tensor->shape.size() > 2 || tensor->columns() != columns ||
      tensor->rows() > ConfigReader::kMaxCount) {
    return reader.contradiction(tensor_name, fmt::format("has no rows of {} elements", columns));
  }
  return static_cast<std::int32_t>(tensor->rows());
}

Result<void> check_counts(const ConfigReader& reader, const EncoderConfig& config) {
  const GgufFile& file = reader.file();
  if (config.hidden_size % config.num_heads != 0) {
    return reader.contradiction(reader.key("attention.head_count"),
                                fmt::format("{} heads do not divide the embedding of {}",
                                            config.num_heads, config.hidden_size));
  }
  INFERLAB_TRY(const std::int64_t kv_heads,
               file.integer_or(reader.key("attention.head_count_kv"), config.num_heads));
  if (kv_heads != config.num_heads) {
    return reader.contradiction(reader.key("attention.head_count_kv"),
                                fmt::format("is {} beside {} heads", kv_heads, config.num_heads));
  }
  if (config.vocab_size < 1) {
    return reader.contradiction("token_embd.weight", "is no matrix of tokens");
  }
  if (const GgufValue* tokens = file.find_value("tokenizer.ggml.tokens");
      tokens != nullptr && tokens->count != static_cast<std::uint64_t>(config.vocab_size)) {
    return reader.contradiction(
        "tokenizer.ggml.tokens",
        fmt::format("has {} tokens, token_embd.weight {} rows", tokens->count, config.vocab_size));
  }
  constexpr const char* kTypeCount = "tokenizer.ggml.token_type_count";
  INFERLAB_TRY(const std::int64_t types, file.integer_or(kTypeCount, config.num_token_types));
  if (config.num_token_types > 0 && types != config.num_token_types) {
    return reader.contradiction(kTypeCount, fmt::format("is {}, token_types.weight has {} rows",
                                                        types, config.num_token_types));
  }
  return {};
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
  const ConfigReader reader(file, kArchitecture);
  EncoderConfig config{};
  config.name = model_name(file);
  INFERLAB_TRY(config.max_model_len, reader.count("context_length"));
  INFERLAB_TRY(config.hidden_size, reader.count("embedding_length", 1 << 17));
  INFERLAB_TRY(config.ffn_size, reader.count("feed_forward_length", 1 << 20));
  INFERLAB_TRY(config.num_layers, reader.count("block_count", 1024));
  INFERLAB_TRY(config.num_heads, reader.count("attention.head_count", 1 << 12));
  INFERLAB_TRY(config.vocab_size, rows_of(reader, "token_embd.weight", config.hidden_size));
  INFERLAB_TRY(config.num_token_types, rows_of(reader, "token_types.weight", config.hidden_size));
  INFERLAB_TRY_VOID(check_counts(reader, config));
  INFERLAB_TRY(const bool causal, file.flag_or(reader.key("attention.causal"), false));
  if (causal) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: {}: is true: an encoder's tokens see each other", file.name(),
                             reader.key("attention.causal"))};
  }
  INFERLAB_TRY(const double eps, file.number(reader.key("attention.layer_norm_epsilon")));
  if (!(eps > 0.0 && eps < 1.0)) {
    return reader.contradiction(reader.key("attention.layer_norm_epsilon"),
                                fmt::format("is {}", eps));
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
