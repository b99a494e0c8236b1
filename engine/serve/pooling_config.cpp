#include "engine/serve/pooling_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>

namespace inferlab {
namespace {

using Json = nlohmann::json;

Error bad(std::string_view option, const std::string& why) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", option, why)};
}

Result<void> check_word(std::string_view option, const std::string& value,
                        std::initializer_list<std::string_view> words) {
  if (std::ranges::find(words, value) != words.end()) return {};
  return Error{ErrorKind::kInvalid, fmt::format("{}: is {}", option, value),
               fmt::format("give one of: {}", fmt::join(words, ", "))};
}

/// An option's JSON object; empty text: an empty one.
Result<Json> read_object(std::string_view option, const std::string& text) {
  if (text.empty()) return Json::object();
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return bad(option, "is no JSON object");
  return json;
}

Result<std::int32_t> positive(std::string_view option, const std::string& key, const Json& value) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (!value.is_number_integer() || value < 1 || value > kMost) {
    return bad(option, key + ": must be a positive integer");
  }
  return value.get<std::int32_t>();
}

Result<PoolingType> read_type(std::string_view option, const Json& value) {
  for (const PoolingType type : {PoolingType::kCls, PoolingType::kMean, PoolingType::kLast}) {
    if (value == std::string(to_string(type))) return type;
  }
  return Error{ErrorKind::kInvalid, fmt::format("{}: pooling_type: is not supported", option),
               "give CLS, LAST or MEAN"};
}

/// PoolerConfig. `normalize` is the name that releases before use_activation have for embeddings.
Result<void> read_pooler_config(const std::string& text, PoolingConfig& config) {
  constexpr std::string_view kOption = "--pooler-config";
  INFERLAB_TRY(const Json json, read_object(kOption, text));
  for (const auto& [key, value] : json.items()) {
    if (value.is_null()) continue;
    if (key == "pooling_type" || key == "seq_pooling_type") {
      INFERLAB_TRY(config.type, read_type(kOption, value));
    } else if (key == "normalize" || key == "use_activation") {
      if (!value.is_boolean()) return bad(kOption, key + ": must be true or false");
      config.normalize = value.get<bool>();
    } else if (key == "dimensions") {
      INFERLAB_TRY(config.dimensions, positive(kOption, key, value));
    } else if (key == "max_embed_len") {
      INFERLAB_TRY(config.max_embed_len, positive(kOption, key, value));
    } else if (key != "enable_chunked_processing" || value != false) {
      return bad(kOption, key + ": is not supported");
    }
  }
  return {};
}

/// Of a model's config.json that is not there, what embeddings need to know.
Result<void> read_overrides(const std::string& text, PoolingConfig& config) {
  constexpr std::string_view kOption = "--hf-overrides";
  INFERLAB_TRY(const Json json, read_object(kOption, text));
  for (const auto& [key, value] : json.items()) {
    if (key == "is_matryoshka") {
      if (!value.is_boolean()) return bad(kOption, key + ": must be true or false");
      config.is_matryoshka = value.get<bool>();
    } else if (key == "matryoshka_dimensions") {
      if (!value.is_array() || value.empty()) return bad(kOption, key + ": must be a list");
      for (const Json& element : value) {
        INFERLAB_TRY(const std::int32_t dimension, positive(kOption, key, element));
        config.matryoshka_dimensions.push_back(dimension);
      }
      config.is_matryoshka = true;
    } else {
      return bad(kOption, key + ": is not supported");
    }
  }
  return {};
}

enum class Runner : std::uint8_t { kAuto, kGenerate, kPooling };

/// What the three options say together; --task is what releases before --runner have.
Result<Runner> asked_runner(const ServeOptions& options) {
  INFERLAB_TRY_VOID(check_word("--runner", options.runner, {"auto", "generate", "pooling"}));
  INFERLAB_TRY_VOID(check_word("--convert", options.convert, {"auto", "none", "embed"}));
  INFERLAB_TRY_VOID(check_word("--task", options.task, {"auto", "generate", "embed", "embedding"}));
  const bool pools = options.runner == "pooling" || options.convert == "embed" ||
                     options.task == "embed" || options.task == "embedding";
  const bool generates = options.runner == "generate" || options.task == "generate";
  if (pools && generates) {
    return bad("--runner", "contradicts --convert or --task: one asks for pooling, one not");
  }
  if (pools) return Runner::kPooling;
  return generates ? Runner::kGenerate : Runner::kAuto;
}

}  // namespace

Result<std::optional<PoolingConfig>> pooling_config(const ServeOptions& options,
                                                    const Model& model) {
  INFERLAB_TRY(Runner runner, asked_runner(options));
  INFERLAB_TRY(const std::optional<PoolingType> named,
               read_pooling_type(model.file, model.config().architecture));
  const bool is_encoder = model.encoder.has_value();
  if (is_encoder && runner == Runner::kGenerate) {
    return Error{ErrorKind::kInvalid, "This model does not support `--runner generate`.",
                 "an encoder gives embeddings: leave --runner out"};
  }
  if (runner == Runner::kAuto) {
    runner = is_encoder || named ? Runner::kPooling : Runner::kGenerate;
  }
  if (runner == Runner::kGenerate) return std::optional<PoolingConfig>();
  PoolingConfig config;
  config.type = named.value_or(is_encoder ? PoolingType::kCls : PoolingType::kLast);
  INFERLAB_TRY_VOID(read_pooler_config(options.pooler_config, config));
  INFERLAB_TRY_VOID(read_overrides(options.hf_overrides, config));
  const std::int32_t width = model.config().hidden_size;
  INFERLAB_TRY_VOID(check_dimensions({.dimensions = config.dimensions, .normalize = {}}, config,
                                     width, model.config().name));
  return std::optional(std::move(config));
}

Result<void> check_dimensions(const PoolingParams& params, const PoolingConfig& config,
                              std::int32_t hidden_size, std::string_view model_name) {
  if (!params.dimensions) return {};
  const std::int32_t dimensions = *params.dimensions;
  const auto& allowed = config.matryoshka_dimensions;
  if (!config.is_matryoshka) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("Model \"{}\" does not support matryoshka representation, changing "
                             "output dimensions will lead to poor results.",
                             model_name)};
  }
  if (!allowed.empty() && std::ranges::find(allowed, dimensions) == allowed.end()) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("Model \"{}\" only supports [{}] matryoshka dimensions, use other "
                             "output dimensions will lead to poor results.",
                             model_name, fmt::join(allowed, ", "))};
  }
  if (dimensions < 1) return Error{ErrorKind::kInvalid, "Dimensions must be greater than 0"};
  if (dimensions > hidden_size) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("dimensions: is {}: embeddings of the model \"{}\" have {}",
                             dimensions, model_name, hidden_size)};
  }
  return {};
}

}  // namespace inferlab
