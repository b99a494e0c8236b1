#pragma once

#include "engine/serve/api_types.h"
#include "engine/serve/json_reader.h"

namespace inferlab {

// The parts of parse_api_request() that have files of their own. Errors go into the reader.

/// api_prompt.cpp: `prompt` and what belongs to it.
void read_prompts(JsonReader& reader, ApiRequest& request);
/// api_chat.cpp: `messages`, `tools`, and how they become a prompt.
void read_chat(JsonReader& reader, ApiRequest& request);
/// api_sampling.cpp: how tokens are drawn.
void read_sampling(JsonReader& reader, ApiRequest& request);
/// api_sampling.cpp. After `stream` and the limits.
void read_logprobs(JsonReader& reader, ApiRequest& request);
/// api_unsupported.cpp: fields that this engine cannot honour.
void refuse_unsupported(JsonReader& reader);

}  // namespace inferlab
