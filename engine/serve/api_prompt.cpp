#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/serve/api_request_parts.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxPrompts = 16'384;
constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

constexpr std::string_view kForms =
    "a string, an array of strings, an array of token ids or an array of such arrays";

}  // namespace

// One prompt as text or as token ids, or an array of prompts.
void read_prompts(JsonReader& reader, ApiRequest& request) {
  request.add_special_tokens = reader.flag("add_special_tokens", true);
  const Json* prompt = reader.find("prompt");
  if (prompt == nullptr || *prompt == "") {
    return reader.refuse("prompt",
                         "Either prompt or prompt_embeds must be provided and non-empty.");
  }
  if (prompt->is_string()) {
    request.prompts.push_back({.text = prompt->get<std::string>()});
    return;
  }
  if (!prompt->is_array()) return reader.wrong_type("prompt", kForms, *prompt);
  if (prompt->empty()) return reader.fail("prompt", "is empty");
  if (prompt->front().is_number()) {
    request.prompts.push_back({.ids = reader.token_ids("prompt", *prompt, kAnyNumber)});
    return;
  }
  if (prompt->size() > kMaxPrompts) {
    return reader.refuse(
        "prompt", fmt::format("prompt list length {} exceeds the maximum allowed count of {}.",
                              prompt->size(), kMaxPrompts));
  }
  for (const Json& one : *prompt) {
    if (one.is_string()) {
      request.prompts.push_back({.text = one.get<std::string>()});
    } else if (one.is_array()) {
      request.prompts.push_back({.ids = reader.token_ids("prompt", one, kAnyNumber)});
    } else {
      return reader.wrong_type("prompt", kForms, one);
    }
    if (reader.error()) return;
  }
}

}  // namespace inferlab
