#include <catch2/catch.hpp>
#include <future>
#include <mutex>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::Answer;
using testing::chunks_of;
using testing::client_for;
using testing::direct_greedy_text;
using testing::eventually;
using testing::Json;
using testing::kChat;
using testing::kCompletions;
using testing::kJson;
using testing::post;
using testing::TestServer;
using testing::text_of;

Json completion(const std::string& prompt, int max_tokens) {
  return {{"model", "inferlab-random"},
          {"prompt", prompt},
          {"max_tokens", max_tokens},
          {"temperature", 0}};
}

std::string stream_body(int port, const char* path, Json request) {
  request["stream"] = true;
  httplib::Client client = client_for(port);
  const httplib::Result result = client.Post(path, request.dump(), kJson);
  REQUIRE(result);
  CHECK(result->status == 200);
  CHECK(result->get_header_value("Content-Type") == "text/event-stream; charset=utf-8");
  return result->body;
}

}  // namespace

TEST_CASE("HTTP: a completion has text, finish_reason and usage that adds up") {
  TestServer server;
  const std::string model = server.engine().served_model_names()[0];
  Json request = completion("Hello GPU", 12);
  request["model"] = model;
  const Answer answer = post(server.port(), kCompletions, request.dump());
  REQUIRE(answer.status == 200);
  CHECK(answer.body["object"] == "text_completion");
  CHECK(answer.body["id"].get<std::string>().rfind("cmpl-", 0) == 0);
  CHECK(answer.body["model"] == model);
  CHECK(answer.body["created"].get<std::int64_t>() > 1'700'000'000);
  const auto prompt = server.engine().tokenize("Hello GPU");
  CHECK(answer.body["choices"][0]["text"] == direct_greedy_text(prompt, 12));
  CHECK(answer.body["choices"][0]["finish_reason"] == "length");
  CHECK(answer.body["usage"]["prompt_tokens"] == prompt.size());
  CHECK(answer.body["usage"]["completion_tokens"] == 12);
  CHECK(answer.body["usage"]["total_tokens"] == prompt.size() + 12);

  // The same prompt as token ids, and as an array of one string.
  request["prompt"] = prompt;
  CHECK(post(server.port(), kCompletions, request.dump()).body["choices"] ==
        answer.body["choices"]);
  request["prompt"] = Json::array({"Hello GPU"});
  CHECK(post(server.port(), kCompletions, request.dump()).body["choices"] ==
        answer.body["choices"]);
}

TEST_CASE("HTTP: a chat is rendered with the model's template") {
  TestServer server;
  const std::vector<ChatMessage> messages = {{"system", "Be short."}, {"user", "Why Pending?"}};
  const auto prompt = server.engine().render_chat(messages);
  REQUIRE(prompt);
  const Json request = {
      {"messages",
       {{{"role", "system"}, {"content", "Be short."}},
        {{"role", "user"}, {"content", {{{"type", "text"}, {"text", "Why Pending?"}}}}}}},
      {"max_completion_tokens", 10},
      {"temperature", 0},
      {"user", "unknown fields are passed over"},
      {"foo", {{"bar", 1}}}};
  const Answer answer = post(server.port(), kChat, request.dump());
  REQUIRE(answer.status == 200);
  CHECK(answer.body["object"] == "chat.completion");
  CHECK(answer.body["id"].get<std::string>().rfind("chatcmpl-", 0) == 0);
  CHECK(answer.body["choices"][0]["message"]["role"] == "assistant");
  CHECK(answer.body["choices"][0]["message"]["content"] == direct_greedy_text(*prompt, 10));
  CHECK(answer.body["usage"]["prompt_tokens"] == prompt->size());
}

TEST_CASE("HTTP: a stream has the role first, then pieces, the reason, usage and [DONE]") {
  TestServer server;
  Json request = {{"messages", {{{"role", "user"}, {"content", "Hi"}}}},
                  {"max_tokens", 9},
                  {"temperature", 0},
                  {"stream_options", {{"include_usage", true}}}};
  const std::vector<Json> chunks = chunks_of(stream_body(server.port(), kChat, request));
  REQUIRE(chunks.size() > 4);
  CHECK(chunks[0]["choices"][0]["delta"] == Json{{"role", "assistant"}, {"content", ""}});
  for (const Json& chunk : chunks) {
    CHECK(chunk["object"] == "chat.completion.chunk");
    CHECK(chunk["id"] == chunks[0]["id"]);
  }
  const Json& last = chunks[chunks.size() - 2];
  CHECK(last["choices"][0]["finish_reason"] == "length");
  CHECK(chunks[chunks.size() - 3]["choices"][0]["finish_reason"].is_null());
  CHECK(last["usage"].is_null());
  const Json& usage = chunks.back();
  CHECK(usage["choices"].empty());
  CHECK(usage["usage"]["completion_tokens"] == 9);
  request.erase("stream_options");
  const Answer whole = post(server.port(), kChat, request.dump());
  CHECK(text_of(chunks) == whole.body["choices"][0]["message"]["content"]);
  CHECK(usage["usage"] == whole.body["usage"]);

  const std::vector<Json> plain = chunks_of(stream_body(
      server.port(), kCompletions, {{"prompt", "Hi"}, {"max_tokens", 9}, {"temperature", 0}}));
  CHECK(plain.back()["choices"][0]["finish_reason"] == "length");
  CHECK_FALSE(plain.back().contains("usage"));
  CHECK(text_of(plain) == direct_greedy_text(server.engine().tokenize("Hi"), 9));
}

TEST_CASE("HTTP: pieces of a stream arrive while the next step has not run") {
  TestServer server;
  server.gate().close();
  std::mutex mutex;
  std::string received;
  const auto has = [&](const char* what) {
    const std::scoped_lock lock(mutex);
    return received.find(what) != std::string::npos;
  };
  auto done = std::async(std::launch::async, [&] {
    httplib::Client client = client_for(server.port());
    httplib::Request request;
    request.method = "POST";
    request.path = kCompletions;
    request.set_header("Content-Type", kJson);
    request.body = R"({"prompt": "abc", "max_tokens": 60, "temperature": 0, "stream": true})";
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t,
                                   std::uint64_t) {
      const std::scoped_lock lock(mutex);
      received.append(data, size);
      return true;
    };
    return client.send(request)->status;
  });
  // A token may be part of a character, so the first text may need a few steps; the rest stays
  // shut.
  CHECK(eventually([&] {
    if (has("data: ")) return true;
    const EngineStats stats = server.engine().stats();
    if (stats.generation_tokens_total < 30) server.gate().permit(1);
    return false;
  }));
  CHECK(server.engine().stats().num_finished_total == 0);
  CHECK_FALSE(has("[DONE]"));
  server.gate().open();
  CHECK(done.get() == 200);
  CHECK(has("[DONE]"));
}

