#include "engine/model/rope_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "engine/base/printable.h"
#include "engine/model/stable_math.h"

namespace inferlab {
namespace {

/// Reads "ARCHITECTURE.rope.scaling.KEY".
class ScalingReader {
 public:
  ScalingReader(const GgufFile& file, std::string_view architecture)
      : file_(file), architecture_(architecture) {}

  [[nodiscard]] const GgufFile& file() const { return file_; }
  [[nodiscard]] std::string key(std::string_view name) const {
    return fmt::format("{}.rope.{}", architecture_, name);
  }
  [[nodiscard]] bool has(std::string_view name) const { return file_.has(key(name)); }

  Result<float> number(std::string_view name, double fallback, double least, double most) const {
    INFERLAB_TRY(const double value, file_.number_or(key(name), fallback));
    if (!(value >= least && value <= most)) {
      return refusal(name, fmt::format("is {}, need {} to {}", value, least, most));
    }
    return static_cast<float>(value);
  }
  Result<std::int32_t> tokens(std::string_view name, std::int64_t fallback) const {
    constexpr std::int64_t kMost = 1 << 24;
    INFERLAB_TRY(const std::int64_t value, file_.integer_or(key(name), fallback));
    if (value < 1 || value > kMost) {
      return refusal(name, fmt::format("is {}, need 1 to {}", value, kMost));
    }
    return static_cast<std::int32_t>(value);
  }
  [[nodiscard]] Error refusal(
      std::string_view name, std::string_view why,
      std::string hint = "the file was converted wrongly or is damaged") const {
    return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", file_.name(), key(name), why),
                 std::move(hint)};
  }

 private:
  const GgufFile& file_;
  std::string_view architecture_;
};

constexpr double kMostAttentionFactor = 100.0;

Result<float> read_factor(const ScalingReader& reader) {
  const std::string_view name = reader.has("scaling.factor") ? "scaling.factor" : "scale_linear";
  INFERLAB_TRY(const double value, reader.file().number_or(reader.key(name), 1.0));
  if (value == 0.0) return 1.0F;
  return reader.number(name, 1.0, kLeastRopeFactor, kMostRopeFactor);
}

/// What only YaRN has. A file may also name the magnitude itself, as transformers' configurations
/// do ("yarn_attn_factor"), or a part of it that comes on top ("attn_factor").
Result<void> read_yarn(const ScalingReader& reader, std::int32_t context_length,
                       RopeScaling& scaling) {
  YarnScaling yarn;
  INFERLAB_TRY(yarn.original_context_length,
               reader.tokens("scaling.original_context_length", context_length));
  constexpr double kMostTurns = 1e6;
  INFERLAB_TRY(yarn.beta_fast, reader.number("scaling.yarn_beta_fast", 32.0, 1e-3, kMostTurns));
  INFERLAB_TRY(yarn.beta_slow, reader.number("scaling.yarn_beta_slow", 1.0, 1e-3, kMostTurns));
  if (yarn.beta_slow > yarn.beta_fast) {
    return reader.refusal("scaling.yarn_beta_slow", fmt::format("is {}, above beta_fast, {}",
                                                                yarn.beta_slow, yarn.beta_fast));
  }
  // Not in Llama's and Qwen's models: the one mixes the two frequencies another way, the other is
  // DeepSeek's.
  for (const auto& [name, neutral] :
       {std::pair<std::string_view, double>{"scaling.yarn_ext_factor", 1.0},
        {"scaling.yarn_log_multiplier", 0.0}}) {
    INFERLAB_TRY(const double value, reader.file().number_or(reader.key(name), neutral));
    if (value != neutral) {
      return reader.refusal(name, fmt::format("is {}, which is not supported", value),
                            fmt::format("the engine knows {}", neutral));
    }
  }
  const double factor = static_cast<double>(scaling.factor);
  const double magnitude = factor > 1.0 ? 0.1 * stable_log(factor) + 1.0 : 1.0;
  INFERLAB_TRY(const float named,
               reader.number("scaling.yarn_attn_factor", magnitude, 1e-3, kMostAttentionFactor));
  scaling.attention_factor *= named;
  scaling.yarn = yarn;
  return {};
}

Result<void> read_llama3(const ScalingReader& reader, RopeScaling& scaling) {
  Llama3Scaling llama3{.factor = scaling.factor};
  scaling.factor = 1.0F;  // it counts for slow pairs alone
  INFERLAB_TRY(llama3.original_context_length,
               reader.tokens("scaling.original_context_length", 8192));
  constexpr double kMost = 1e4;
  INFERLAB_TRY(llama3.low_freq_factor, reader.number("scaling.low_freq_factor", 1.0, 1e-3, kMost));
  INFERLAB_TRY(llama3.high_freq_factor,
               reader.number("scaling.high_freq_factor", 4.0, 1e-3, kMost));
  if (!(llama3.low_freq_factor < llama3.high_freq_factor)) {
    return reader.refusal("scaling.high_freq_factor",
                          fmt::format("is {}, not above low_freq_factor, {}",
                                      llama3.high_freq_factor, llama3.low_freq_factor));
  }
  scaling.llama3 = llama3;
  return {};
}

}  // namespace

std::string RopeScaling::text() const {
  if (llama3) {
    return fmt::format("llama3, factor {:g} from {} tokens", llama3->factor,
                       llama3->original_context_length);
  }
  if (yarn) {
    return fmt::format("yarn, factor {:g} from {} tokens", factor, yarn->original_context_length);
  }
  return factor == 1.0F ? "none" : fmt::format("linear, factor {:g}", factor);
}

Result<RopeScaling> read_rope_scaling(const GgufFile& file, std::string_view architecture,
                                      std::int32_t context_length) {
  const ScalingReader reader(file, architecture);
  RopeScaling scaling;
  INFERLAB_TRY(const std::string_view type, file.text_or(reader.key("scaling.type"), "linear"));
  INFERLAB_TRY(scaling.attention_factor,
               reader.number("scaling.attn_factor", 1.0, 1e-3, kMostAttentionFactor));
  if (type == "none") return scaling;
  if (type != "linear" && type != "yarn" && type != "llama3") {
    return reader.refusal("scaling.type", fmt::format("{} is not supported", printable(type)),
                          "the engine knows \"none\", \"linear\" and \"yarn\"");
  }
  INFERLAB_TRY(scaling.factor, read_factor(reader));
  if (type == "yarn") INFERLAB_TRY_VOID(read_yarn(reader, context_length, scaling));
  if (type == "llama3") INFERLAB_TRY_VOID(read_llama3(reader, scaling));
  return scaling;
}

std::vector<float> llama3_freq_factors(const Llama3Scaling& scaling, float freq_base,
                                       std::int32_t rope_dim) {
  const double log_base = stable_log(static_cast<double>(freq_base));
  const double length = scaling.original_context_length;
  const auto factor = static_cast<double>(scaling.factor);
  const auto low = static_cast<double>(scaling.low_freq_factor);
  const auto high = static_cast<double>(scaling.high_freq_factor);
  std::vector<float> factors;
  for (std::int32_t i = 0; i < rope_dim / 2; ++i) {
    // Turns within the original context: low_freq_factor and fewer are slow, high_freq_factor and
    // more are fast.
    const double turns =
        length * stable_exp(-2.0 * i / rope_dim * log_base) / (2.0 * std::numbers::pi);
    const double smooth = std::clamp((turns - low) / (high - low), 0.0, 1.0);
    factors.push_back(static_cast<float>(1.0 / ((1.0 - smooth) / factor + smooth)));
  }
  return factors;
}

}  // namespace inferlab
