// The HTTP face without sockets. An input is one request or several, with "%%%" between them:
// "METHOD TARGET", headers, an empty line, the body.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "engine/base/check.h"
#include "sim/api/json.h"
#include "sim/apiserver/request_router.h"
#include "sim/kernel/mailbox.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

using namespace inferlab::sim;

// A run with a thread of its own, as behind the real server; made anew for each input.
class World {
 public:
  World() {
    for (const char* ns : {"default", "kube-system"}) {
      const ApiResponse made = api_.create(
          "namespaces", "", Value::object({{"metadata", Value::object({{"name", ns}})}}), "fuzz");
      INFERLAB_CHECK(made.ok());
    }
    thread_ = std::thread([this] {
      while (!ended_) {
        mailbox_.wait(std::chrono::seconds(1));
        mailbox_.drain();
      }
    });
  }
  ~World() {
    (void)mailbox_.call([this] { return ended_ = true; });
    thread_.join();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  RunDoor door() {
    return RunDoor{mailbox_, api_,
                   [this](const ApiRequest& request) { return api_.handle(request); },
                   [](std::string_view, std::string_view, std::string_view,
                      bool) -> Result<std::vector<PodLogLine>> {
                     return std::vector<PodLogLine>{{Time{}, "a line"}};
                   }};
  }

 private:
  Simulation simulation_{1};
  Store store_;
  Api api_{simulation_, store_};
  Mailbox mailbox_;
  bool ended_ = false;  // the run's thread only
  std::thread thread_;
};

// Takes some of a stream and goes away.
class ShortSink final : public HttpSink {
 public:
  bool write(std::string_view data) override {
    taken_ += data.size();
    return !peer_gone();
  }
  bool peer_gone() override { return ++asked_ > 3 || taken_ > 100'000; }

 private:
  std::size_t taken_ = 0;
  int asked_ = 0;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string_view until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

HttpRequest request_of(std::string_view text) {
  HttpRequest request;
  std::string_view line = until(text, '\n');
  request.method = until(line, ' ');
  std::string_view target = until(line, ' ');
  request.path = decoded(until(target, '?'));
  while (!target.empty()) {
    std::string_view pair = until(target, '&');
    std::string name = decoded(until(pair, '='));
    request.query.emplace(std::move(name), decoded(pair));
  }
  while (!text.empty()) {
    std::string_view header = until(text, '\n');
    if (header.empty()) break;
    std::string name(until(header, ':'));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    while (header.starts_with(' ')) header.remove_prefix(1);
    request.headers.emplace(std::move(name), std::string(header));
  }
  request.body = text;
  return request;
}

void check_answer(const HttpResponse& response) {
  INFERLAB_CHECK(response.status >= 200 && response.status < 600);
  for (const auto& [name, value] : response.headers) {
    // Nothing that a client sent may begin a new header.
    INFERLAB_CHECK(value.find_first_of("\r\n") == std::string::npos);
    INFERLAB_CHECK(name.find_first_of("\r\n:") == std::string::npos);
  }
  INFERLAB_CHECK(response.content_type.find_first_of("\r\n") == std::string::npos);
  const bool moved = response.status >= 300 && response.status < 400;  // its body is empty
  if (moved || response.stream || !response.content_type.starts_with("application/json")) return;
  const auto body = parse_json(response.body);
  INFERLAB_CHECK(body.has_value());
  if (response.status < 400) return;
  INFERLAB_CHECK((*body)["kind"].as_string() == "Status");
  INFERLAB_CHECK((*body)["code"].as_int() == response.status);
}

}  // namespace

void fuzz_http(std::string_view bytes) {
  World world;
  RequestRouter router(world.door(), RouterOptions{});
  for (int i = 0; i < 4 && !bytes.empty(); ++i) {
    HttpResponse response = router.answer(request_of(next_part(bytes)));
    check_answer(response);
    if (!response.stream) continue;
    ShortSink sink;
    response.stream(sink);
  }
  router.close();
  INFERLAB_CHECK(router.watches() == 0);
}

}  // namespace inferlab::fuzz