TEST_CASE("HTTP: a stop string is never partly streamed") {
  TestServer server;
  const std::string whole = direct_greedy_text(server.engine().tokenize("abc"), 40);
  // Whole characters out of the middle: JSON cannot say less.
  const auto character_at = [&](std::size_t at) {
    while (at < whole.size() && (static_cast<unsigned char>(whole[at]) & 0xC0U) == 0x80U) ++at;
    return at;
  };
  const std::size_t begin = character_at(10);
  const std::string stop = whole.substr(begin, character_at(begin + 5) - begin);
  REQUIRE(stop.size() >= 5);
  Json request = completion("abc", 40);
  request.erase("model");
  request["stop"] = Json::array({stop});
  const std::vector<Json> chunks = chunks_of(stream_body(server.port(), kCompletions, request));
  CHECK(text_of(chunks) == whole.substr(0, whole.find(stop)));
  CHECK(chunks.back()["choices"][0]["finish_reason"] == "stop");
  CHECK(chunks.back()["choices"][0]["stop_reason"] == stop);
  request["stop"] = stop;
  const Answer answer = post(server.port(), kCompletions, request.dump());
  CHECK(answer.body["choices"][0]["text"] == whole.substr(0, whole.find(stop)));
  CHECK(answer.body["choices"][0]["finish_reason"] == "stop");
}

TEST_CASE("HTTP: fields that ask for nothing are taken, and stop tokens are named") {
  TestServer server;
  const Json request = {{"messages", {{{"role", "user"}, {"content", "a"}}}},
                        {"max_tokens", 2},
                        {"n", 1},
                        {"logprobs", false},
                        {"top_logprobs", 0},
                        {"presence_penalty", 0.0},
                        {"logit_bias", Json::object()},
                        {"tool_choice", "none"},
                        {"skip_special_tokens", true},
                        {"add_generation_prompt", true},
                        {"guided_json", nullptr}};
  const Answer answer = post(server.port(), kChat, request.dump());
  INFO(answer.body.dump());
  CHECK(answer.status == 200);

  // Every token is a stop token, so the first one is it.
  Json stopping = {{"prompt", "abc"}, {"temperature", 0}, {"include_stop_str_in_output", true}};
  stopping["stop_token_ids"] = Json::array();
  for (int id = 3; id < 320; ++id) stopping["stop_token_ids"].push_back(id);
  const Answer stopped = post(server.port(), kCompletions, stopping.dump());
  REQUIRE(stopped.status == 200);
  CHECK(stopped.body["usage"]["completion_tokens"] == 1);
  CHECK(stopped.body["choices"][0]["stop_reason"].is_number());
  stopping["min_tokens"] = 3;
  stopping["stop_token_ids"] = Json::array({3});
  CHECK(post(server.port(), kCompletions, stopping.dump()).body["usage"]["completion_tokens"] >= 3);
}

