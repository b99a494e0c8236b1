#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/serve/api_request_parts.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

/// Fields that change what the answer must be and that the engine does not have, each with the
/// value that asks for nothing; null always does. What vLLM itself passes over (best_of,
/// length_penalty, user, store, metadata, service_tier, functions, …) is not here. Source: vLLM,
/// entrypoints/openai/*/protocol.py.
struct Unsupported {
  const char* name;
  const char* neutral;  // JSON
};
constexpr Unsupported kUnsupported[] = {
    {"use_beam_search", "false"},
    {"suffix", "\"\""},
    {"prompt_embeds", "[]"},
    {"logprob_token_ids", "null"},
    {"repetition_detection", "null"},
    {"chat_template", "null"},
    // Structured outputs: where their specification would be read, with response_format below.
    {"guided_json", "null"},
    {"guided_regex", "null"},
    {"guided_choice", "null"},
    {"guided_grammar", "null"},
    {"structured_outputs", "{}"},
};

}  // namespace

void refuse_unsupported(JsonReader& reader) {
  for (const Unsupported& row : kUnsupported) {
    const Json* value = reader.find(row.name);
    if (value == nullptr || *value == Json::parse(row.neutral)) continue;
    reader.fail(row.name, "is not supported");
  }
  const Json* format = reader.find("response_format");
  if (format != nullptr &&
      !(format->is_object() && format->contains("type") && (*format)["type"] == "text")) {
    reader.fail("response_format", "only {\"type\": \"text\"} is supported");
  }
}

}  // namespace inferlab
