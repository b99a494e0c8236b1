#include "engine/serve/tool_calls.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "engine/base/rng.h"
#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::Answer;
using testing::chunks_of;
using testing::client_for;
using testing::Json;
using testing::kChat;
using testing::kJson;
using testing::post;
using testing::TestServer;

struct Call {
  std::string id, name, arguments;
  bool operator==(const Call& other) const {  // ids are random
    return name == other.name && arguments == other.arguments;
  }
};

/// As a client puts the deltas of one choice together.
class Assembled {
 public:
  void add(const Json& deltas) {
    for (const Json& delta : deltas) {
      Call& call = calls_[delta["index"].get<int>()];
      const Json& function = delta["function"];
      CHECK(delta.contains("id") == call.id.empty());  // the first, and only the first
      CHECK(delta.contains("id") == function.contains("name"));
      if (delta.contains("id")) {
        CHECK(delta["type"] == "function");
        call.id = delta["id"];
        call.name = function["name"];
      }
      call.arguments += function["arguments"].get<std::string>();
    }
  }
  [[nodiscard]] std::vector<Call> calls() const {
    std::vector<Call> calls;
    for (const auto& [index, call] : calls_) {
      CHECK(index == static_cast<int>(calls.size()));
      calls.push_back(call);
    }
    return calls;
  }

 private:
  std::map<int, Call> calls_;
};

std::vector<Call> calls_of(const Json& message) {
  std::vector<Call> calls;
  for (const Json& call : message["tool_calls"]) {
    CHECK(call["type"] == "function");
    CHECK_FALSE(call.contains("index"));
    calls.push_back(
        {call["id"], call["function"]["name"], call["function"]["arguments"].get<std::string>()});
  }
  return calls;
}

const Json kTools = Json::parse(R"([
  {"type": "function", "function": {"name": "drain", "parameters": {
     "type": "object", "additionalProperties": false, "required": ["node", "force"],
     "properties": {"node": {"enum": ["gpu-0", "gpu \"1\"", "{"]}, "force": {"type": "boolean"}}}}},
  {"type": "function", "function": {"name": "cordon", "parameters": {
     "type": "object", "additionalProperties": false, "required": ["why"],
     "properties": {"why": {"type": "array", "maxItems": 2, "items": {"enum": ["],", "ü"]}}}}}}])");

Json request_for(const Json& choice, std::uint64_t seed) {
  return {{"messages", {{{"role", "user"}, {"content", "a"}}}},
          {"tools", kTools},
          {"tool_choice", choice},
          {"seed", seed},
          {"temperature", 1.3},
          {"max_tokens", 180}};
}

Json named(const char* name) {
  return {{"type", "function"}, {"function", {{"name", name}}}};
}

void check_arguments(const Call& call) {
  INFO(call.name << " " << call.arguments);
  const Json arguments = Json::parse(call.arguments);
  if (call.name == "drain") {
    CHECK(arguments.size() == 2);
    CHECK(arguments["node"].is_string());
    CHECK(arguments["force"].is_boolean());
  } else {
    CHECK(call.name == "cordon");
    CHECK(arguments["why"].size() <= 2);
  }
}

}  // namespace

TEST_CASE("ToolCalls: an array of calls gives the same calls however it is cut") {
  const std::string text =
      R"([{"name": "a \"b\"", "parameters": {"x": "}, {\"name\": ", "y": [1, {"parameters": 2}]}}, )"
      R"({"name": "c", "parameters": "de f"}, {"name": "g", "parameters": 7}])";
  ToolCalls at_once({}, 1);
  at_once.add(text);
  const std::vector<Call> expected = calls_of({{"tool_calls", Json::parse(at_once.whole())}});
  REQUIRE(expected.size() == 3);
  CHECK(expected[0].name == "a \"b\"");
  CHECK(expected[0].arguments == R"({"x": "}, {\"name\": ", "y": [1, {"parameters": 2}]})");
  CHECK(expected[1].arguments == "\"de f\"");
  CHECK(expected[2].arguments == "7");
  Rng rng(7);
  for (int round = 0; round < 200; ++round) {
    ToolCalls calls({}, 1);
    Assembled assembled;
    const std::size_t most = 1 + rng.below(40);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + rng.below(most);
      const std::string deltas = calls.deltas(std::string_view(text).substr(at, size));
      if (!deltas.empty()) assembled.add(Json::parse(deltas));
      at += size;
    }
    CHECK(assembled.calls() == expected);
  }
}

TEST_CASE("ToolCalls: what is cut off before its end is no call of a message") {
  const std::string text = R"([{"name": "a", "parameters": {}}, {"name": "b", "parameters": {}}])";
  for (std::size_t size = 0; size < text.size(); ++size) {
    ToolCalls calls({}, 1);
    calls.add(text.substr(0, size));
    CHECK(calls.whole() == "[]");
  }
  ToolCalls nothing({.name = "a"}, 1);
  nothing.add(" \n");
  CHECK(nothing.whole() == "[]");
}

