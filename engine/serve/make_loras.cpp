#include "engine/serve/make_loras.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace inferlab {
namespace {

/// The largest of vLLM's MaxLoRARanks.
constexpr std::int64_t kMostRank = 512;
constexpr std::int64_t kMostLoras = 1024;

Error invalid(std::string what, std::string hint) {
  return Error{ErrorKind::kInvalid, std::move(what), std::move(hint)};
}

Result<void> check(const ServeOptions& options, const Model& model) {
  if (model.encoder) {
    return invalid("--enable-lora: encoders take no adapters", "leave it out");
  }
  if (options.max_loras < 1 || options.max_loras > kMostLoras) {
    return invalid(fmt::format("max_loras: is {}", options.max_loras),
                   fmt::format("give 1 to {}", kMostLoras));
  }
  if (options.max_lora_rank < 1 || options.max_lora_rank > kMostRank) {
    return invalid(fmt::format("max_lora_rank: is {}", options.max_lora_rank),
                   fmt::format("give 1 to {}", kMostRank));
  }
  if (options.max_cpu_loras != 0 && options.max_cpu_loras < options.max_loras) {
    return invalid(fmt::format("max_cpu_loras ({}) must be >= max_loras ({})",
                               options.max_cpu_loras, options.max_loras),
                   "leave it out");
  }
  return {};
}

}  // namespace

Result<std::int64_t> enable_loras(const ServeOptions& options, const Model& model,
                                  Backend& backend) {
  if (!options.enable_lora) {
    if (options.lora_modules.empty()) return std::int64_t{0};
    return invalid("--lora-modules: LoRA is not enabled", "give --enable-lora too");
  }
  INFERLAB_TRY_VOID(check(options, model));
  INFERLAB_TRY_VOID(
      backend.enable_adapters({.num_slots = static_cast<std::int32_t>(options.max_loras),
                               .max_rank = static_cast<std::int32_t>(options.max_lora_rank)}));
  return options.max_loras;
}

Result<std::unique_ptr<LoraRegistry>> make_loras(const ServeOptions& options,
                                                 const LlamaConfig& model, const LogSink& log) {
  if (!options.enable_lora) return std::unique_ptr<LoraRegistry>();
  auto loras = std::make_unique<LoraRegistry>(
      model,
      LoraRegistry::Limits{.max_lora_rank = static_cast<std::int32_t>(options.max_lora_rank),
                           .max_cpu_loras = std::max(options.max_loras, options.max_cpu_loras)});
  const std::vector<std::string>& names = options.served_model_name;
  const auto is_model = [&](const std::string& name) {
    return std::ranges::find(names, name) != names.end() || (names.empty() && name == model.name);
  };
  for (const LoraModule& module : options.lora_modules) {
    if (is_model(module.name)) {
      return invalid(fmt::format("--lora-modules: {}: is the model's own name", module.name),
                     "give the adapter another one");
    }
    LoraModule known = module;
    if (!is_model(known.base_model_name)) known.base_model_name.clear();
    INFERLAB_TRY_VOID(loras->load(known, false));
    if (log) {
      log(LogLevel::kInfo,
          fmt::format("Loaded new LoRA adapter: name '{}', path '{}'", module.name, module.path));
    }
  }
  return loras;
}

}  // namespace inferlab
