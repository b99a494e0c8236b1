// POST /v1/embeddings, from the body to the answer.
#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/pooling_engine.h"

namespace inferlab {
namespace {

using testing::Answer;
using testing::engine_of;
using testing::Json;
using testing::pooling;
using testing::post;
using testing::random_prompt;

constexpr const char* kEmbeddings = "/v1/embeddings";

/// An engine behind HTTP on a free port.
struct EmbeddingServer {
  explicit EmbeddingServer(const GgufWriter& writer, ServeOptions options = {},
                           const LogSink& log = {}, const RequestSink& sink = {})
      : engine(engine_of(writer, options)) {
    auto started = HttpServer::start(testing::TestServer::on_free_port(options), log, sink);
    REQUIRE(started);
    server = std::move(*started);
    server->attach(*engine);
  }
  ~EmbeddingServer() { server->stop(); }
  [[nodiscard]] Answer ask(const Json& body) const {
    return post(server->port(), kEmbeddings, body.dump());
  }

  std::unique_ptr<Engine> engine;
  std::unique_ptr<HttpServer> server;
};

std::string message_of(const Answer& answer) {
  return answer.body["error"]["message"].get<std::string>();
}

}  // namespace

TEST_CASE("embeddings over HTTP: texts, ids and lists of them") {
  const EmbeddingServer server(random_encoder({}));
  const Answer text = server.ask({{"input", "the pod"}});
  REQUIRE(text.status == 200);
  CHECK(text.body["object"] == "list");
  CHECK(text.body["model"] == "random-encoder");
  CHECK(text.body["id"].get<std::string>().starts_with("embd-"));
  const std::vector<TokenId> ids = server.engine->tokenize("the pod");
  const Tokenizer& tokenizer = server.engine->tokenizer();
  REQUIRE(ids.size() == 4);
  CHECK(tokenizer.token_text(ids.front()) == "[CLS]");
  CHECK(tokenizer.token_text(ids.back()) == "[SEP]");
  CHECK(text.body["usage"]["prompt_tokens"] == ids.size());
  const Answer tokens = server.ask({{"input", ids}});
  CHECK(tokens.body["data"] == text.body["data"]);
  const Answer lists = server.ask({{"input", {{9}, ids}}});
  REQUIRE(lists.body["data"].size() == 2);
  CHECK(lists.body["data"][1]["embedding"] == text.body["data"][0]["embedding"]);
  CHECK(lists.body["data"][1]["index"] == 1);
  const Answer texts = server.ask({{"input", {"x", "the pod"}}});
  CHECK(texts.body["data"][1]["embedding"] == text.body["data"][0]["embedding"]);
  const Answer base64 = server.ask({{"input", "the pod"}, {"encoding_format", "base64"}});
  CHECK(base64.body["data"][0]["embedding"].get<std::string>().size() == 344);  // 4 * 64 bytes
  Json many = Json::array();
  for (int i = 0; i < 300; ++i) many.push_back("node " + std::to_string(i));
  CHECK(server.ask({{"input", many}}).body["data"].size() == 300);
}

TEST_CASE("embeddings over HTTP: EOS stands behind a text where the tokenizer says so") {
  const EmbeddingServer server(random_model({.add_eos_token = true, .pooling_type = 3}));
  const Tokenizer& tokenizer = server.engine->tokenizer();
  std::vector<TokenId> ids = tokenizer.encode("the pod", {.add_special = false});
  const Answer bare = server.ask({{"input", ids}});
  ids.push_back(*tokenizer.eos());
  const Answer ended = server.ask({{"input", ids}});
  const Answer text = server.ask({{"input", "the pod"}});
  CHECK(text.body["data"] == ended.body["data"]);
  CHECK(text.body["data"] != bare.body["data"]);
  CHECK(server.ask({{"input", "the pod"}, {"add_special_tokens", false}}).body["data"] ==
        bare.body["data"]);
  // Cut from the right or the left; what the tokenizer added stays.
  const Answer right = server.ask({{"input", "the pod"}, {"truncate_prompt_tokens", 2}});
  CHECK(right.body["data"] == server.ask({{"input", {ids.front(), ids.back()}}}).body["data"]);
  const Answer left = server.ask(
      {{"input", "the pod"}, {"truncate_prompt_tokens", 2}, {"truncation_side", "left"}});
  CHECK(left.body["data"] ==
        server.ask({{"input", {ids[ids.size() - 2], ids.back()}}}).body["data"]);
}

TEST_CASE("embeddings over HTTP: what is too long is refused or cut") {
  const EmbeddingServer server(random_encoder({}));
  const std::vector<TokenId> ids(200, 5);
  const Answer refused = server.ask({{"input", ids}});
  CHECK(refused.status == 400);
  CHECK(refused.body["error"]["type"] == "BadRequestError");
  CHECK(message_of(refused) ==
        "This model's maximum context length is 96 tokens. However, you requested 200 tokens in "
        "the input for embedding generation. Please reduce the length of the input.");
  // A word that the vocabulary does not make up is one token, however long it is.
  CHECK(server.ask({{"input", std::string(100'000, 'x')}}).body["usage"]["prompt_tokens"] == 3);
  std::string words;
  for (int i = 0; i < 5'000; ++i) words += "pod ";
  const Answer many = server.ask({{"input", words}});
  CHECK(many.status == 400);
  CHECK(message_of(many).find("you requested 5002 tokens") != std::string::npos);
  const Answer cut = server.ask({{"input", ids}, {"truncate_prompt_tokens", -1}});
  CHECK(cut.body["usage"]["prompt_tokens"] == 96);
  const Answer text = server.ask({{"input", words}, {"truncate_prompt_tokens", 10}});
  CHECK(text.body["usage"]["prompt_tokens"] == 10);
  const Answer short_text = server.ask({{"input", "pod pod pod pod pod pod pod pod"}});
  CHECK(text.body["data"] == short_text.body["data"]);  // [CLS] and [SEP] are still there
  // Also where the text spells them itself.
  const Answer spelt = server.ask({{"input", "[SEP] pod pod"}, {"truncate_prompt_tokens", 4}});
  CHECK(spelt.body["data"] == server.ask({{"input", "[SEP] pod"}}).body["data"]);
  const Answer over = server.ask({{"input", ids}, {"truncate_prompt_tokens", 97}});
  CHECK(over.status == 400);
  CHECK(message_of(over) ==
        "truncate_prompt_tokens value is greater than max_model_len. Please, select a smaller "
        "truncation size.");
  // One bad input refuses all of them.
  CHECK(server.ask({{"input", {{1, 2}, {320}}}}).status == 400);
  CHECK(server.ask({{"input", {{1, 2}, Json::array()}}}).status == 400);
  CHECK(server.engine->stats().scheduler.num_requests_running == 0);
}

TEST_CASE("embeddings over HTTP: models for pooling give no text, others no embeddings") {
  const EmbeddingServer pooling_server(random_encoder({}));
  const int port = pooling_server.server->port();
  const Answer completion = post(port, testing::kCompletions, R"({"prompt": "a"})");
  CHECK(completion.status == 400);
  CHECK(message_of(completion) == "The model does not support Completions API");
  CHECK(message_of(post(port, testing::kChat, "{}")) ==
        "The model does not support Chat Completions API");
  const testing::TestServer generating;
  const Answer refused = post(generating.port(), kEmbeddings, R"({"input": "a"})");
  CHECK(refused.status == 400);
  CHECK(message_of(refused) == "The model does not support Embeddings API");
  const Answer unknown = pooling_server.ask({{"input", "a"}, {"model", "other"}});
  CHECK(unknown.status == 404);
  CHECK(message_of(unknown) == "The model `other` does not exist.");
  CHECK(testing::client_for(port).Get(kEmbeddings)->status == 405);
  CHECK(testing::client_for(port).Post(kEmbeddings, "input=a", "text/plain")->status == 400);
}

TEST_CASE("embeddings over HTTP: many at once, each its own") {
  const EmbeddingServer server(random_model({}), pooling(R"({"pooling_type": "MEAN"})"));
  Rng rng(12, "embedding_test", "clients");
  std::vector<Json> bodies;
  std::vector<std::string> expected;
  for (int i = 0; i < 6; ++i) {
    Json inputs = Json::array();
    for (std::uint64_t n = 1 + rng.below(5); n > 0; --n) inputs.push_back(random_prompt(rng, 60));
    bodies.push_back({{"input", inputs}});
    expected.push_back(server.ask(bodies.back()).body["data"].dump());
  }
  std::vector<std::future<bool>> clients;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    clients.push_back(std::async(std::launch::async, [&, i] {
      for (int round = 0; round < 5; ++round) {
        const httplib::Result answer = testing::client_for(server.server->port())
                                           .Post(kEmbeddings, bodies[i].dump(), testing::kJson);
        if (!answer) return false;
        const Json body = Json::parse(answer->body, nullptr, false);
        if (body["data"].dump() != expected[i]) return false;
      }
      return true;
    }));
  }
  for (std::future<bool>& client : clients) CHECK(client.get());
}

TEST_CASE("embeddings over HTTP: keys, their limits, and a drain") {
  ServeOptions options;
  options.api_keys = {"one", "two"};
  options.key_limits = {.max_tokens_per_minute = 2};
  const EmbeddingServer server(random_encoder({}), options);
  httplib::Client client = testing::client_for(server.server->port());
  const auto ask = [&](const std::string& key) {
    return client.Post(kEmbeddings, {{"Authorization", "Bearer " + key}}, R"({"input": "the pod"})",
                       testing::kJson);
  };
  CHECK(ask("three")->status == 401);
  CHECK(ask("one")->status == 200);
  const httplib::Result refused = ask("one");  // 4 tokens are more than its minute's
  CHECK(refused->status == 429);
  CHECK(std::stoi(refused->get_header_value("Retry-After")) >= 1);
  CHECK(ask("two")->status == 200);

  const EmbeddingServer drained(random_encoder({}));
  drained.server->begin_drain();
  const Answer late = drained.ask({{"input", "the pod"}});
  CHECK(late.status == 503);
  CHECK(message_of(late) == "server: is shutting down");
  CHECK(drained.server->num_open() == 0);
}

TEST_CASE("embeddings over HTTP: each answer is told of, as a completion is") {
  std::mutex mutex;
  std::vector<RequestRecord> records;
  const EmbeddingServer server(random_encoder({}), {}, {}, [&](const RequestRecord& record) {
    const std::scoped_lock lock(mutex);
    records.push_back(record);
  });
  httplib::Client client = testing::client_for(server.server->port());
  const httplib::Result answer =
      client.Post(kEmbeddings, {{"X-Request-Id", "mine"}, {"X-Vllm-Priority", "3"}},
                  R"({"input": ["the pod", "node"]})", testing::kJson);
  CHECK(Json::parse(answer->body)["id"] == "embd-mine");
  CHECK(server.ask({{"input", Json::array()}}).status == 400);  // the engine has not taken it
  const std::scoped_lock lock(mutex);
  REQUIRE(records.size() == 1);
  const RequestRecord& record = records.front();
  CHECK(record.id == "embd-mine");
  CHECK(record.path == kEmbeddings);
  CHECK(record.model == "random-encoder");
  CHECK(record.status == 200);
  CHECK(record.prompt_tokens == 7);
  CHECK(record.completion_tokens == 0);
  CHECK(record.finish_reason == "stop");
  CHECK(record.e2e > Duration{});
  CHECK_FALSE(record.temperature);
}

}  // namespace inferlab