TEST_CASE("ToolCalls: text that is no calls at all does no harm") {
  constexpr std::string_view kMarks = R"([]{}",: \a)";
  Rng rng(11);
  for (int round = 0; round < 2000; ++round) {
    std::string text = R"([{"name": "a", "parameters": )";
    text.resize(rng.below(text.size() + 1));
    for (std::uint64_t i = rng.below(40); i > 0; --i) text += kMarks[rng.below(kMarks.size())];
    ToolCalls streamed({}, 1);
    for (const char c : text) static_cast<void>(streamed.deltas(std::string_view(&c, 1)));
    ToolCalls calls({}, 1);
    calls.add(text);
    CHECK(Json::parse(calls.whole()).is_array());
  }
}

TEST_CASE("HTTP: a required tool call is made, and streamed the same") {
  TestServer server;
  std::set<std::string> names;
  std::set<std::string> ids;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Json request = request_for("required", seed);
    request["parallel_tool_calls"] = seed % 2 == 1;
    const Answer answer = post(server.port(), kChat, request.dump());
    INFO(answer.body.dump());
    REQUIRE(answer.status == 200);
    const Json& choice = answer.body["choices"][0];
    const bool is_whole = choice["finish_reason"] == "tool_calls";
    CHECK((is_whole || choice["finish_reason"] == "length"));
    CHECK(choice["message"]["content"] == "");
    const std::vector<Call> calls = calls_of(choice["message"]);
    CHECK(calls.empty() == !is_whole);
    for (const Call& call : calls) {
      check_arguments(call);
      names.insert(call.name);
      CHECK(call.id.rfind("chatcmpl-tool-", 0) == 0);
      CHECK(ids.insert(call.id).second);
    }
    if (request["parallel_tool_calls"] == false) CHECK(calls.size() == 1);

    request["stream"] = true;
    request["logprobs"] = seed % 3 == 0;
    const httplib::Result streamed = client_for(server.port()).Post(kChat, request.dump(), kJson);
    REQUIRE(streamed);
    Assembled assembled;
    const std::vector<Json> chunks = chunks_of(streamed->body);
    CHECK(chunks.front()["choices"][0]["delta"]["role"] == "assistant");
    for (const Json& chunk : chunks) {
      const Json& delta = chunk["choices"][0]["delta"];
      if (delta.contains("tool_calls")) assembled.add(delta["tool_calls"]);
      CHECK(delta.value("content", "") == "");
    }
    CHECK(chunks.back()["choices"][0]["finish_reason"] == choice["finish_reason"]);
    if (is_whole) CHECK(assembled.calls() == calls);
  }
  CHECK(names == std::set<std::string>{"cordon", "drain"});
}

TEST_CASE("HTTP: a named function is called, for each choice") {
  TestServer server;
  Json request = request_for(named("drain"), 5);
  request["n"] = 3;
  const Answer answer = post(server.port(), kChat, request.dump());
  INFO(answer.body.dump());
  REQUIRE(answer.status == 200);
  request["stream"] = true;
  const httplib::Result streamed = client_for(server.port()).Post(kChat, request.dump(), kJson);
  REQUIRE(streamed);
  std::map<int, Assembled> assembled;
  for (const Json& chunk : chunks_of(streamed->body)) {
    const Json& choice = chunk["choices"][0];
    if (choice["delta"].contains("tool_calls")) {
      assembled[choice["index"].get<int>()].add(choice["delta"]["tool_calls"]);
    }
    CHECK((choice["finish_reason"].is_null() || choice["finish_reason"] == "stop"));
  }
  for (int i = 0; i < 3; ++i) {
    const Json& choice = answer.body["choices"][static_cast<std::size_t>(i)];
    CHECK(choice["finish_reason"] == "stop");  // OpenAI's way
    const std::vector<Call> calls = calls_of(choice["message"]);
    REQUIRE(calls.size() == 1);
    CHECK(calls[0].name == "drain");
    check_arguments(calls[0]);
    CHECK(assembled[i].calls() == calls);
  }
  // A function without a schema takes an object.
  request = request_for(named("f"), 1);
  request["tools"] = {{{"type", "function"}, {"function", {{"name", "f"}}}}};
  request["max_tokens"] = 1;
  const Answer begun = post(server.port(), kChat, request.dump());
  CHECK(begun.body["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
            .get<std::string>()
            .rfind('{', 0) == 0);
  CHECK(begun.body["choices"][0]["finish_reason"] == "length");
}

TEST_CASE("HTTP: a schema that no grammar carries is refused, and so is a choice of the model's") {
  TestServer server;
  Json request = request_for("required", 1);
  request["tools"][0]["function"]["parameters"]["dependentRequired"] = Json::object();
  const Answer unknown = post(server.port(), kChat, request.dump());
  CHECK(unknown.status == 400);
  CHECK(unknown.body["error"]["param"] == "tools");
  const Answer left_to_it = post(server.port(), kChat, request_for("auto", 1).dump());
  CHECK(left_to_it.status == 400);
  CHECK(left_to_it.body["error"]["message"] ==
        "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set, "
        "which this server does not have: ask for \"required\" or for a function by its name");
}

}  // namespace inferlab
