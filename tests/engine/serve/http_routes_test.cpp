// What is served beside completions: models, health, tokens, pages of other origins.
#include <catch2/catch.hpp>
#include <future>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::Answer;
using testing::client_for;
using testing::Json;
using testing::kCompletions;
using testing::kJson;
using testing::post;
using testing::raw_status;
using testing::TestServer;

Json get(TestServer& server, const std::string& path) {
  const httplib::Result result = client_for(server.port()).Get(path);
  REQUIRE(result);
  return Json::parse(result->body, nullptr, false);
}

}  // namespace

TEST_CASE("HTTP: models are listed and found by name") {
  ServeOptions options;
  options.served_model_name = {"big", "org/small-1"};
  TestServer server(options);
  const Json list = get(server, "/v1/models");
  REQUIRE(list["data"].size() == 2);
  CHECK(list["data"][1]["id"] == "org/small-1");
  CHECK(list["data"][1]["root"] == "big");
  CHECK(list["data"][0]["permission"][0]["allow_logprobs"] == true);
  CHECK(get(server, "/v1/models/org/small-1") == list["data"][1]);
  CHECK(client_for(server.port()).Get("/v1/models/none")->status == 404);
  CHECK(get(server, "/v1/models/none")["error"]["message"] == "The model `none` does not exist.");
}

TEST_CASE("HTTP: who is loading is alive and not ready; who drains too") {
  testing::TestEngine test;
  const auto server = HttpServer::start(TestServer::on_free_port({}));
  REQUIRE(server);
  httplib::Client client = client_for((*server)->port());
  const auto statuses = [&] {
    std::vector<int> out;
    for (const char* path : {"/health", "/health/ready", "/health/startup", "/ping"}) {
      out.push_back(client.Get(path)->status);
    }
    out.push_back(client.Post("/ping", "", kJson)->status);
    out.push_back(client.Get("/health/live")->status);
    return out;
  };
  CHECK(statuses() == std::vector<int>{503, 503, 503, 503, 503, 200});
  (*server)->attach(*test.engine);
  CHECK(statuses() == std::vector<int>{200, 200, 200, 200, 200, 200});
  (*server)->begin_drain();
  CHECK(statuses() == std::vector<int>{503, 503, 503, 503, 503, 200});
  const httplib::Result refused = client.Post(kCompletions, R"({"prompt": "a"})", kJson);
  CHECK(refused->status == 503);
  CHECK(refused->get_header_value("Retry-After") == "1");
  CHECK(refused->get_header_value("Connection") == "close");
}

