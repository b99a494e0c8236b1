#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <mutex>

#include "engine/serve/serve.h"
#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::Answer;
using testing::chunks_of;
using testing::client_for;
using testing::connect_to;
using testing::direct_greedy_text;
using testing::eventually;
using testing::Json;
using testing::kChat;
using testing::kCompletions;
using testing::kJson;
using testing::post;
using testing::raw_status;
using testing::TestServer;
using testing::text_of;

}  // namespace

TEST_CASE("HTTP: health is 503 until the engine is there") {
  testing::TestEngine test;
  const auto server = HttpServer::start(TestServer::on_free_port({}));
  REQUIRE(server);
  httplib::Client client = client_for((*server)->port());
  CHECK(client.Get("/health")->status == 503);
  CHECK(client.Get("/v1/models")->status == 503);
  CHECK(client.Get("/version")->status == 200);
  CHECK(client.Post(kChat, "{}", kJson)->status == 503);
  (*server)->attach(*test.engine);
  CHECK(client.Get("/health")->status == 200);
  const Json models = Json::parse(client.Get("/v1/models")->body);
  CHECK(models["object"] == "list");
  CHECK(models["data"][0]["id"] == test.engine->served_model_names()[0]);
  CHECK(models["data"][0]["max_model_len"] == test.engine->max_model_len());
}

TEST_CASE("HTTP: unknown routes, methods and content types, huge and deep bodies") {
  TestServer server;
  httplib::Client client = client_for(server.port());
  CHECK(client.Get("/v2/none")->status == 404);
  CHECK(Json::parse(client.Get("/v2/none")->body)["error"]["code"] == 404);
  CHECK(client.Get(kChat)->status == 405);
  CHECK(client.Post(kChat, "a=b", "application/x-www-form-urlencoded")->status == 400);
  const std::string huge(std::size_t{9} * 1024 * 1024, ' ');
  const httplib::Result refused = client.Post(kCompletions, huge, kJson);
  REQUIRE(refused);
  CHECK(refused->status == 413);
  CHECK(Json::parse(refused->body)["error"]["code"] == 413);
  const Answer deep = post(server.port(), kCompletions, std::string(1'000'000, '['));
  CHECK(deep.status == 400);
  CHECK(deep.body["error"]["message"].get<std::string>().find("nested") != std::string::npos);
}

TEST_CASE("HTTP: bodies without a length, packed ones and endless chunked ones are refused") {
  ServeOptions options;
  options.max_body_bytes = 20'000;
  TestServer server(options);
  CHECK(raw_status(server.port(), "POST /v1/completions HTTP/1.1\r\nHost: a\r\n\r\n") == 411);
  const httplib::Result packed =
      client_for(server.port()).Post(kCompletions, {{"Content-Encoding", "gzip"}}, "zip", kJson);
  REQUIRE(packed);
  CHECK(packed->status == 415);
  const auto chunked = [&](std::size_t num_bytes) {
    return client_for(server.port())
        .Post(
            kCompletions,
            [num_bytes](std::size_t offset, httplib::DataSink& sink) {
              const std::string piece(1000, ' ');
              if (offset >= num_bytes) {
                sink.done();
                return true;
              }
              return sink.write(piece.data(), piece.size());
            },
            kJson);
  };
  const httplib::Result large = chunked(30'000);
  REQUIRE(large);
  CHECK(large->status == 413);
  CHECK_FALSE(chunked(std::size_t{200} * 1024 * 1024));  // cut off long before that
  CHECK(client_for(server.port()).Get("/health")->status == 200);
}

TEST_CASE("HTTP: what is left of a body is not taken for the next request") {
  ServeOptions options;
  options.max_body_bytes = 1000;
  TestServer server(options);
  const std::string second = "GET /version HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string huge(900'000, ' ');
  const std::string firsts[] = {
      "GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 34\r\n\r\n" + second,
      "GET /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + second,
      "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n" + huge + second,
      "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: "
      "40\r\n\r\n{}" +
          second,
      "NONSENSE\r\nContent-Length: 34\r\n\r\n" + second,
      "GET /health HTTP/1.1\r\nHost: a\r\nRange: nonsense\r\nContent-Length: 34\r\n\r\n" + second,
  };
  for (const std::string& first : firsts) {
    const std::string answer = testing::raw_answer(server.port(), first);
    INFO(first.substr(0, 200) << "\n" << answer);
    CHECK(answer.rfind("HTTP/1.1 ") == 0);  // one answer, and then the end
    CHECK(answer.find("Connection: close") != std::string::npos);
    CHECK(answer.find("Keep-Alive") == std::string::npos);
  }
  // What was read to its end is followed by the next.
  const std::string proper =
      "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const std::string both = testing::raw_answer(server.port(), proper);
  INFO(both);
  CHECK(both.rfind("HTTP/1.1 400", 0) == 0);
  CHECK(both.find("HTTP/1.1 200") != std::string::npos);
}

TEST_CASE("HTTP: the pieces of a stream come as they are, whatever packing the client offers") {
  TestServer server;
  server.gate().close();
  const std::string body = R"({"prompt": "abc", "max_tokens": 60, "stream": true})";
  const std::string request =
      "POST /v1/completions HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip, br\r\nRange: "
      "bytes=0-3\r\n"
      "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  auto answer = std::async(std::launch::async, [&] {
    const int socket = connect_to(server.port());
    send(socket, request.data(), request.size(), MSG_NOSIGNAL);
    std::string got;
    char buffer[4096];
    while (got.find("data: ") == std::string::npos) {
      const ssize_t size = recv(socket, buffer, sizeof buffer, 0);
      if (size <= 0) break;
      got.append(buffer, static_cast<std::size_t>(size));
    }
    close(socket);
    return got;
  });
  CHECK(eventually([&] {
    if (answer.wait_for(0ms) == std::future_status::ready) return true;
    if (server.engine().stats().generation_tokens_total < 30) server.gate().permit(1);
    return false;
  }));
  CHECK(server.engine().stats().generation_tokens_total < 60);
  server.gate().open();
  const std::string got = answer.get();
  INFO(got);
  CHECK(got.rfind("HTTP/1.1 200", 0) == 0);
  CHECK(got.find("data: ") != std::string::npos);
  CHECK(got.find("Content-Encoding") == std::string::npos);
}

