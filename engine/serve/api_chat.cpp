#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/serve/api_request_parts.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxTools = 1024;
constexpr std::string_view kToolChoiceForm =
    "Correct usage: `{\"type\": \"function\", \"function\": {\"name\": \"my_function\"}}`";

/// The text of a message: a string, or an array of {"type": "text", "text": …}.
std::string message_content(JsonReader& reader, const std::string& place, const Json& message) {
  const auto content = message.find("content");
  if (content == message.end() || content->is_null()) return {};
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) {
    reader.wrong_type(place + ".content", "a string or an array of parts", *content);
    return {};
  }
  std::string text;
  for (const Json& part : *content) {
    if (!part.is_object() || !part.contains("type") || part["type"] != "text" ||
        !part.contains("text") || !part["text"].is_string()) {
      reader.fail(place + ".content", "only text parts are supported by this model");
      return {};
    }
    if (!text.empty()) text += '\n';  // parts are lines, as in vLLM
    text += part["text"].get<std::string>();
  }
  return text;
}

void read_messages(JsonReader& reader, ApiRequest& request) {
  const Json* messages = reader.find("messages");
  if (messages == nullptr) return reader.fail("messages", "is missing");
  if (!messages->is_array()) return reader.wrong_type("messages", "an array", *messages);
  if (messages->empty()) return reader.fail("messages", "must have at least one message");
  for (std::size_t i = 0; i < messages->size(); ++i) {
    const Json& message = (*messages)[i];
    const std::string place = fmt::format("messages[{}]", i);
    if (!message.is_object()) return reader.wrong_type(place, "an object", message);
    const auto role = message.find("role");
    if (role == message.end()) return reader.fail(place + ".role", "is missing");
    if (!role->is_string()) return reader.wrong_type(place + ".role", "a string", *role);
    request.messages.push_back({role->get<std::string>(), message_content(reader, place, message)});
  }
}

/// The name in {"function": {"name": …}}; nullopt when there is none.
std::optional<std::string> function_name(const Json& value) {
  if (!value.is_object()) return std::nullopt;
  const auto function = value.find("function");
  if (function == value.end() || !function->is_object()) return std::nullopt;
  const auto name = function->find("name");
  if (name == function->end() || !name->is_string() || *name == "") return std::nullopt;
  return name->get<std::string>();
}

/// The names of the tools; none after an error.
std::vector<std::string> read_tools(JsonReader& reader, ApiRequest& request) {
  const Json* tools = reader.find("tools");
  if (tools == nullptr) return {};
  if (!tools->is_array()) {
    reader.wrong_type("tools", "an array", *tools);
    return {};
  }
  if (tools->empty()) {
    reader.refuse("tools",
                  "`tools` must not be an empty array. Either provide at least one tool or omit "
                  "the field entirely.");
  }
  if (tools->size() > kMaxTools) reader.fail("tools", fmt::format("at most {}", kMaxTools));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < tools->size(); ++i) {
    const Json& tool = (*tools)[i];
    const std::optional<std::string> name = function_name(tool);
    if (!name || tool.value("type", Json("function")) != "function") {
      reader.fail(fmt::format("tools[{}]", i),
                  "must be {\"type\": \"function\", \"function\": {\"name\": …}}");
      return {};
    }
    names.push_back(*name);
  }
  // Text that came as JSON may hold what is no UTF-8 only where the parser let it: it does not.
  request.chat.tools = tools->dump();
  return names;
}

/// A choice that is left to the model needs its text to be taken apart, which is not done: it is
/// refused in vLLM's words. Tools without a choice are taken, and the answer is text: other than in
/// vLLM, where no choice is "auto", so that clients which always send their tools are answered.
void read_tool_choice(JsonReader& reader, const std::vector<std::string>& tools,
                      ApiRequest& request) {
  const Json* choice = reader.find("tool_choice");
  if (choice == nullptr || *choice == "none") return;
  if (reader.find("tools") == nullptr) {
    return reader.refuse("tool_choice", "When using `tool_choice`, `tools` must be set.");
  }
  if (*choice == "auto") {
    return reader.refuse("tool_choice",
                         "\"auto\" tool choice requires --enable-auto-tool-choice and "
                         "--tool-call-parser to be set, which this server does not have: ask for "
                         "\"required\" or for a function by its name");
  }
  if (*choice != "required" && !choice->is_object()) {
    return reader.refuse("tool_choice",
                         fmt::format("Invalid value for `tool_choice`: {}! Only named tools, "
                                     "\"none\", \"auto\" or \"required\" are supported.",
                                     choice->dump()));
  }
  if (choice->is_object()) {
    const std::optional<std::string> name = function_name(*choice);
    if (!name) {
      return reader.refuse(
          "tool_choice.function",
          fmt::format("Invalid value for `function` in `tool_choice`! {}", kToolChoiceForm));
    }
    if (std::ranges::find(tools, *name) == tools.end()) {
      return reader.refuse(
          "tool_choice",
          "The tool specified in `tool_choice` does not match any of the specified `tools`");
    }
  }
  request.tool_choice.emplace();
  if (choice->is_object()) request.tool_choice->name = function_name(*choice).value_or("");
}

}  // namespace

void read_chat(JsonReader& reader, ApiRequest& request) {
  read_messages(reader, request);
  const std::vector<std::string> tools = read_tools(reader, request);
  read_tool_choice(reader, tools, request);
  request.chat.add_special_tokens = reader.flag("add_special_tokens", false);
  request.chat.add_generation_prompt = reader.flag("add_generation_prompt", true);
  request.chat.continue_final_message = reader.flag("continue_final_message");
  if (!request.chat.continue_final_message) return;
  if (reader.find("add_generation_prompt") != nullptr && request.chat.add_generation_prompt) {
    reader.refuse("continue_final_message",
                  "Cannot set both `continue_final_message` and `add_generation_prompt` to True.");
  }
  if (!request.messages.empty() && request.messages.back().role != "assistant") {
    reader.fail("continue_final_message", "the last message is not an assistant's");
  }
}

}  // namespace inferlab
