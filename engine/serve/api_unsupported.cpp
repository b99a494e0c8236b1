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
    {"use_beam_search", "false"},     {"suffix", "\"\""},
    {"prompt_embeds", "[]"},          {"logprob_token_ids", "null"},
    {"repetition_detection", "null"}, {"chat_template", "null"},
};

}  // namespace

void refuse_unsupported(JsonReader& reader) {
  for (const Unsupported& row : kUnsupported) {
    const Json* value = reader.find(row.name);
    if (value == nullptr || *value == Json::parse(row.neutral)) continue;
    reader.fail(row.name, "is not supported");
  }
}

}  // namespace inferlab
