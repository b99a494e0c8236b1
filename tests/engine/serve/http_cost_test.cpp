// What a streamed token costs beside the engine, printed: hidden, because it measures.
//     test_engine_serve "[cost]"
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

using Clock = std::chrono::steady_clock;

constexpr int kTokens = 200;
constexpr int kRounds = 5;
constexpr std::size_t kChunkBytes = 220;  // of a token: the event and its frame

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

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// What the clients saw.
struct Seen {
  double num_reads = 0;
  double longest_gap_ms = 0;    // between two reads of a stream
  double health_median_ms = 0;  // from the connect to the first byte of /health
  double health_worst_ms = 0;
};

/// The clients of one round, in a process and a thread of their own: streams that are read to their
/// ends, and /health every 20 ms on a connection of its own.
class Clients {
 public:
  Clients(int port, int num_streams) : port_(port), epoll_(epoll_create1(0)) {
    const std::string body = R"({"prompt": "abc", "max_tokens": )" + std::to_string(kTokens) +
                             R"(, "temperature": 0, "ignore_eos": true, "stream": true})";
    const std::string request =
        "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Connection: close\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    for (int i = 0; i < num_streams; ++i) open(request);
    num_streams_ = num_streams;
  }

  Seen run() {
    Clock::time_point next_health = Clock::now();
    std::array<epoll_event, 512> events = {};
    while (num_streams_ > 0) {
      if (health_ < 0 && Clock::now() >= next_health) {
        next_health += 20ms;
        health_asked_ = Clock::now();
        health_ = open("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      }
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 5);
      for (int i = 0; i < ready; ++i) read(events[static_cast<std::size_t>(i)].data.fd);
    }
    if (!health_ms_.empty()) {
      seen_.health_median_ms = median(health_ms_);
      seen_.health_worst_ms = *std::ranges::max_element(health_ms_);
    }
    return seen_;
  }

 private:
  int open(const std::string& request) {
    const int socket = testing::connect_to(port_);
    if (send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) _exit(1);
    epoll_event event = {.events = EPOLLIN, .data = {.fd = socket}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) _exit(1);
    if (last_read_.size() <= static_cast<std::size_t>(socket)) {
      last_read_.resize(static_cast<std::size_t>(socket) + 1);
    }
    last_read_[static_cast<std::size_t>(socket)] = {};
    return socket;
  }

  void read(int socket) {
    const ssize_t got = recv(socket, buffer_.data(), buffer_.size(), 0);
    if (socket == health_) {
      if (got > 0) return health_ms_.push_back(milliseconds_since(health_asked_));
      health_ = -1;
    } else if (got > 0) {
      Clock::time_point& last = last_read_[static_cast<std::size_t>(socket)];
      if (last != Clock::time_point()) {
        seen_.longest_gap_ms = std::max(seen_.longest_gap_ms, milliseconds_since(last));
      }
      last = Clock::now();
      ++seen_.num_reads;
      return;
    } else {
      --num_streams_;
    }
    close(socket);
  }

  int port_;
  int epoll_;
  int num_streams_ = 0;
  int health_ = -1;
  Clock::time_point health_asked_;
  std::vector<Clock::time_point> last_read_;  // by socket
  std::vector<double> health_ms_;
  std::array<char, 1 << 16> buffer_ = {};
  Seen seen_;
};

/// Runs `work` in a process of its own; what it returns.
template <typename Work>
Seen in_child(Work work) {
  std::array<int, 2> ends = {};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const Seen seen = work();
    _exit(write(ends[1], &seen, sizeof seen) == sizeof seen ? 0 : 1);
  }
  Seen seen;
  CHECK(read(ends[0], &seen, sizeof seen) == sizeof seen);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  close(ends[0]);
  close(ends[1]);
  return seen;
}

