// What a streamed token costs beside the engine, printed: hidden, because it measures.
//     test_engine_serve "[cost]"
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <iostream>
#include <thread>

#include "engine/backend/registry.h"
#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

constexpr int kStreams = 256;
constexpr int kTokens = 200;

/// A device that costs no CPU: the same token each time, one that is a character.
class NullBackend final : public Backend {
 public:
  explicit NullBackend(TokenId token) : token_(static_cast<std::size_t>(token)) {}
  [[nodiscard]] DeviceInfo info() const override {
    DeviceInfo info;
    info.name = "null";
    return info;
  }
  Result<void> load(const ModelWeights& /*weights*/, const KvCacheShape& /*kv*/) override {
    return {};
  }
  Result<void> forward(const Batch& /*batch*/, std::span<float> logits) override {
    // Without CPU, but as long as a small model takes: each token goes out by itself, as in life.
    std::this_thread::sleep_for(10ms);
    const std::size_t rows = logits.size() / kVocabulary;
    for (std::size_t i = 0; i < rows; ++i) logits[i * kVocabulary + token_] = 1;
    return {};
  }
  Result<void> copy_kv_blocks(std::span<const KvBlockCopy> /*copies*/) override { return {}; }

 private:
  static constexpr std::size_t kVocabulary = 320;
  std::size_t token_;
};

/// By the scheduler's own count: getrusage() counts ticks, and misses threads that run for less.
double cpu_seconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The clients, in a process of their own: reads all streams to their ends.
[[noreturn]] void read_all(int port) {
  const std::string body = R"({"prompt": "abc", "max_tokens": )" + std::to_string(kTokens) +
                           R"(, "temperature": 0, "ignore_eos": true, "stream": true})";
  const std::string request =
      "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Connection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  std::vector<pollfd> open;
  for (int i = 0; i < kStreams; ++i) {
    const int socket = testing::connect_to(port);
    if (send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) _exit(1);
    open.push_back({.fd = socket, .events = POLLIN, .revents = 0});
  }
  char buffer[1 << 16];
  while (!open.empty()) {
    if (poll(open.data(), open.size(), 60'000) <= 0) _exit(1);
    std::erase_if(open, [&](const pollfd& one) {
      return one.revents != 0 && recv(one.fd, buffer, sizeof buffer, 0) <= 0;
    });
  }
  _exit(0);
}

}  // namespace

TEST_CASE("HTTP: what a streamed token costs", "[.][cost]") {
  ServeOptions options = testing::TestServer::on_free_port({});
  options.max_num_seqs = kStreams;
  options.disable_access_log = true;
  Model model = testing::tiny_model();
  const TokenId token = Tokenizer::load(model.file)->encode("a", {.add_special = false}).back();
  const auto engine =
      Engine::start(options, std::move(model), std::make_unique<NullBackend>(token));
  REQUIRE(engine);

  // The engine alone, with callbacks that count.
  double begin = cpu_seconds();
  std::atomic<int> num_ended = 0;
  for (int i = 0; i < kStreams; ++i) {
    REQUIRE((*engine)->submit({.prompt = (*engine)->tokenize("abc"),
                               .max_tokens = kTokens,
                               .sampling = {.temperature = 0},
                               .ignore_eos = true},
                              {.on_end = [&](const GenerationResult&) { ++num_ended; }}));
  }
  REQUIRE(testing::eventually([&] { return num_ended == kStreams; }));
  const double alone = cpu_seconds() - begin;

  const auto server = HttpServer::start(options);
  REQUIRE(server);
  (*server)->attach(**engine);
  begin = cpu_seconds();
  const auto wall = std::chrono::steady_clock::now();
  const pid_t clients = fork();
  if (clients == 0) read_all((*server)->port());
  int status = -1;
  REQUIRE(waitpid(clients, &status, 0) == clients);
  CHECK(status == 0);
  const double whole = cpu_seconds() - begin;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - wall;
  const double num_tokens = kStreams * kTokens;
  std::cout << "streams " << kStreams << ", tokens " << num_tokens << ", wall " << took.count()
            << " s; CPU per token: engine alone " << 1e6 * alone / num_tokens << " us, with HTTP "
            << 1e6 * whole / num_tokens << " us, HTTP " << 1e6 * (whole - alone) / num_tokens
            << " us\n";
}

}  // namespace inferlab
