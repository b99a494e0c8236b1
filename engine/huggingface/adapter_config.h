#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::huggingface {

class JsonObject;

/// adapter_config.json of a LoRA adapter: what the numbers beside the matrices say.
///
/// Fields that make another computation of it (DoRA, biases, layers that are saved whole, base
/// weights that the training's beginning changed) are refused by name; what only steered the
/// training is passed over. Errors are kInvalid, "FILE: FIELD: WHY".
/// Source: PEFT, tuners/lora/config.py (fields), tuners/lora/layer.py (scaling), utils/other.py
/// (how patterns name modules).
class AdapterConfig {
 public:
  static Result<AdapterConfig> load(const std::string& path);
  static Result<AdapterConfig> parse(std::string_view text, const std::string& name);

  /// Of the matrices of a module, as "model.layers.3.self_attn.q_proj"; the module's own where
  /// rank_pattern names it.
  [[nodiscard]] std::int64_t rank_of(std::string_view module) const;
  /// What the product of the matrices is multiplied with: alpha / rank, with use_rslora alpha /
  /// sqrt(rank).
  [[nodiscard]] double scale_of(std::string_view module) const;
  /// Whether target_modules lets the module have matrices. True where that is a pattern: then the
  /// matrices that are there say it.
  [[nodiscard]] bool targets(std::string_view module) const;

 private:
  /// Names of modules, whole or from a dot on, and what goes for them.
  using Pattern = std::vector<std::pair<std::string, double>>;

  AdapterConfig() = default;
  Result<void> read(const JsonObject& json);
  Result<void> read_targets(const JsonObject& json);

  std::int64_t rank_ = 0;
  double alpha_ = 0;
  bool use_rslora_ = false;
  std::optional<std::vector<std::string>> target_modules_;
  Pattern ranks_;
  Pattern alphas_;
};

}  // namespace inferlab::huggingface