/// What no server goes below: one send() for each token to a reader that waits for it, in us.
double bare_send_us(int num_streams) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(listen(listener, num_streams) == 0);
  socklen_t length = sizeof address;
  REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  double cpu = 0;
  std::thread server([&] {
    std::vector<int> sockets;
    for (int i = 0; i < num_streams; ++i) sockets.push_back(accept(listener, nullptr, nullptr));
    const std::string chunk(kChunkBytes, 'a');
    const double begin = cpu_seconds();
    for (int i = 0; i < kTokens; ++i) {
      std::this_thread::sleep_for(10ms);
      for (const int socket : sockets) send(socket, chunk.data(), chunk.size(), MSG_NOSIGNAL);
    }
    cpu = cpu_seconds() - begin;
    for (const int socket : sockets) close(socket);
  });
  const int port = ntohs(address.sin_port);
  in_child([&] {
    close(listener);
    const int epoll = epoll_create1(0);
    for (int i = 0; i < num_streams; ++i) {
      const int socket = testing::connect_to(port);
      epoll_event event = {.events = EPOLLIN, .data = {.fd = socket}};
      epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
    }
    std::array<epoll_event, 512> events = {};
    std::array<char, 4096> buffer = {};
    for (int open = num_streams; open > 0;) {
      const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < ready; ++i) {
        const int socket = events[static_cast<std::size_t>(i)].data.fd;
        if (recv(socket, buffer.data(), buffer.size(), 0) > 0) continue;
        close(socket);
        --open;
      }
    }
    return Seen();
  });
  server.join();
  close(listener);
  return 1e6 * cpu / (num_streams * kTokens);
}

/// The engine alone, with callbacks that count.
double engine_alone_us(Engine& engine, int num_streams) {
  const double begin = cpu_seconds();
  std::atomic<int> num_ended = 0;
  for (int i = 0; i < num_streams; ++i) {
    REQUIRE(engine.submit({.prompt = engine.tokenize("abc"),
                           .max_tokens = kTokens,
                           .sampling = {.temperature = 0},
                           .ignore_eos = true},
                          {.on_end = [&](const GenerationResult&) { ++num_ended; }}));
  }
  REQUIRE(testing::eventually([&] { return num_ended == num_streams; }));
  return 1e6 * (cpu_seconds() - begin) / (num_streams * kTokens);
}

void measure(int num_streams) {
  ServeOptions options = testing::TestServer::on_free_port({});
  options.num_threads = num_streams + 16;
  options.max_num_seqs = num_streams;
  options.disable_access_log = true;
  Model model = testing::tiny_model();
  const TokenId token = Tokenizer::load(model.file)->encode("a", {.add_special = false}).back();
  const auto engine =
      Engine::start(options, std::move(model), std::make_unique<NullBackend>(token));
  REQUIRE(engine);
  const auto server = HttpServer::start(options);
  REQUIRE(server);
  (*server)->attach(**engine);
  const double num_tokens = num_streams * kTokens;
  std::vector<double> bare, alone, http, reads, gaps, health, worst;
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(bare_send_us(num_streams));
    alone.push_back(engine_alone_us(**engine, num_streams));
    const double begin = cpu_seconds();
    const Seen seen = in_child([&] { return Clients((*server)->port(), num_streams).run(); });
    http.push_back(1e6 * (cpu_seconds() - begin) / num_tokens - alone.back());
    reads.push_back(seen.num_reads / num_tokens);
    gaps.push_back(seen.longest_gap_ms);
    health.push_back(seen.health_median_ms);
    worst.push_back(seen.health_worst_ms);
    REQUIRE(testing::eventually([&] { return (*server)->num_open() == 0; }));
  }
  std::cout << num_streams << " streams of " << kTokens << " tokens, medians of " << kRounds
            << ": CPU per token " << median(http) << " us (" << median(reads)
            << " reads; a bare send " << median(bare) << " us; the engine alone " << median(alone)
            << " us); longest gap " << median(gaps) << " ms; first byte of /health "
            << median(health) << " ms, the slowest " << median(worst) << " ms" << std::endl;
}

}  // namespace

TEST_CASE("HTTP: what a streamed token costs", "[.][cost]") {
  measure(64);
  measure(256);
}

}  // namespace inferlab
