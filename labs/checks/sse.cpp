#include "labs/checks/sse.h"

#include <fmt/format.h>

#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// Reads a stream of chunks, event by event; the first fault is the one that is told.
class ChatStreamReader {
 public:
  explicit ChatStreamReader(std::string_view model) : model_(model) {}

  std::string take(const Value& chunk) {
    if (!chunk["error"].is_null()) return "an error event stands in the stream";
    if (chunk["object"].as_string() != "chat.completion.chunk") {
      return "an event is no chat.completion.chunk";
    }
    if (chunk["model"].as_string() != model_) {
      return fmt::format("a chunk is of model \"{}\"", chunk["model"].as_string());
    }
    if (chunk["id"].empty() || (!id_.empty() && chunk["id"].as_string() != id_)) {
      return "the chunks do not share one id";
    }
    id_ = chunk["id"].str();
    if (!chunk["usage"].is_null()) usage_ = chunk["usage"];
    for (const Value& choice : chunk["choices"].items()) {
      if (std::string fault = take_choice(choice); !fault.empty()) return fault;
    }
    return {};
  }

  [[nodiscard]] std::string end() const {
    if (!role_) return "no chunk says role: assistant";
    if (contents_ < 2) return "the text came in fewer than two chunks";
    if (finish_.empty()) return "no chunk has a finish_reason";
    if (!usage_.is_object()) return "no chunk has usage, though it was asked for";
    const std::int64_t prompt = usage_["prompt_tokens"].as_int();
    const std::int64_t completion = usage_["completion_tokens"].as_int();
    if (prompt < 1 || completion < 1 || usage_["total_tokens"].as_int() != prompt + completion) {
      return "usage does not add up";
    }
    return {};
  }

 private:
  std::string take_choice(const Value& choice) {
    if (!finish_.empty()) return "a choice follows the finish_reason";
    const Value& delta = choice["delta"];
    if (delta["role"].as_string() == "assistant") {
      if (contents_ > 0) return "the role follows text";
      role_ = true;
    }
    if (!delta["content"].empty()) {
      if (!role_) return "text comes before the role";
      ++contents_;
    }
    finish_ = choice["finish_reason"].str();
    if (!finish_.empty() && finish_ != "stop" && finish_ != "length") {
      return fmt::format("finish_reason is \"{}\"", finish_);
    }
    return {};
  }

  std::string model_, id_, finish_;
  bool role_ = false;
  int contents_ = 0;
  Value usage_;
};

}  // namespace

Result<std::vector<std::string>> sse_events(std::string_view body) {
  std::vector<std::string> out;
  std::string data;
  bool open = false;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    if (end == std::string_view::npos) {
      return Error{ErrorKind::kInvalid, "the stream ends in the middle of a line"};
    }
    std::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      if (open) out.push_back(std::exchange(data, {}));
      open = false;
    } else if (line.starts_with("data:")) {
      line.remove_prefix(5);
      if (line.starts_with(' ')) line.remove_prefix(1);
      if (open) data += '\n';
      data += line;
      open = true;
    } else if (!line.starts_with(':') && !line.starts_with("event:") && !line.starts_with("id:") &&
               !line.starts_with("retry:")) {
      return Error{ErrorKind::kInvalid, "a line of the stream is no field of an event"};
    }
  }
  if (open) return Error{ErrorKind::kInvalid, "the stream ends in the middle of an event"};
  return out;
}

std::string chat_stream_fault(const std::vector<std::string>& events, std::string_view model) {
  if (events.empty()) return "the stream has no events";
  if (events.back() != "[DONE]") return "the stream does not end with [DONE]";
  ChatStreamReader reader(model);
  for (std::size_t i = 0; i + 1 < events.size(); ++i) {
    const auto chunk = sim::parse_json(events[i]);
    if (!chunk) return "an event is no JSON";
    if (std::string fault = reader.take(*chunk); !fault.empty()) return fault;
  }
  return reader.end();
}

}  // namespace inferlab::labs
