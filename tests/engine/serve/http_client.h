#pragma once

#include <httplib.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace inferlab::testing {

using Json = nlohmann::json;

inline constexpr const char* kCompletions = "/v1/completions";
inline constexpr const char* kChat = "/v1/chat/completions";
inline constexpr const char* kJson = "application/json";

/// A client of 127.0.0.1 that waits a minute for an answer.
httplib::Client client_for(int port);

struct Answer {
  int status = 0;
  Json body;
  httplib::Headers headers;
};
Answer post(int port, const char* path, const std::string& body);

/// The chunks of an SSE body; checks the framing and that `[DONE]` is last.
std::vector<Json> chunks_of(const std::string& body);
/// What the chunks say together.
std::string text_of(const std::vector<Json>& chunks);

/// A connected socket, for what no proper client does.
int connect_to(int port);
/// Sends the text as it is and reads until the server closes.
std::string raw_answer(int port, const std::string& text);
/// The status of raw_answer().
int raw_status(int port, const std::string& text);

}  // namespace inferlab::testing
