#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace inferlab::labs {

/// The first model that GET URL/v1/models names.
Result<std::string> first_model(const std::string& url);

/// Asks for a streamed chat completion and hands on each piece of text as it comes. Errors carry
/// the server's own message. `url` is "http://127.0.0.1:PORT".
Result<void> stream_chat(const std::string& url, const std::string& model,
                         const std::string& message,
                         const std::function<void(std::string_view)>& on_text);

}  // namespace inferlab::labs
