// Several choices and prompts, logprobs, echo and token ids, as the two APIs show them.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::Answer;
using testing::chunks_of;
using testing::client_for;
using testing::direct_greedy_text;
using testing::Json;
using testing::kChat;
using testing::kCompletions;
using testing::kJson;
using testing::post;
using testing::TestServer;
using testing::text_of;

Json ask(TestServer& server, const char* path, const Json& request) {
  const Answer answer = post(server.port(), path, request.dump());
  INFO(answer.body.dump());
  REQUIRE(answer.status == 200);
  return answer.body;
}

std::vector<Json> ask_stream(TestServer& server, const char* path, Json request) {
  request["stream"] = true;
  const httplib::Result result = client_for(server.port()).Post(path, request.dump(), kJson);
  REQUIRE(result);
  REQUIRE(result->status == 200);
  return chunks_of(result->body);
}

/// Texts of the choices of a stream, by index.
std::map<int, std::string> texts_of(const std::vector<Json>& chunks) {
  std::map<int, std::string> texts;
  for (const Json& chunk : chunks) {
    for (const Json& choice : chunk["choices"]) {
      std::string& text = texts[choice["index"].get<int>()];
      if (choice.contains("text")) text += choice["text"].get<std::string>();
      if (choice.contains("delta")) text += choice["delta"].value("content", "");
    }
  }
  return texts;
}

Json chat(int max_tokens) {
  return {{"messages", {{{"role", "user"}, {"content", "Hi"}}}}, {"max_tokens", max_tokens}};
}

}  // namespace

TEST_CASE("HTTP: choices are numbered prompt * n + i, each with its seed's own draw") {
  TestServer server;
  const Json request = {{"prompt", {"abc", "Hello GPU"}},
                        {"n", 3},
                        {"seed", 5},
                        {"max_tokens", 8},
                        {"top_p", 0.9},
                        {"ignore_eos", true}};
  const Json body = ask(server, kCompletions, request);
  REQUIRE(body["choices"].size() == 6);
  std::int64_t num_prompt_tokens = 0;
  for (const char* prompt : {"abc", "Hello GPU"}) {
    num_prompt_tokens += std::ssize(server.engine().tokenize(prompt));
  }
  CHECK(body["usage"]["prompt_tokens"] == num_prompt_tokens);
  CHECK(body["usage"]["completion_tokens"] == 48);
  for (int prompt = 0; prompt < 2; ++prompt) {
    for (int i = 0; i < 3; ++i) {
      const Json& choice = body["choices"][prompt * 3 + i];
      CHECK(choice["index"] == prompt * 3 + i);
      Json alone = request;
      alone["prompt"] = request["prompt"][prompt];
      alone["n"] = 1;
      alone["seed"] = 5 + i;
      CHECK(ask(server, kCompletions, alone)["choices"][0]["text"] == choice["text"]);
    }
  }
  // Streamed, the same texts come by index, and one usage for all.
  Json streaming = request;
  streaming["stream_options"] = {{"include_usage", true}};
  const std::vector<Json> chunks = ask_stream(server, kCompletions, streaming);
  const std::map<int, std::string> texts = texts_of(chunks);
  REQUIRE(texts.size() == 6);
  for (const auto& [index, text] : texts) CHECK(text == body["choices"][index]["text"]);
  CHECK(chunks.back()["usage"] == body["usage"]);
  int num_ends = 0;
  for (const Json& chunk : chunks) {
    for (const Json& choice : chunk["choices"]) num_ends += choice["finish_reason"] == "length";
  }
  CHECK(num_ends == 6);
}

TEST_CASE("HTTP: a chat with n choices opens each of them with the role") {
  TestServer server;
  Json request = chat(5);
  request["n"] = 2;
  request["seed"] = 1;
  const std::vector<Json> chunks = ask_stream(server, kChat, request);
  REQUIRE(chunks.size() >= 4);
  for (int i = 0; i < 2; ++i) {
    CHECK(chunks[i]["choices"][0]["index"] == i);
    CHECK(chunks[i]["choices"][0]["delta"]["role"] == "assistant");
  }
  const Json body = ask(server, kChat, request);
  const std::map<int, std::string> texts = texts_of(chunks);
  for (int i = 0; i < 2; ++i) {
    CHECK(texts.at(i) == body["choices"][i]["message"]["content"]);
  }
}

