#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// The data of each event of an SSE stream, in order. kInvalid for what is no such stream: a line
/// that is neither field nor comment, or an end in the middle of an event.
/// Source: HTML Living Standard, "Server-sent events".
Result<std::vector<std::string>> sse_events(std::string_view body);

/// What is wrong with a streamed chat completion, or empty: events of JSON, each a
/// chat.completion.chunk of `model`; first the role, then text, one finish_reason at the end of it,
/// then usage with counts that add up, and [DONE]. Source: OpenAI API reference, "Chat completions:
/// streaming". One sentence that holds nothing that differs between two right answers.
std::string chat_stream_fault(const std::vector<std::string>& events, std::string_view model);

}  // namespace inferlab::labs