TEST_CASE("HTTP: under load requests get 429 while health and metrics answer") {
  ServeOptions options;
  options.num_threads = 4;  // three of them for requests
  TestServer server(options);
  server.gate().close();
  const std::string body = R"({"prompt": "abc", "max_tokens": 2})";
  std::vector<std::future<int>> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(std::async(std::launch::async, [&] {
      const httplib::Result result = client_for(server.port()).Post(kCompletions, body, kJson);
      return result ? result->status : 0;
    }));
  }
  CHECK(eventually([&] {
    const SchedulerStats stats = server.engine().stats().scheduler;
    return stats.num_requests_running + stats.num_requests_waiting == 3;
  }));
  const Answer fourth = post(server.port(), kCompletions, body);
  CHECK(fourth.status == 429);
  CHECK(fourth.headers.find("Retry-After")->second == "1");
  // Clients that keep their connections do not hold the last thread.
  std::vector<std::unique_ptr<httplib::Client>> idle;
  for (int i = 0; i < 6; ++i) {
    idle.push_back(std::make_unique<httplib::Client>("127.0.0.1", server.port()));
    idle.back()->set_keep_alive(true);
    CHECK(idle.back()->Get(i % 2 == 0 ? "/health" : "/metrics")->status == 200);
  }
  server.gate().open();
  for (auto& status : waiting) CHECK(status.get() == 200);
}

