#include "engine/huggingface/rope_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/printable.h"

namespace inferlab::huggingface {
namespace {

constexpr double kMostFactor = 1e6;  // as for GGUF files: engine/model/rope_scaling.h

/// Fields that have a meaning for each type.
constexpr std::string_view kPlain[] = {"factor", "original_max_position_embeddings"};
constexpr std::string_view kYarn[] = {"factor",           "original_max_position_embeddings",
                                      "attention_factor", "beta_fast",
                                      "beta_slow",        "mscale",
                                      "mscale_all_dim",   "truncate",
                                      "finetuned"};
constexpr std::string_view kLlama3[] = {"factor", "original_max_position_embeddings",
                                        "low_freq_factor", "high_freq_factor"};
struct TypeRow {
  std::string_view name;
  std::span<const std::string_view> fields;
};
constexpr TypeRow kTypes[] = {{"default", kPlain},
                              {"linear", kPlain},
                              {"dynamic", kPlain},
                              {"yarn", kYarn},
                              {"llama3", kLlama3}};

/// And for all of them.
constexpr std::string_view kOfAll[] = {"type", "rope_type", "rope_theta", "partial_rotary_factor"};

Result<std::string> type_of(const JsonObject& rope) {
  INFERLAB_TRY(const auto type, rope.text("rope_type"));
  INFERLAB_TRY(const auto older, rope.text("type"));
  const std::string name = type.value_or(older.value_or("default"));
  const auto* row = std::ranges::find(kTypes, name, &TypeRow::name);
  if (row == std::end(kTypes)) {
    return rope.invalid(type ? "rope_type" : "type",
                        fmt::format("{} is not supported", printable(name)),
                        "the engine knows default, linear, dynamic, yarn and llama3");
  }
  if (!type && !older && rope.has("factor")) {
    return rope.invalid("rope_type", "is missing, and there is a factor");
  }
  for (const std::string& field : rope.fields()) {
    if (std::ranges::count(row->fields, field) != 0) continue;
    if (std::ranges::count(kOfAll, field) != 0) continue;
    return rope.invalid(printable(field), fmt::format("is not supported with {}", name),
                        "it may change what the model says");
  }
  return name;
}

Result<double> number_from(const JsonObject& object, const char* field,
                           std::optional<double> fallback, double least, double most) {
  INFERLAB_TRY(const auto value, object.number(field));
  if (!value && !fallback) return object.invalid(field, "is missing");
  const double number = value.value_or(fallback.value_or(0.0));
  if (!(number >= least && number <= most)) {
    return object.invalid(field, fmt::format("is {}, need {} to {}", number, least, most));
  }
  return number;
}

Result<std::int64_t> original_length(const JsonObject& config, const JsonObject& rope,
                                     std::int64_t fallback) {
  constexpr const char* kField = "original_max_position_embeddings";
  for (const JsonObject* object : {&rope, &config}) {
    INFERLAB_TRY(const auto length, object->integer(kField));
    if (!length) continue;
    if (*length < 1 || *length > 1 << 24) {
      return object->invalid(kField, fmt::format("is {}, need 1 to {}", *length, 1 << 24));
    }
    return *length;
  }
  return fallback;
}

double magnitude(double factor, double scale) {
  return factor <= 1.0 ? 1.0 : 0.1 * scale * std::log(factor) + 1.0;
}

Result<void> read_yarn(const JsonObject& config, const JsonObject& rope, RopeParameters& to) {
  INFERLAB_TRY(to.original_context_length, original_length(config, rope, to.context_length));
  const double ratio =
      static_cast<double>(to.context_length) / static_cast<double>(to.original_context_length);
  INFERLAB_TRY(to.factor, number_from(rope, "factor", ratio, 1.0, kMostFactor));
  INFERLAB_TRY(to.beta_fast, number_from(rope, "beta_fast", 32.0, 1e-3, kMostFactor));
  INFERLAB_TRY(to.beta_slow, number_from(rope, "beta_slow", 1.0, 1e-3, kMostFactor));
  if (to.beta_slow > to.beta_fast) {
    return rope.invalid("beta_slow",
                        fmt::format("is {}, above beta_fast, {}", to.beta_slow, to.beta_fast));
  }
  INFERLAB_TRY(const auto truncate, rope.flag("truncate"));
  if (!truncate.value_or(true)) return rope.invalid("truncate", "false is not supported");
  INFERLAB_TRY(const double one, number_from(rope, "mscale", 0.0, 0.0, 100.0));
  INFERLAB_TRY(const double other, number_from(rope, "mscale_all_dim", 0.0, 0.0, 100.0));
  const double usual = magnitude(to.factor, 1.0);
  const double plain =
      one > 0.0 && other > 0.0 ? magnitude(to.factor, one) / magnitude(to.factor, other) : usual;
  INFERLAB_TRY(const double whole, number_from(rope, "attention_factor", plain, 1e-3, 100.0));
  to.extra_magnitude = whole / usual;
  const double reach = std::round(to.factor * static_cast<double>(to.original_context_length));
  to.context_length =
      std::max(to.context_length, static_cast<std::int64_t>(std::min(reach, double{1 << 24})));
  return {};
}

Result<void> read_llama3(const JsonObject& config, const JsonObject& rope, RopeParameters& to) {
  INFERLAB_TRY(to.factor, number_from(rope, "factor", std::nullopt, 1.0, kMostFactor));
  INFERLAB_TRY(to.low_freq_factor, number_from(rope, "low_freq_factor", std::nullopt, 1e-3, 1e4));
  INFERLAB_TRY(to.high_freq_factor, number_from(rope, "high_freq_factor", std::nullopt, 1e-3, 1e4));
  if (!(to.low_freq_factor < to.high_freq_factor)) {
    return rope.invalid("high_freq_factor", fmt::format("is {}, not above low_freq_factor, {}",
                                                        to.high_freq_factor, to.low_freq_factor));
  }
  INFERLAB_TRY(to.original_context_length, original_length(config, rope, 0));
  if (to.original_context_length == 0) {
    return rope.invalid("original_max_position_embeddings", "is missing");
  }
  return {};
}

/// Llama, Mistral and Qwen turn whole heads.
Result<void> check_whole(const JsonObject& object) {
  INFERLAB_TRY(const auto part, object.number("partial_rotary_factor"));
  if (part.value_or(1.0) == 1.0) return {};
  return object.invalid("partial_rotary_factor",
                        fmt::format("is {}, which is not supported", *part),
                        "the engine turns whole heads");
}

Result<double> read_theta(const JsonObject& config, const std::optional<JsonObject>& rope) {
  INFERLAB_TRY(const auto outer, config.number("rope_theta"));
  std::optional<double> inner;
  if (rope) {
    INFERLAB_TRY(inner, rope->number("rope_theta"));
  }
  if (outer && inner && *outer != *inner) {
    return config.invalid("rope_theta",
                          fmt::format("is {}, and rope_parameters say {}", *outer, *inner));
  }
  const double theta = inner.value_or(outer.value_or(10000.0));
  if (!(theta >= 1.0 && theta <= 1e12)) {
    return config.invalid("rope_theta", fmt::format("is {}, need 1 to 1e12", theta));
  }
  return theta;
}

}  // namespace

Result<RopeParameters> read_rope_parameters(const JsonObject& config,
                                            std::int64_t max_position_embeddings) {
  RopeParameters result;
  result.context_length = max_position_embeddings;
  INFERLAB_TRY_VOID(check_whole(config));
  INFERLAB_TRY(std::optional<JsonObject> rope, config.object("rope_parameters"));
  INFERLAB_TRY(std::optional<JsonObject> older, config.object("rope_scaling"));
  if (rope && older) {
    return config.invalid("rope_scaling", "is there, and rope_parameters too",
                          "keep one of the two");
  }
  if (!rope) rope = older;
  if (rope && (rope->has("full_attention") || rope->has("sliding_attention"))) {
    return rope->invalid("full_attention",
                         "rotations of their own for each kind of layer are not "
                         "supported");
  }
  INFERLAB_TRY(result.theta, read_theta(config, rope));
  if (!rope) return result;
  INFERLAB_TRY_VOID(check_whole(*rope));
  INFERLAB_TRY(const std::string type, type_of(*rope));
  if (type == "linear") {
    result.type = type;
    INFERLAB_TRY(result.factor, number_from(*rope, "factor", std::nullopt, 0.25, kMostFactor));
  } else if (type == "yarn") {
    result.type = type;
    INFERLAB_TRY_VOID(read_yarn(config, *rope, result));
  } else if (type == "llama3") {
    result.type = type;
    INFERLAB_TRY_VOID(read_llama3(config, *rope, result));
  }
  return result;
}

}  // namespace inferlab::huggingface
