#include "labs/cli/lora_modules.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace inferlab::labs {
namespace {

using Json = nlohmann::json;

Error invalid(std::string_view what, const std::string& value) {
  return Error{ErrorKind::kInvalid, fmt::format("{} for --lora-modules: {}", what, value),
               R"(as sql=adapters/sql, or '{"name": "sql", "path": "adapters/sql"}')"};
}

Result<LoraModule> module_of_json(const std::string& value) {
  const Json json = Json::parse(value, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return invalid("Invalid JSON format", value);
  LoraModule module;
  for (const auto& [name, field] : json.items()) {
    std::string* to = nullptr;
    if (name == "name") to = &module.name;
    if (name == "path") to = &module.path;
    if (name == "base_model_name") to = &module.base_model_name;
    const bool is_none = to == &module.base_model_name && field.is_null();
    if (to == nullptr || (!field.is_string() && !is_none)) return invalid("Invalid fields", value);
    if (!is_none) *to = field.get<std::string>();
  }
  return module;
}

Result<LoraModule> module_of(const std::string& value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string::npos || value.find(',') != std::string::npos) {
    return module_of_json(value);
  }
  return LoraModule{.name = value.substr(0, equals), .path = value.substr(equals + 1)};
}

}  // namespace

Result<std::vector<LoraModule>> lora_modules(const std::vector<std::string>& values) {
  std::vector<LoraModule> modules;
  for (const std::string& value : values) {
    if (value.empty()) continue;
    INFERLAB_TRY(LoraModule module, module_of(value));
    if (module.name.empty() || module.path.empty()) return invalid("Invalid fields", value);
    modules.push_back(std::move(module));
  }
  return modules;
}

}  // namespace inferlab::labs
