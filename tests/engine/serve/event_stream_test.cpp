// Streams whose clients read late, leave in the middle, or are cut off by a stop.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "engine/serve/stream_pump.h"
#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::chunks_of;
using testing::client_for;
using testing::connect_to;
using testing::eventually;
using testing::Json;
using testing::kCompletions;
using testing::TestServer;
using testing::text_of;

std::string request_of(const Json& body) {
  const std::string text = body.dump();
  return "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
         "Connection: close\r\nContent-Length: " +
         std::to_string(text.size()) + "\r\n\r\n" + text;
}

/// What chunks hold (RFC 9112, section 7.1), up to the last one; checks their frames.
std::string dechunked(std::string_view answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  REQUIRE(head != std::string_view::npos);
  std::string body;
  for (std::size_t at = head + 4;;) {
    const std::size_t line = answer.find("\r\n", at);
    REQUIRE(line != std::string_view::npos);
    const std::string digits(answer.substr(at, line - at));
    REQUIRE_FALSE(digits.empty());
    REQUIRE(digits.find_first_not_of("0123456789abcdef") == std::string::npos);
    const std::size_t size = std::stoul(digits, nullptr, 16);
    REQUIRE(answer.substr(line + 2 + size, 2) == "\r\n");
    if (size == 0) {
      CHECK(line + 4 == answer.size());
      return body;
    }
    body += answer.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
}

std::string read_to_end(int socket) {
  std::string answer;
  char buffer[1 << 16];
  for (ssize_t got = 1; got > 0;) {
    got = recv(socket, buffer, sizeof buffer, 0);
    if (got > 0) answer.append(buffer, static_cast<std::size_t>(got));
  }
  close(socket);
  return answer;
}

/// Without what differs from one answer to the next.
std::vector<Json> comparable(const std::string& body) {
  std::vector<Json> chunks = chunks_of(body);
  for (Json& chunk : chunks) {
    chunk.erase("id");
    chunk.erase("created");
  }
  // Choices run side by side: only the order within each is fixed.
  std::ranges::stable_sort(chunks, {}, [](const Json& chunk) {
    return chunk["choices"].empty() ? 1000 : chunk["choices"][0]["index"].get<int>();
  });
  return chunks;
}

int connect_with_room(int port, int bytes) {
  const int socket = connect_to(port);
  setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return socket;
}

/// A connection over one end of a socket pair; write() is for the connection's own thread.
class PairStream final : public httplib::Stream {
 public:
  explicit PairStream(int socket) : socket_(socket) {}
  [[nodiscard]] int num_writes() const { return num_writes_; }

  bool is_readable() const override { return false; }
  bool is_writable() const override { return true; }
  ssize_t read(char* /*out*/, std::size_t /*size*/) override { return -1; }
  ssize_t write(const char* data, std::size_t size) override {
    ++num_writes_;
    return send(socket_, data, size, MSG_NOSIGNAL);
  }
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  socket_t socket() const override { return socket_; }

 private:
  const int socket_;
  std::atomic<int> num_writes_ = 0;
};

}  // namespace

TEST_CASE("StreamPump: what a client has no room for is written by its connection's thread") {
  testing::TestEngine test;
  const auto pump = StreamPump::start();
  REQUIRE(pump);
  int ends[2] = {};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const int small = 4096;
  setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  PairStream connection(ends[0]);

  const GenerationRequest request{.prompt = test.engine->tokenize("abc"),
                                  .max_tokens = 200,
                                  .sampling = {.temperature = 0},
                                  .ignore_eos = true};
  const std::string expected = testing::generate(*test.engine, request).text;
  GenerationPlan plan;
  plan.prompts = {request.prompt};
  plan.echoes = {""};
  plan.requests = {request};
  CompletionReply answer(*test.engine, {.head = {.id = "cmpl-1", .model = "m"}}, std::move(plan));
  REQUIRE(answer.submit());
  auto delivered =
      std::async(std::launch::async, [&] { return (*pump)->deliver(answer, connection); });
  CHECK(eventually([&] { return connection.num_writes() > 0; }));
  CHECK(eventually([&] { return test.engine->stats().num_finished_total == 2; }));
  std::string received = "\r\n\r\n";  // the end of a head
  auto reader = std::async(std::launch::async, [&] { received += read_to_end(ends[1]); });
  CHECK(delivered.get());
  // The library's part.
  CHECK(connection.write("0\r\n\r\n", 5) == 5);
  close(ends[0]);
  reader.get();
  CHECK(text_of(chunks_of(dechunked(received))) == expected);
}