TEST_CASE("HTTP: a drain lets answers under way come to their end") {
  TestServer server;
  server.gate().close();
  auto body = std::async(std::launch::async, [&] {
    const httplib::Result result =
        client_for(server.port())
            .Post(kCompletions,
                  R"({"prompt": "abc", "max_tokens": 20, "ignore_eos": true, "stream": true})",
                  kJson);
    return result ? result->body : std::string();
  });
  CHECK(testing::eventually(
      [&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  server.server->begin_drain();
  CHECK(server.server->num_open() == 1);
  CHECK(post(server.port(), kCompletions, R"({"prompt": "a"})").status == 503);
  server.gate().open();
  const std::vector<Json> chunks = testing::chunks_of(body.get());
  CHECK(chunks.back()["choices"][0]["finish_reason"] == "length");
  CHECK(testing::eventually([&] { return server.server->num_open() == 0; }));
}

TEST_CASE("HTTP: text becomes tokens and text again") {
  TestServer server;
  const Json tokens =
      post(server.port(), "/tokenize", R"({"prompt": "Hello GPU", "return_token_strs": true})")
          .body;
  const std::vector<TokenId> expected = server.engine().tokenize("Hello GPU");
  CHECK(tokens["tokens"] == Json(expected));
  CHECK(tokens["count"] == expected.size());
  CHECK(tokens["max_model_len"] == server.engine().max_model_len());
  CHECK(tokens["token_strs"].size() == expected.size());
  const Json plain =
      post(server.port(), "/tokenize", R"({"prompt": "Hello GPU", "add_special_tokens": false})")
          .body;
  CHECK(plain["tokens"] ==
        Json(server.engine().tokenizer().encode("Hello GPU", {.add_special = false})));
  CHECK(plain["token_strs"].is_null());
  const Json text =
      post(server.port(), "/detokenize", Json{{"tokens", plain["tokens"]}}.dump()).body;
  CHECK(text["prompt"] == "Hello GPU");

  const Json chat =
      post(server.port(), "/tokenize", R"({"messages": [{"role": "user", "content": "Hi"}]})").body;
  const auto rendered = server.engine().render_chat(std::vector<ChatMessage>{{"user", "Hi"}});
  CHECK(chat["tokens"] == Json(*rendered));

  CHECK(post(server.port(), "/tokenize", "{}").status == 400);
  CHECK(post(server.port(), "/tokenize", R"({"prompt": 3})").status == 400);
  CHECK(post(server.port(), "/tokenize", R"({"prompt": "a", "model": "none"})").status == 404);
  CHECK(post(server.port(), "/detokenize", R"({"tokens": [99999]})").status == 400);
  CHECK(post(server.port(), "/detokenize", R"({"tokens": "a"})").status == 400);
  CHECK(client_for(server.port()).Get("/tokenize")->status == 405);
}

TEST_CASE("HTTP: a generate model serves no embeddings, and says so") {
  TestServer server;
  const Answer answer = post(server.port(), "/v1/embeddings", R"({"input": "a"})");
  CHECK(answer.status == 400);
  CHECK(answer.body["error"]["message"] == "The model does not support Embeddings API");
}

TEST_CASE("HTTP: the load counts answers under way where it is asked for") {
  const bool counts = GENERATE(true, false);
  ServeOptions options;
  options.enable_server_load_tracking = counts;
  TestServer server(options);
  CHECK(get(server, "/load")["server_load"] == 0);
  server.gate().close();
  auto asked = std::async(std::launch::async, [&] {
    return client_for(server.port())
        .Post(kCompletions, R"({"prompt": "a", "max_tokens": 2})", kJson)
        ->status;
  });
  CHECK(testing::eventually(
      [&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  CHECK(get(server, "/load")["server_load"] == (counts ? 1 : 0));
  server.gate().open();
  CHECK(asked.get() == 200);
}

TEST_CASE("HTTP: a wrong method is 405 and names the right one") {
  TestServer server;
  const httplib::Result result = client_for(server.port()).Get(kCompletions);
  CHECK(result->status == 405);
  CHECK(result->get_header_value("Allow") == "POST");
  CHECK(Json::parse(result->body)["error"]["message"] == "Method Not Allowed");
}

TEST_CASE("HTTP: pages of allowed origins may read answers") {
  ServeOptions options;
  const bool any = GENERATE(true, false);
  if (!any) options.allowed_origins = {"https://a.example"};
  TestServer server(options);
  httplib::Client client = client_for(server.port());
  const auto allowed = [&](const char* origin) {
    return client.Get("/version", {{"Origin", origin}})
        ->get_header_value("Access-Control-Allow-Origin");
  };
  CHECK(allowed("https://a.example") == (any ? "*" : "https://a.example"));
  CHECK(allowed("https://b.example") == (any ? "*" : ""));
  CHECK_FALSE(client.Get("/version")->has_header("Access-Control-Allow-Origin"));
  const httplib::Result preflight =
      client.Options(kCompletions, {{"Origin", "https://a.example"},
                                    {"Access-Control-Request-Method", "POST"},
                                    {"Access-Control-Request-Headers", "authorization"}});
  REQUIRE(preflight);
  CHECK(preflight->status == 200);
  CHECK(preflight->get_header_value("Access-Control-Allow-Headers") == "authorization");
}

TEST_CASE("HTTP: a proxy's prefix is taken off paths") {
  ServeOptions options;
  options.root_path = "/llm";
  options.api_keys = {"sesame"};
  TestServer server(options);
  httplib::Client client = client_for(server.port());
  CHECK(client.Get("/llm/version")->status == 200);
  CHECK(client.Get("/version")->status == 200);
  CHECK(client.Get("/llmx/version")->status == 404);
  CHECK(client.Get("/llm/v1/models")->status == 401);
}

TEST_CASE("HTTP: a request id is the client's, by header or body, where it is plain") {
  ServeOptions options;
  options.enable_request_id_headers = true;
  TestServer server(options);
  httplib::Client client = client_for(server.port());
  const auto id = [&](const httplib::Headers& headers, const char* body) {
    const httplib::Result result = client.Post(kCompletions, headers, body, kJson);
    return Json::parse(result->body)["id"].get<std::string>();
  };
  CHECK(id({{"X-Request-Id", "r-1"}}, R"({"prompt": "a", "max_tokens": 1})") == "cmpl-r-1");
  CHECK(id({}, R"({"prompt": "a", "max_tokens": 1, "request_id": "r-2"})") == "cmpl-r-2");
  CHECK(id({}, R"({"prompt": "a", "max_tokens": 1, "request_id": "no\nid"})").size() == 37);
  CHECK(client.Get("/version", {{"X-Request-Id", "r-3"}})->get_header_value("X-Request-Id") ==
        "r-3");
}

}  // namespace inferlab