TEST_CASE("HTTP: the logprobs of a completion say which tokens, how likely, and where") {
  TestServer server;
  const Json request = {{"prompt", "abc"}, {"max_tokens", 6}, {"temperature", 0}, {"logprobs", 2}};
  const Json choice = ask(server, kCompletions, request)["choices"][0];
  const Json& logprobs = choice["logprobs"];
  for (const char* name : {"tokens", "token_logprobs", "top_logprobs", "text_offset"}) {
    REQUIRE(logprobs[name].size() == 6);
  }
  CHECK(logprobs["text_offset"][0] == 0);
  for (std::size_t i = 0; i < 6; ++i) {
    const Json& top = logprobs["top_logprobs"][i];
    CHECK(top.size() <= 3);
    CHECK_FALSE(top.empty());
    // Greedy: the token is the likeliest.
    const double own = logprobs["token_logprobs"][i];
    CHECK(own <= 0);
    for (const auto& [name, value] : top.items()) CHECK(value.get<double>() <= own);
  }
  // Token ids instead of texts are found in return_token_ids.
  Json by_id = request;
  by_id["return_tokens_as_token_ids"] = true;
  by_id["return_token_ids"] = true;
  const Json named = ask(server, kCompletions, by_id)["choices"][0];
  CHECK(named["prompt_token_ids"] == Json(server.engine().tokenize("abc")));
  REQUIRE(named["token_ids"].size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    const std::string name = "token_id:" + std::to_string(named["token_ids"][i].get<int>());
    CHECK(named["logprobs"]["tokens"][i] == name);
    CHECK(named["logprobs"]["top_logprobs"][i].contains(name));
  }
}

TEST_CASE("HTTP: an echo with logprobs and no new token scores the prompt") {
  TestServer server;
  const std::vector<TokenId> prompt = server.engine().tokenize("Hello GPU");
  for (const int max_tokens : {0, 3}) {
    const Json request = {{"prompt", "Hello GPU"},
                          {"max_tokens", max_tokens},
                          {"temperature", 0},
                          {"logprobs", 1},
                          {"echo", true}};
    const Json choice = ask(server, kCompletions, request)["choices"][0];
    const std::string output = max_tokens == 0 ? "" : direct_greedy_text(prompt, max_tokens);
    CHECK(choice["text"] == "Hello GPU" + output);
    const Json& logprobs = choice["logprobs"];
    const std::size_t num_tokens = prompt.size() + static_cast<std::size_t>(max_tokens);
    REQUIRE(logprobs["tokens"].size() == num_tokens);
    CHECK(logprobs["token_logprobs"][0].is_null());
    CHECK(logprobs["top_logprobs"][0].is_null());
    for (std::size_t i = 1; i < num_tokens; ++i) {
      CHECK(logprobs["token_logprobs"][i].get<double>() <= 0);
    }
    // A stream says the same in one piece, because the prompt's come with the end.
    const std::vector<Json> chunks = ask_stream(server, kCompletions, request);
    CHECK(chunks[0]["choices"][0]["logprobs"] == logprobs);
    CHECK(text_of(chunks) == choice["text"]);
  }
}

TEST_CASE("HTTP: prompt_logprobs are a map by token id for each token but the first") {
  TestServer server;
  Json request = chat(2);
  request["prompt_logprobs"] = 1;
  request["temperature"] = 0;
  const Json body = ask(server, kChat, request);
  REQUIRE(body["prompt_logprobs"].size() == body["usage"]["prompt_tokens"]);
  CHECK(body["prompt_logprobs"][0].is_null());
  for (std::size_t i = 1; i < body["prompt_logprobs"].size(); ++i) {
    const Json& place = body["prompt_logprobs"][i];
    CHECK((place.size() == 1 || place.size() == 2));
    bool has_first = false;
    for (const auto& [id, value] : place.items()) {
      CHECK(value["logprob"].get<double>() <= 0);
      CHECK(value["decoded_token"].is_string());
      has_first = has_first || value["rank"] == 1;
    }
    CHECK(has_first);
  }
}

