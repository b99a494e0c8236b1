// Clients in numbers, and clients that mean no good: what is accepted ends, nothing is kept.
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::client_for;
using testing::connect_to;
using testing::eventually;
using testing::Json;
using testing::kCompletions;
using testing::kJson;
using testing::TestServer;

std::int64_t resident_bytes() {
  std::ifstream status("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  status >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

std::string head_of(std::size_t length) {
  return "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
         "Content-Length: " +
         std::to_string(length) + "\r\n\r\n";
}

bool all_blocks_are_free(TestServer& server) {
  const EngineStats stats = server.engine().stats();
  return stats.num_free_blocks == stats.num_blocks && stats.scheduler.num_requests_running == 0 &&
         stats.scheduler.num_requests_waiting == 0;
}

/// Asks over and over until `until`, and counts what it got.
struct Tally {
  std::atomic<int> done = 0, refused = 0, other = 0;
};
void ask_until(int port, std::chrono::steady_clock::time_point until, Tally& tally) {
  httplib::Client client = client_for(port);
  while (std::chrono::steady_clock::now() < until) {
    const httplib::Result result = client.Post(
        kCompletions, R"({"prompt": "abc", "max_tokens": 8, "ignore_eos": true, "stream": true})",
        kJson);
    if (result && result->status == 200 && result->body.find("[DONE]") != std::string::npos) {
      ++tally.done;
    } else if (result && result->status == 429 && result->has_header("Retry-After")) {
      ++tally.refused;
    } else {
      ++tally.other;
    }
  }
}

void overload(std::chrono::seconds duration) {
  ServeOptions options;
  options.max_num_seqs = 4;
  options.max_num_waiting = 4;
  options.enable_prefix_caching = false;
  TestServer server(options);
  Tally warm_up;
  ask_until(server.port(), std::chrono::steady_clock::now() + 200ms, warm_up);
  const std::int64_t before = resident_bytes();
  const auto until = std::chrono::steady_clock::now() + duration;
  Tally tally;
  std::vector<std::thread> clients;
  constexpr int kTenTimes = 40;
  for (int i = 0; i < kTenTimes; ++i) {
    clients.emplace_back([&] { ask_until(server.port(), until, tally); });
  }
  // Health answers meanwhile, whatever the others get.
  int num_healthy = 0;
  httplib::Client health = client_for(server.port());
  while (std::chrono::steady_clock::now() < until) {
    const httplib::Result result = health.Get("/health");
    REQUIRE(result);
    CHECK(result->status == 200);
    ++num_healthy;
    std::this_thread::sleep_for(20ms);
  }
  for (std::thread& client : clients) client.join();
  CHECK(num_healthy > 0);
  CHECK(tally.done > 0);
  CHECK(tally.refused > 0);
  CHECK(tally.other == 0);
  CHECK(eventually([&] { return all_blocks_are_free(server); }));
  // Threads' stacks and the allocator's own; a leak of what requests hold would be far more.
  CHECK(resident_bytes() - before < std::int64_t{256} * 1024 * 1024);
}

}  // namespace

TEST_CASE("HTTP: two hundred clients that send half a request and vanish leave nothing behind") {
  TestServer server;
  const std::string body = R"({"prompt": "abc", "max_tokens": 100, "ignore_eos": true})";
  for (int i = 0; i < 200; ++i) {
    const int socket = connect_to(server.port());
    const std::string request = head_of(body.size()) + body;
    // Anything from a byte to all of it.
    const std::size_t sent = 1 + (request.size() - 1) * static_cast<std::size_t>(i) / 199;
    CHECK(send(socket, request.data(), sent, MSG_NOSIGNAL) > 0);
    close(socket);
  }
  CHECK(eventually([&] { return all_blocks_are_free(server); }));
  const httplib::Result after =
      client_for(server.port()).Post(kCompletions, R"({"prompt": "a", "max_tokens": 2})", kJson);
  REQUIRE(after);
  CHECK(after->status == 200);
  CHECK(eventually([&] { return server.server->num_open() == 0; }));
}

TEST_CASE("HTTP: readers who hardly read hold up nobody else") {
  TestServer server;
  const std::string body =
      R"({"prompt": "abc", "max_tokens": 200, "ignore_eos": true, "stream": true, "logprobs": 20})";
  std::vector<int> slow;
  for (int i = 0; i < 4; ++i) {
    slow.push_back(connect_to(server.port()));
    const int small = 1024;
    setsockopt(slow.back(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    const std::string request = head_of(body.size()) + body;
    CHECK(send(slow.back(), request.data(), request.size(), MSG_NOSIGNAL) > 0);
  }
  char byte = 0;
  for (const int socket : slow) CHECK(recv(socket, &byte, 1, 0) == 1);
  // The engine has written all of it into memory, and others are answered at once.
  CHECK(client_for(server.port())
            .Post(kCompletions, R"({"prompt": "a", "max_tokens": 2})", kJson)
            ->status == 200);
  CHECK(eventually([&] { return server.engine().stats().num_finished_total == 5; }));
  for (const int socket : slow) {
    CHECK(recv(socket, &byte, 1, 0) == 1);
    close(socket);
  }
  CHECK(eventually([&] { return server.server->num_open() == 0; }));
  CHECK(all_blocks_are_free(server));
}

TEST_CASE("HTTP: ten times as many clients as are served: each gets its answer or 429") {
  overload(std::chrono::seconds(3));
}

TEST_CASE("HTTP: the same for five minutes", "[.][long]") {
  overload(std::chrono::seconds(300));
}

}  // namespace inferlab
