#include "labs/desk/chat_client.h"

#include <httplib.h>

#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

Error refused(int status, const std::string& body) {
  const auto value = sim::parse_json(body);
  const std::string message = value ? (*value)["error"]["message"].str() : std::string();
  return Error{ErrorKind::kUnavailable,
               "HTTP " + std::to_string(status) + (message.empty() ? "" : ": " + message)};
}

Error no_answer(const std::string& url) {
  return Error{ErrorKind::kUnavailable, url + ": does not answer"};
}

}  // namespace

Result<std::string> first_model(const std::string& url) {
  httplib::Client client(url);
  const httplib::Result result = client.Get("/v1/models");
  if (!result) return no_answer(url);
  if (result->status != 200) return refused(result->status, result->body);
  INFERLAB_TRY(const Value models, sim::parse_json(result->body));
  return models["data"][std::size_t{0}]["id"].str();
}

Result<void> stream_chat(const std::string& url, const std::string& model,
                         const std::string& message,
                         const std::function<void(std::string_view)>& on_text) {
  httplib::Client client(url);
  client.set_read_timeout(std::chrono::seconds(120));
  const Value body = Value::object(
      {{"model", model},
       {"messages", Value::array({Value::object({{"role", "user"}, {"content", message}})})},
       {"stream", true},
       {"temperature", 0},
       {"max_tokens", 128}});
  httplib::Request request;
  request.method = "POST";
  request.path = "/v1/chat/completions";
  request.set_header("Content-Type", "application/json");
  request.body = sim::to_json(body);
  int status = 0;
  std::string pending;  // what has come of an event, or of an error's body
  request.response_handler = [&status](const httplib::Response& response) {
    status = response.status;
    return true;
  };
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    pending.append(data, size);
    if (status != 200) return true;
    for (std::size_t end = pending.find("\n\n"); end != std::string::npos;
         end = pending.find("\n\n")) {
      const std::string event = pending.substr(0, end);
      pending.erase(0, end + 2);
      constexpr std::string_view kData = "data: ";
      if (event.rfind(kData, 0) != 0) continue;
      const auto chunk = sim::parse_json(std::string_view(event).substr(kData.size()));
      if (!chunk) continue;  // "[DONE]"
      const Value& text = (*chunk)["choices"][std::size_t{0}]["delta"]["content"];
      if (!text.empty()) on_text(text.as_string());
    }
    return true;
  };
  const httplib::Result result = client.send(request);
  if (!result) return no_answer(url);
  if (status != 200) return refused(status, pending);
  return {};
}

}  // namespace inferlab::labs
