#include "engine/serve/model_choice.h"

#include <algorithm>
#include <vector>

namespace inferlab {

std::variant<std::shared_ptr<const ServedLora>, ApiError> choose_model(const Engine& engine,
                                                                       const std::string& name) {
  const std::vector<std::string>& names = engine.served_model_names();
  if (name.empty() || std::ranges::find(names, name) != names.end()) {
    return std::shared_ptr<const ServedLora>();
  }
  if (LoraRegistry* loras = engine.loras()) {
    Result<std::shared_ptr<const ServedLora>> lora = loras->find(name);
    if (!lora) return api_error(lora.error());
    if (*lora != nullptr) return std::move(*lora);
  }
  return unknown_model(name);
}

}  // namespace inferlab
