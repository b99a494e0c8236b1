#include "engine/serve/lora_handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/serve/json_reader.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxNameBytes = 256;  // it becomes a label of a metric

ApiError invalid_input(std::string message) {
  return {.status = 400, .message = std::move(message), .type = "InvalidUserInput"};
}

const ApiError kNotEnabled{.status = 400,
                           .message = "LoRA is not enabled. Use --enable-lora to enable LoRA."};

struct Asked {
  LoraModule module;
  bool in_place = false;
};

std::variant<Asked, ApiError> read(std::string_view body) {
  const auto parsed = parse_json_object(body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return *error;
  JsonReader reader(std::get<Json>(parsed));
  Asked asked{.module = {.name = reader.text("lora_name"), .path = reader.text("lora_path")}};
  asked.in_place = reader.flag("load_inplace");
  if (reader.error()) return *reader.error();
  return asked;
}

}  // namespace

std::variant<std::string, ApiError> load_lora_answer(const Engine& engine, std::string_view body) {
  const auto read_body = read(body);
  if (const auto* error = std::get_if<ApiError>(&read_body)) return *error;
  const auto& [module, in_place] = std::get<Asked>(read_body);
  if (module.name.empty() || module.path.empty()) {
    return invalid_input("Both 'lora_name' and 'lora_path' must be provided.");
  }
  if (module.name.size() > kMaxNameBytes) {
    return invalid_input(
        fmt::format("'lora_name': has {} bytes, more than {}.", module.name.size(), kMaxNameBytes));
  }
  LoraRegistry* loras = engine.loras();
  if (loras == nullptr) return kNotEnabled;
  const std::vector<std::string>& names = engine.served_model_names();
  if (std::ranges::find(names, module.name) != names.end()) {
    return invalid_input(fmt::format(
        "The name '{}' is the model's own: no request could choose the adapter.", module.name));
  }
  const Result<void> loaded = loras->load(module, in_place);
  if (loaded) return fmt::format("Success: LoRA adapter '{}' added successfully.", module.name);
  switch (loaded.error().kind) {
    case ErrorKind::kConflict:
      return invalid_input(loaded.error().message);
    case ErrorKind::kNotFound:
      return ApiError{.status = 404,
                      .message = fmt::format("Loading lora {} failed: No adapter found for {}",
                                             module.name, module.path)};
    default:
      return api_error(loaded.error());
  }
}

std::variant<std::string, ApiError> unload_lora_answer(const Engine& engine,
                                                       std::string_view body) {
  const auto read_body = read(body);
  if (const auto* error = std::get_if<ApiError>(&read_body)) return *error;
  const std::string& name = std::get<Asked>(read_body).module.name;
  if (name.empty()) {
    return invalid_input("'lora_name' needs to be provided to unload a LoRA adapter.");
  }
  LoraRegistry* loras = engine.loras();
  if (loras == nullptr || !loras->unload(name)) {
    return ApiError{.status = 404,
                    .message = fmt::format("The lora adapter '{}' cannot be found.", name)};
  }
  return fmt::format("Success: LoRA adapter '{}' removed successfully.", name);
}

}  // namespace inferlab