TEST_CASE("HTTP: prompt_logprobs stand beside each choice of a completion") {
  TestServer server;
  const Json request = {{"prompt", "abc"}, {"max_tokens", 2}, {"n", 2}, {"prompt_logprobs", 0}};
  const Json body = ask(server, kCompletions, request);
  REQUIRE(body["choices"][0]["prompt_logprobs"].size() == body["usage"]["prompt_tokens"]);
  CHECK(body["choices"][0]["prompt_logprobs"][1].size() == 1);
  CHECK(body["choices"][1]["prompt_logprobs"] == body["choices"][0]["prompt_logprobs"]);
}

TEST_CASE("HTTP: a chat's logprobs have bytes that join to the text, whole or streamed") {
  TestServer server;
  Json request = chat(12);
  request["temperature"] = 0;
  request["logprobs"] = true;
  request["top_logprobs"] = 3;
  request["ignore_eos"] = true;
  request["return_token_ids"] = true;
  const Json body = ask(server, kChat, request);
  const Json& content = body["choices"][0]["logprobs"]["content"];
  REQUIRE(content.size() == 12);
  CHECK(body["prompt_token_ids"].size() == body["usage"]["prompt_tokens"]);
  CHECK(body["choices"][0]["token_ids"].size() == 12);
  std::string joined;
  for (const Json& token : content) {
    REQUIRE(token["top_logprobs"].size() == 3);
    CHECK(token["top_logprobs"][0]["logprob"] == token["logprob"]);
    CHECK(token["top_logprobs"][0]["bytes"] == token["bytes"]);
    for (const Json& byte : token["bytes"]) joined += static_cast<char>(byte.get<int>());
  }
  const std::string text = body["choices"][0]["message"]["content"];
  if (text.find("\xef\xbf\xbd") == std::string::npos) CHECK(joined == text);

  Json pieces = Json::array();
  Json ids = Json::array();
  const std::vector<Json> chunks = ask_stream(server, kChat, request);
  CHECK(chunks[0]["prompt_token_ids"] == body["prompt_token_ids"]);
  for (const Json& chunk : chunks) {
    const Json& choice = chunk["choices"][0];
    if (choice["logprobs"].is_object()) {
      for (const Json& token : choice["logprobs"]["content"]) pieces.push_back(token);
    }
    if (choice.contains("token_ids")) {
      for (const Json& id : choice["token_ids"]) ids.push_back(id);
    }
  }
  CHECK(pieces == content);
  CHECK(ids == body["choices"][0]["token_ids"]);
}

TEST_CASE("HTTP: continuous usage counts up in every chunk") {
  TestServer server;
  Json request = chat(6);
  request["temperature"] = 0;
  request["ignore_eos"] = true;
  request["stream_options"] = {{"include_usage", true}, {"continuous_usage_stats", true}};
  std::int64_t last = 0;
  const std::vector<Json> chunks = ask_stream(server, kChat, request);
  for (const Json& chunk : chunks) {
    REQUIRE(chunk["usage"].is_object());
    CHECK(chunk["usage"]["completion_tokens"] >= last);
    last = chunk["usage"]["completion_tokens"];
  }
  CHECK(chunks.front()["usage"]["completion_tokens"] == 0);
  CHECK(last == 6);
}

TEST_CASE("HTTP: an echo, a truncated prompt, no special tokens") {
  TestServer server;
  Json request = {{"prompt", "Hello GPU"}, {"max_tokens", 4}, {"temperature", 0}, {"echo", true}};
  const std::string whole = ask(server, kCompletions, request)["choices"][0]["text"];
  CHECK(whole == "Hello GPU" + direct_greedy_text(server.engine().tokenize("Hello GPU"), 4));
  CHECK(text_of(ask_stream(server, kCompletions, request)) == whole);

  request["truncate_prompt_tokens"] = 2;
  request["return_token_ids"] = true;
  const std::vector<TokenId> tokens = server.engine().tokenize("Hello GPU");
  Json body = ask(server, kCompletions, request);
  CHECK(body["usage"]["prompt_tokens"] == 2);
  CHECK(body["choices"][0]["prompt_token_ids"] ==
        Json(std::vector<TokenId>(tokens.end() - 2, tokens.end())));
  request["truncation_side"] = "right";
  body = ask(server, kCompletions, request);
  CHECK(body["choices"][0]["prompt_token_ids"] ==
        Json(std::vector<TokenId>(tokens.begin(), tokens.begin() + 2)));

  const Json plain = {{"prompt", "Hello GPU"},
                      {"max_tokens", 1},
                      {"add_special_tokens", false},
                      {"return_token_ids", true}};
  CHECK(ask(server, kCompletions, plain)["choices"][0]["prompt_token_ids"] ==
        Json(server.engine().tokenizer().encode("Hello GPU", {.add_special = false})));
}