TEST_CASE("HTTP: what a path decodes to cannot write lines into the log") {
  std::mutex mutex;
  std::vector<std::string> lines;
  TestServer server({}, {}, [&](LogLevel, std::string_view line) {
    const std::scoped_lock lock(mutex);
    lines.emplace_back(line);
  });
  CHECK(raw_status(server.port(),
                   "GET /a%0AINFO%1B[2J%22 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") ==
        404);
  const auto logged = [&] {
    const std::scoped_lock lock(mutex);
    return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("\"GET /a%0AINFO%1B[2J%22 HTTP/1.1\" 404") != std::string::npos;
    });
  };
  CHECK(eventually(logged));
  const std::scoped_lock lock(mutex);
  for (const std::string& line : lines) CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("HTTP: a client that leaves with a byte unread frees its KV blocks too") {
  TestServer server;
  server.gate().close();
  const std::string body = R"({"prompt": "abc", "max_tokens": 200, "ignore_eos": true})";
  const std::string request =
      "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body + "X";
  const int socket = connect_to(server.port());
  CHECK(send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0);
  CHECK(eventually([&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  close(socket);
  int num_polls = 0;
  CHECK(eventually([&] {
    if (num_polls++ % 10 == 0) server.gate().permit(1);
    return server.engine().stats().num_finished_total == 1;
  }));
  CHECK(server.engine().stats().generation_tokens_total < 200);
}

TEST_CASE("HTTP: a half request does not keep the server from stopping") {
  TestServer server;
  const int socket = connect_to(server.port());
  const std::string half = "POST /v1/completions HTTP/1.1\r\nContent-Le";
  CHECK(send(socket, half.data(), half.size(), MSG_NOSIGNAL) > 0);
  // Connections are accepted in order: after this the half one is being read.
  CHECK(client_for(server.port()).Get("/health")->status == 200);
  server.server->stop();
  close(socket);
}

TEST_CASE("HTTP: with an API key everything under /v1 asks for it") {
  ServeOptions options;
  options.api_keys = {"sesame"};
  TestServer server(options);
  httplib::Client client = client_for(server.port());
  CHECK(client.Get("/v1/models")->status == 401);
  CHECK(Json::parse(client.Get("/v1/models")->body)["error"]["type"] == "AuthenticationError");
  CHECK(client.Get("/v1/models", {{"Authorization", "Bearer sesam"}})->status == 401);
  CHECK(client.Get("/v1/models", {{"Authorization", "Bearer sesame"}})->status == 200);
  CHECK(client.Post(kCompletions, R"({"prompt": "a"})", kJson)->status == 401);
  CHECK(client.Get("/health")->status == 200);
  CHECK(client.Get("/metrics")->status == 200);
}

TEST_CASE("HTTP: a client that leaves frees its KV blocks") {
  const bool stream = GENERATE(true, false);
  INFO("stream " << stream);
  TestServer server;
  server.gate().close();
  auto gone = std::async(std::launch::async, [&] {
    httplib::Client client("127.0.0.1", server.port());
    // The JSON client gives up by its time limit, the streaming one when its first piece is there.
    client.set_read_timeout(std::chrono::milliseconds(stream ? 60000 : 50));
    const Json body = {{"prompt", "abc"},
                       {"max_tokens", 200},
                       {"temperature", 0},
                       {"stream", stream},
                       {"ignore_eos", true}};
    httplib::Request request;
    request.method = "POST";
    request.path = kCompletions;
    request.set_header("Content-Type", kJson);
    request.body = body.dump();
    request.content_receiver = [&](const char*, std::size_t, std::uint64_t, std::uint64_t) {
      return false;
    };
    return client.send(request) ? true : false;
  });
  CHECK(eventually([&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  // A step now and then, far fewer than there are tokens: only the abort can end it.
  int num_polls = 0;
  CHECK(eventually([&] {
    if (num_polls++ % 10 == 0) server.gate().permit(1);
    return server.engine().stats().num_finished_total == 1;
  }));
  CHECK_FALSE(gone.get());
  const EngineStats stats = server.engine().stats();
  CHECK(stats.num_free_blocks == stats.num_blocks);
  CHECK(stats.generation_tokens_total < 200);
  CHECK(client_for(server.port()).Get("/metrics")->body.find("finished_reason=\"abort\"} 1.0") !=
        std::string::npos);
}

TEST_CASE("HTTP: a full queue answers 429 with Retry-After") {
  ServeOptions options;
  options.max_num_seqs = 1;
  options.max_num_waiting = 1;
  TestServer server(options);
  server.gate().close();
  const Json request = {{"prompt", "abc"}, {"max_tokens", 3}};
  const auto ask = [&] {  // without Catch2's macros, which are for one thread
    const httplib::Result result =
        client_for(server.port()).Post(kCompletions, request.dump(), kJson);
    return result ? result->status : 0;
  };
  auto first = std::async(std::launch::async, ask);
  CHECK(eventually([&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  auto second = std::async(std::launch::async, ask);
  CHECK(eventually([&] { return server.engine().stats().scheduler.num_requests_waiting == 1; }));
  const Answer third = post(server.port(), kCompletions, request.dump());
  CHECK(third.status == 429);
  CHECK(third.headers.find("Retry-After")->second == "1");
  CHECK(third.body["error"]["type"] == "RateLimitError");
  server.gate().open();
  CHECK(first.get() == 200);
  CHECK(second.get() == 200);
}

TEST_CASE("HTTP: twenty streams at once all get what one alone gets") {
  ServeOptions options;
  options.max_num_seqs = 8;
  TestServer server(options);
  const Json request = {{"prompt", "Ready"}, {"max_tokens", 30}, {"temperature", 0}};
  const std::string expected = direct_greedy_text(server.engine().tokenize("Ready"), 30);
  std::vector<std::future<std::string>> bodies;
  for (int i = 0; i < 20; ++i) {
    bodies.push_back(std::async(std::launch::async, [&] {
      Json streaming = request;
      streaming["stream"] = true;
      httplib::Client client = client_for(server.port());
      const httplib::Result result = client.Post(kCompletions, streaming.dump(), kJson);
      return result ? result->body : std::string();
    }));
  }
  for (auto& body : bodies) CHECK(text_of(chunks_of(body.get())) == expected);
  CHECK(server.engine().stats().num_finished_total == 20);
}

TEST_CASE("HTTP: a stop ends open streams with an error and [DONE]") {
  TestServer server;
  server.gate().close();
  auto body = std::async(std::launch::async, [&] {
    httplib::Client client = client_for(server.port());
    const httplib::Result result =
        client.Post(kCompletions, R"({"prompt": "abc", "max_tokens": 100, "stream": true})", kJson);
    return result ? result->body : std::string();
  });
  CHECK(eventually([&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  server.server->stop();
  const std::vector<Json> chunks = chunks_of(body.get());
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0]["error"]["code"] == 503);
  server.gate().open();
  CHECK(eventually([&] { return server.engine().stats().num_finished_total == 1; }));
}

TEST_CASE("HTTP: a broken device is 503, for the request and for health") {
  TestServer server({}, [](const Batch&, std::span<float>) -> Result<void> {
    return Error{ErrorKind::kUnavailable, "device: has fallen off the bus"};
  });
  CHECK(post(server.port(), kCompletions, R"({"prompt": "a"})").status == 503);
  CHECK(eventually([&] { return server.engine().failure().has_value(); }));
  CHECK(client_for(server.port()).Get("/health")->status == 503);
}

TEST_CASE("HTTP: metrics carry vLLM's names and what was served") {
  TestServer server;
  const Answer answer = post(server.port(), kCompletions, R"({"prompt": "abc", "max_tokens": 4})");
  REQUIRE(answer.status == 200);
  const httplib::Result metrics = client_for(server.port()).Get("/metrics");
  CHECK(metrics->get_header_value("Content-Type").rfind("text/plain; version=0.0.4", 0) == 0);
  const std::string labels =
      "{engine=\"0\",model_name=\"" + server.engine().served_model_names()[0] + "\"";
  const int num_tokens = answer.body["usage"]["completion_tokens"];
  for (const std::string& line :
       {"vllm:generation_tokens_total" + labels + "} " + std::to_string(num_tokens) + ".0\n",
        "vllm:num_requests_running" + labels + "} 0.0\n",
        "vllm:time_to_first_token_seconds_count" + labels + "} 1.0\n",
        "vllm:e2e_request_latency_seconds_count" + labels + "} 1.0\n"}) {
    INFO(line << metrics->body);
    CHECK(metrics->body.find(line) != std::string::npos);
  }
}

TEST_CASE("HTTP: a port in use is refused, not shared") {
  TestServer server;
  ServeOptions options;
  options.port = server.port();
  const auto second = HttpServer::start(options);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::kInvalid);  // another --port mends it
  CHECK(second.error().message == "http://127.0.0.1:" + std::to_string(options.port) +
                                      ": cannot listen: another program uses this port");
}

TEST_CASE("HTTP: a host that this machine does not have is told from a port in use") {
  ServeOptions options;
  options.port = 0;
  // An address for documentation (RFC 5737), which no machine has, and a name that is none.
  for (const char* host : {"192.0.2.1", "no such name"}) {
    options.host = host;
    const auto server = HttpServer::start(options);
    REQUIRE_FALSE(server);
    CHECK(server.error().kind == ErrorKind::kInvalid);
    CHECK(server.error().message.rfind(
              "--host " + options.host + ": is not an address of this machine", 0) == 0);
  }
}

TEST_CASE("serve_until: a model that cannot be loaded is an error, and so is the end of it") {
  ServeOptions options = TestServer::on_free_port({});
  options.model = "no/such/model.gguf";
  const Result<void> served = serve_until(options, [] { return false; }, {});
  REQUIRE_FALSE(served);
  CHECK(served.error().message.find("no/such/model.gguf") != std::string::npos);
}

TEST_CASE("serve_until: the model of this repository answers a chat and stops by itself") {
  ServeOptions options = TestServer::on_free_port({});
  options.model = INFERLAB_SOURCE_DIR "/assets/model/inferlab-tiny.gguf";
  std::atomic<bool> stop = false;
  std::promise<int> port;
  auto served = std::async(std::launch::async, [&] {
    return serve_until(
        options, [&] { return stop.load(); }, {}, [&](int p) { port.set_value(p); });
  });
  const int at = port.get_future().get();
  CHECK(eventually([&] { return client_for(at).Get("/health")->status == 200; }));
  const Answer answer = post(
      at, kChat,
      R"({"messages": [{"role": "user", "content": "What is a Pod?"}], "temperature": 0, "max_tokens": 8})");
  CHECK(answer.status == 200);
  CHECK_FALSE(answer.body["choices"][0]["message"]["content"].get<std::string>().empty());
  stop = true;
  CHECK(served.get().has_value());
}

}  // namespace inferlab
