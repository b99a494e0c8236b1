#include "engine/huggingface/adapter_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/base/printable.h"
#include "engine/huggingface/json_object.h"

namespace inferlab::huggingface {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
constexpr double kMostRank = 4096;  // far above any adapter's, and products of it stay small
constexpr double kMostAlpha = 1e6;

struct RefusedField {
  const char* name;
  const char* why;
};
constexpr RefusedField kRefused[] = {
    {"modules_to_save", "layers that are saved whole are not supported"},
    {"use_dora", "weight-decomposed adapters (DoRA) are not supported"},
    {"lora_bias", "biases of an adapter are not supported"},
    {"fan_in_fan_out",
     "transposed weights are not supported: no model of the Llama family has "
     "them"},
    {"layer_replication", "layers that stand for several are not supported"},
    {"alora_invocation_tokens", "adapters that begin within a prompt (aLoRA) are not supported"},
    {"trainable_token_indices", "trained embeddings are not supported"},
    {"target_parameters", "adapters of parameters that are no linear layers are not supported"},
    {"use_qalora", "quantised adapters (QALoRA) are not supported"},
};
/// Beginnings of a training that change the base weights: the adapter fits no other ones. PEFT
/// writes `true` once such an adapter was converted (save_pretrained's
/// path_initial_model_for_weight_conversion).
constexpr std::string_view kChangedBase[] = {"pissa", "olora", "corda", "loftq"};

/// Whether the field is there and says more than "no" or "none".
bool is_set(const JsonObject& json, const char* field) {
  if (!json.has(field)) return false;
  if (const auto flag = json.flag(field)) return flag->value_or(false);
  if (const auto object = json.object(field)) return !(*object)->fields().empty();
  if (const auto texts = json.texts(field)) return !texts->empty();
  return true;
}

/// Letters, digits, "_" and ".": what names of modules are made of.
bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  });
}

bool names(std::string_view pattern, std::string_view module) {
  if (!module.ends_with(pattern)) return false;
  return module.size() == pattern.size() || module[module.size() - pattern.size() - 1] == '.';
}

/// The number that goes for the module: the first pattern that names it, else `otherwise`.
double number_for(const std::vector<std::pair<std::string, double>>& pattern,
                  std::string_view module, double otherwise) {
  const auto found =
      std::ranges::find_if(pattern, [&](const auto& each) { return names(each.first, module); });
  return found == pattern.end() ? otherwise : found->second;
}

Result<double> number_in(const JsonObject& json, const char* field, double least, double most) {
  INFERLAB_TRY(const std::optional<double> value, json.number(field));
  if (!value) return json.invalid(printable(field), "is missing");
  if (*value >= least && *value <= most) return *value;
  return json.invalid(printable(field),
                      fmt::format("is {}, must be {} to {}", *value, least, most));
}

Result<double> rank_in(const JsonObject& json, const char* field) {
  INFERLAB_TRY(const double rank, number_in(json, field, 1, kMostRank));
  if (rank == std::floor(rank)) return rank;
  return json.invalid(printable(field), fmt::format("is {}, must be a whole number", rank));
}

Result<std::vector<std::pair<std::string, double>>> read_pattern(
    const JsonObject& json, const char* field,
    Result<double> (*read)(const JsonObject&, const char*)) {
  std::vector<std::pair<std::string, double>> pattern;
  INFERLAB_TRY(const std::optional<JsonObject> object, json.object(field));
  if (!object) return pattern;
  for (const std::string& name : object->fields()) {
    if (!is_name(name)) {
      return object->invalid(printable(name),
                             "is no name of a module: regular expressions are not supported");
    }
    INFERLAB_TRY(const double value, read(*object, name.c_str()));
    pattern.emplace_back(name, value);
  }
  return pattern;
}

Result<double> alpha_in(const JsonObject& json, const char* field) {
  return number_in(json, field, -kMostAlpha, kMostAlpha);
}

Result<void> check_supported(const JsonObject& json) {
  INFERLAB_TRY(const std::optional<std::string> type, json.text("peft_type"));
  if (type && *type != "LORA") {
    return json.invalid("peft_type", fmt::format("{} is not supported", printable(*type)),
                        "the engine knows LORA");
  }
  INFERLAB_TRY(const std::optional<std::string> bias, json.text("bias"));
  if (bias && *bias != "none") {
    return json.invalid(
        "bias", fmt::format("{} is not supported: biases are the base model's", printable(*bias)));
  }
  for (const RefusedField& field : kRefused) {
    if (is_set(json, field.name)) return json.invalid(field.name, field.why);
  }
  // true, false, or the name of a way.
  if (const auto way = json.text("init_lora_weights"); way && *way) {
    for (const std::string_view changed : kChangedBase) {
      if (!(*way)->starts_with(changed)) continue;
      return json.invalid("init_lora_weights",
                          fmt::format("{} has changed the base model's weights", printable(**way)),
                          "convert it with PEFT to an adapter of the original weights");
    }
  }
  return {};
}

}  // namespace

Result<AdapterConfig> AdapterConfig::load(const std::string& path) {
  INFERLAB_TRY(const JsonObject json, JsonObject::read(path, kMaxBytes));
  AdapterConfig config;
  INFERLAB_TRY_VOID(config.read(json));
  return config;
}

Result<AdapterConfig> AdapterConfig::parse(std::string_view text, const std::string& name) {
  INFERLAB_TRY(const JsonObject json, JsonObject::parse(text, name, kMaxBytes));
  AdapterConfig config;
  INFERLAB_TRY_VOID(config.read(json));
  return config;
}

Result<void> AdapterConfig::read(const JsonObject& json) {
  INFERLAB_TRY_VOID(check_supported(json));
  INFERLAB_TRY(const double rank, rank_in(json, "r"));
  rank_ = static_cast<std::int64_t>(rank);
  INFERLAB_TRY(alpha_, alpha_in(json, "lora_alpha"));
  INFERLAB_TRY(const std::optional<bool> rslora, json.flag("use_rslora"));
  use_rslora_ = rslora.value_or(false);
  INFERLAB_TRY(ranks_, read_pattern(json, "rank_pattern", rank_in));
  INFERLAB_TRY(alphas_, read_pattern(json, "alpha_pattern", alpha_in));
  return read_targets(json);
}

Result<void> AdapterConfig::read_targets(const JsonObject& json) {
  if (!json.has("target_modules")) return json.invalid("target_modules", "is missing");
  // "all-linear" or a regular expression, which the names of the matrices make superfluous.
  if (json.text("target_modules")) return {};
  auto list = json.texts("target_modules");
  if (!list) {
    return json.invalid("target_modules", "is neither a string nor an array of strings");
  }
  target_modules_ = std::move(*list);
  return {};
}

std::int64_t AdapterConfig::rank_of(std::string_view module) const {
  return static_cast<std::int64_t>(number_for(ranks_, module, static_cast<double>(rank_)));
}

double AdapterConfig::scale_of(std::string_view module) const {
  const auto rank = static_cast<double>(rank_of(module));
  return number_for(alphas_, module, alpha_) / (use_rslora_ ? std::sqrt(rank) : rank);
}

bool AdapterConfig::targets(std::string_view module) const {
  return !target_modules_ || std::ranges::any_of(*target_modules_, [&](const std::string& name) {
    return names(name, module);
  });
}

}  // namespace inferlab::huggingface