TEST_CASE("HTTP: a final message of the assistant is continued, and echoed where asked") {
  TestServer server;
  Json request = {
      {"messages",
       {{{"role", "user"}, {"content", "Hi"}}, {{"role", "assistant"}, {"content", "So it is"}}}},
      {"max_tokens", 4},
      {"temperature", 0},
      {"add_generation_prompt", false},
      {"continue_final_message", true},
      {"return_token_ids", true}};
  const Json body = ask(server, kChat, request);
  auto expected = *server.engine().render_chat(std::vector<ChatMessage>{{"user", "Hi"}});
  const std::vector<TokenId> begun =
      server.engine().tokenizer().encode("So it is", {.add_special = false});
  expected.insert(expected.end(), begun.begin(), begun.end());
  CHECK(body["prompt_token_ids"] == Json(expected));
  const std::string output = direct_greedy_text(expected, 4);
  CHECK(body["choices"][0]["message"]["content"] == output);
  request["echo"] = true;
  CHECK(ask(server, kChat, request)["choices"][0]["message"]["content"] == "So it is" + output);
  CHECK(text_of(ask_stream(server, kChat, request)) == "So it is" + output);
}

TEST_CASE("HTTP: bad words, allowed tokens and biases decide what is drawn") {
  TestServer server;
  const Json request = {{"prompt", "abc"},
                        {"max_tokens", 8},
                        {"temperature", 0},
                        {"ignore_eos", true},
                        {"return_token_ids", true}};
  const Json plain = ask(server, kCompletions, request)["choices"][0]["token_ids"];
  const int first = plain[0];

  Json biased = request;
  biased["logit_bias"] = {{std::to_string(first), -100}};
  const Json others = ask(server, kCompletions, biased)["choices"][0]["token_ids"];
  for (const Json& id : others) {
    CHECK(id != first);
  }
  Json allowed = request;
  allowed["allowed_token_ids"] = {17, 5, 5};
  const Json those = ask(server, kCompletions, allowed)["choices"][0]["token_ids"];
  for (const Json& id : those) {
    CHECK((id == 5 || id == 17));
  }
}

TEST_CASE("HTTP: usage tells cached tokens when the server is told to") {
  ServeOptions options;
  options.enable_prompt_tokens_details = true;
  options.block_size = 4;
  TestServer server(options);
  Json request = {{"prompt", std::string(40, 'a')}, {"max_tokens", 2}};
  CHECK(ask(server, kCompletions, request)["usage"]["prompt_tokens_details"]["cached_tokens"] == 0);
  const Json again = ask(server, kCompletions, request)["usage"]["prompt_tokens_details"];
  CHECK(again["cached_tokens"].get<int>() > 0);
  CHECK(again["cached_tokens"].get<int>() % 4 == 0);
  // Who brings a salt shares with nobody else.
  request["cache_salt"] = "pepper";
  CHECK(ask(server, kCompletions, request)["usage"]["prompt_tokens_details"]["cached_tokens"] == 0);
}

TEST_CASE("HTTP: a server may keep JSON on one line, whatever the request says") {
  ServeOptions options;
  options.disable_any_whitespace = true;
  TestServer strict(options);
  TestServer loose;
  const Json request = {
      {"prompt", "abc"},
      {"max_tokens", 60},
      {"temperature", 0},
      // Blanks before all else, where they may stand.
      {"logit_bias", {{std::to_string(strict.engine().tokenizer().encode(" ").back()), 100}}},
      {"structured_outputs",
       {{"json", {{"type", "array"}, {"items", {{"type", "boolean"}}}, {"minItems", 2}}}}}};
  const std::string blanks = ask(loose, kCompletions, request)["choices"][0]["text"];
  CHECK(blanks.find("  ") != std::string::npos);
  const std::string line = ask(strict, kCompletions, request)["choices"][0]["text"];
  CHECK(line.find("  ") == std::string::npos);
  CHECK(line.starts_with("["));
}

}  // namespace inferlab