TEST_CASE("HTTP: bad requests get OpenAI's error shape with the field") {
  TestServer server;
  struct Case {
    const char* path;
    const char* body;
    int status;
    const char* param;
  };
  const Case cases[] = {
      {kCompletions, R"({"prompt": "a", "max_tokens": "5"})", 400, "max_tokens"},
      {kCompletions, R"({"prompt": "a", "max_tokens": 1.5})", 400, "max_tokens"},
      {kCompletions, R"({"prompt": "a", "max_tokens": 0})", 400, "max_tokens"},
      {kCompletions, R"({"prompt": "a", "max_tokens": 18446744073709551615})", 400, "max_tokens"},
      {kCompletions, R"({"prompt": "a", "temperature": -1})", 400, "temperature"},
      {kCompletions, R"({"prompt": "a", "temperature": "hot"})", 400, "temperature"},
      {kCompletions, R"({"prompt": "a", "top_p": 0})", 400, "top_p"},
      {kCompletions, R"({"prompt": "a", "top_k": -2})", 400, "top_k"},
      {kCompletions, R"({"prompt": "a", "seed": "x"})", 400, "seed"},
      {kCompletions, R"({"prompt": "a", "stream": 1})", 400, "stream"},
      {kCompletions, R"({"prompt": "a", "stop": [""]})", 400, "stop"},
      {kCompletions, R"({"prompt": "a", "stop": 3})", 400, "stop"},
      {kCompletions, R"({"prompt": "a", "priority": -9223372036854775808})", 400, "priority"},
      {kCompletions, R"({"prompt": "a", "min_tokens": -1})", 400, "min_tokens"},
      {kCompletions, R"({"prompt": "a", "stop_token_ids": 3})", 400, "stop_token_ids"},
      {kCompletions, R"({"prompt": "a", "guided_regex": "("})", 400, "guided_regex"},
      {kCompletions, R"({"prompt": "a", "structured_outputs": {"regex": "a", "choice": ["b"]}})",
       400, "structured_outputs"},
      {kCompletions, R"({"prompt": "a", "structured_outputs": {"json": {"type": "thing"}}})", 400,
       "structured_outputs.json"},
      {kCompletions, R"({"prompt": "a", "model": 3})", 400, "model"},
      {kCompletions, R"({"prompt": "a", "model": "gpt-9"})", 404, "model"},
      {kCompletions, R"({})", 400, "prompt"},
      {kCompletions, R"({"prompt": [-1]})", 400, "prompt"},
      {kCompletions, R"({"prompt": [99999]})", 400, "prompt"},
      {kCompletions, R"({"prompt": [1, 2], "max_tokens": 100000})", 400, "input_tokens"},
      {kCompletions, R"({"prompt": "a", "logprobs": 21})", 400, "logprobs"},
      {kCompletions, R"({"prompt": "a", "prompt_logprobs": -1})", 400, "prompt_logprobs"},
      {kCompletions, R"({"prompt": "a", "max_tokens": 9223372036854775807})", 400, "input_tokens"},
      {kCompletions, R"({"prompt": "a", "logprobs": 20, "n": 16384, "max_tokens": 200})", 400,
       "logprobs"},
      {kCompletions, R"({"prompt": ["a", "b"], "n": 16384})", 400, "n"},
      {kCompletions, R"({"prompt": "a", "allowed_token_ids": [99999]})", 400, "allowed_token_ids"},
      {kCompletions, R"({"prompt": "a", "stop_token_ids": [99999]})", 400, "stop_token_ids"},
      {kCompletions, R"({"prompt": "a", "logit_bias": {"99999": 1}})", 400, "logit_bias"},
      {kCompletions, R"({"prompt": "a", "bad_words": [" "]})", 400, "bad_words"},
      {kCompletions, R"({"prompt": ["a", ""], "add_special_tokens": false})", 400, "prompt"},
      {kCompletions, R"({"prompt": "a", "truncate_prompt_tokens": 0})", 400, "prompt"},
      {kCompletions, R"([])", 400, nullptr},
      {kCompletions, R"({"prompt": )", 400, nullptr},
      {kCompletions, "", 400, nullptr},
      {kCompletions, "{\"prompt\": \"\xff\"}", 400, nullptr},
      {kCompletions, R"({"prompt": "a", "temperature": 1e999})", 400, nullptr},
      {kChat, R"({"messages": []})", 400, "messages"},
      {kChat, R"({"messages": "hi"})", 400, "messages"},
      {kChat, R"({"messages": [{"content": "hi"}]})", 400, "messages[0].role"},
      {kChat, R"({"messages": [{"role": "user", "content": 3}]})", 400, "messages[0].content"},
      {kChat, R"({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]})", 400,
       "messages[0].content"},
  };
  for (const Case& bad : cases) {
    INFO(bad.path << " " << bad.body);
    const Answer answer = post(server.port(), bad.path, bad.body);
    CHECK(answer.status == bad.status);
    const Json& error = answer.body["error"];
    CHECK(error["code"] == bad.status);
    CHECK(error["type"] == (bad.status == 404 ? "NotFoundError" : "BadRequestError"));
    CHECK(error["message"].is_string());
    CHECK(error["param"] == (bad.param == nullptr ? Json(nullptr) : Json(bad.param)));
  }
  CHECK(server.engine().stats().num_finished_total == 0);
}

}  // namespace inferlab