TEST_CASE("HTTP: a stream that is read late is the same as one that is read at once") {
  ServeOptions options;
  options.max_num_seqs = 16;
  TestServer server(options);
  // Far more than socket buffers hold while nobody reads.
  const Json body = {{"prompt", "abc"},
                     {"max_tokens", 150},
                     {"n", 16},
                     {"seed", 7},
                     {"ignore_eos", true},
                     {"stream", true},
                     {"logprobs", 20},
                     {"stream_options", {{"include_usage", true}}}};
  const int late = connect_with_room(server.port(), 32 * 1024);
  const std::string request = request_of(body);
  CHECK(send(late, request.data(), request.size(), MSG_NOSIGNAL) > 0);
  // The engine is not held up.
  CHECK(eventually([&] { return server.engine().stats().num_finished_total == 16; }));
  const std::vector<Json> read_late = comparable(dechunked(read_to_end(late)));
  const int prompt_one = connect_to(server.port());
  CHECK(send(prompt_one, request.data(), request.size(), MSG_NOSIGNAL) > 0);
  const std::vector<Json> read_at_once = comparable(dechunked(read_to_end(prompt_one)));
  CHECK(read_late.size() > 16);
  CHECK(read_late == read_at_once);
  CHECK(eventually([&] { return server.server->num_open() == 0; }));
}

TEST_CASE("HTTP: a client that closes its side alone is heard of while no token comes") {
  TestServer server;
  server.gate().close();
  const std::string request =
      request_of({{"prompt", "abc"}, {"max_tokens", 200}, {"ignore_eos", true}, {"stream", true}});
  const int socket = connect_to(server.port());
  CHECK(send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0);
  CHECK(eventually([&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  shutdown(socket, SHUT_WR);
  // The gate lets no step through, so nothing is written that could fail.
  CHECK(eventually([&] { return server.server->num_open() == 0; }));
  server.gate().open();
  CHECK(eventually([&] { return server.engine().stats().num_finished_total == 1; }));
  CHECK(server.engine().stats().generation_tokens_total < 200);
  close(socket);
}

TEST_CASE("HTTP: a stop ends streams in their midst, whether their clients read or not") {
  ServeOptions options;
  options.max_num_seqs = 16;
  TestServer server(options);
  const Json body = {{"prompt", "abc"},
                     {"max_tokens", 200},
                     {"ignore_eos", true},
                     {"stream", true},
                     {"logprobs", 20}};
  std::atomic<int> num_begun = 0;
  std::vector<std::future<std::string>> readers;
  server.gate().close();
  for (int i = 0; i < 12; ++i) {
    readers.push_back(std::async(std::launch::async, [&, socket = connect_to(server.port())] {
      const std::string request = request_of(body);
      send(socket, request.data(), request.size(), MSG_NOSIGNAL);
      char first = 0;
      const bool begun = recv(socket, &first, 1, 0) == 1;
      ++num_begun;
      return begun ? first + read_to_end(socket) : std::string();
    }));
  }
  const int reads_nothing = connect_with_room(server.port(), 1024);
  const std::string request = request_of(body);
  CHECK(send(reads_nothing, request.data(), request.size(), MSG_NOSIGNAL) > 0);
  CHECK(eventually([&] {
    const SchedulerStats stats = server.engine().stats().scheduler;
    return stats.num_requests_running + stats.num_requests_waiting == 13;
  }));
  server.gate().permit(20);
  CHECK(eventually([&] { return num_begun == 12; }));
  server.server->stop();
  for (auto& reader : readers) {
    const std::vector<Json> chunks = chunks_of(dechunked(reader.get()));
    REQUIRE_FALSE(chunks.empty());
    CHECK(chunks.back()["error"]["code"] == 503);
  }
  close(reads_nothing);
  server.gate().open();
  CHECK(eventually([&] { return server.engine().stats().num_finished_total == 13; }));
}

}  // namespace inferlab
