#include "engine/serve/models_handler.h"

#include <algorithm>
#include <vector>

#include "engine/serve/api_response.h"

namespace inferlab {
namespace {

std::vector<LoraModule> modules_of(const Engine& engine) {
  return engine.loras() == nullptr ? std::vector<LoraModule>() : engine.loras()->modules();
}

}  // namespace

std::string models_answer(const Engine& engine, std::int64_t created) {
  return models_body(engine.served_model_names(), created, engine.max_model_len(),
                     modules_of(engine));
}

std::variant<std::string, ApiError> model_answer(const Engine& engine, const std::string& name,
                                                 std::int64_t created) {
  const std::vector<std::string>& names = engine.served_model_names();
  if (std::ranges::find(names, name) != names.end()) {
    return model_body(names, name, created, engine.max_model_len());
  }
  const std::vector<LoraModule> loras = modules_of(engine);
  const auto lora = std::ranges::find(loras, name, &LoraModule::name);
  if (lora != loras.end()) return lora_body(names, *lora, created);
  return unknown_model(name);
}

}  // namespace inferlab
