#include "tests/sim/apiserver/router_client.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "sim/api/json.h"

namespace inferlab::sim::testing {
namespace {

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

std::optional<std::string> nth_line(const std::string& text, std::size_t number) {
  std::size_t start = 0;
  for (std::size_t i = 0;; ++i) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) return std::nullopt;
    if (i == number) return text.substr(start, end - start);
    start = end + 1;
  }
}

}  // namespace

HttpRequest make_request(const std::string& method, const std::string& target,
                         const std::string& body, const Headers& headers) {
  HttpRequest request;
  request.method = method;
  request.body = body;
  request.headers.insert(headers.begin(), headers.end());
  const std::size_t mark = target.find('?');
  request.path = decoded(target.substr(0, mark));
  std::string_view rest =
      mark == std::string::npos ? "" : std::string_view(target).substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    const std::size_t sign = part.find('=');
    request.query.emplace(decoded(part.substr(0, sign)),
                          sign == std::string_view::npos ? "" : decoded(part.substr(sign + 1)));
  }
  return request;
}

JsonAnswer ask(RequestRouter& router, const std::string& method, const std::string& target,
               const std::string& body, const Headers& headers) {
  JsonAnswer answer;
  answer.raw = router.answer(make_request(method, target, body, headers));
  answer.status = answer.raw.status;
  if (auto parsed = parse_json(answer.raw.body)) answer.body = *std::move(parsed);
  return answer;
}

struct StreamReader::Sink final : HttpSink {
  explicit Sink(StreamReader& owner) : reader(owner) {}
  bool write(std::string_view data) override {
    const std::lock_guard lock(reader.mutex_);
    reader.text_ += data;
    reader.changed_.notify_all();
    return !reader.gone_;
  }
  bool peer_gone() override { return reader.gone_; }
  StreamReader& reader;
};

StreamReader::StreamReader(HttpResponse response) {
  thread_ = std::thread([this, response = std::move(response)]() mutable {
    if (response.stream) {
      Sink sink(*this);
      response.stream(sink);
      response.stream = nullptr;  // as the listener does when the connection ends
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  });
}

StreamReader::~StreamReader() {
  leave();
  thread_.join();
}

std::string StreamReader::line(std::size_t number) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds(20),
                    [&] { return ended_ || nth_line(text_, number).has_value(); });
  return nth_line(text_, number).value_or("");
}

Value StreamReader::event(std::size_t number) {
  auto parsed = parse_json(line(number));
  return parsed ? *std::move(parsed) : Value();
}

std::size_t StreamReader::lines_at_end() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds(20), [&] { return ended_; });
  return static_cast<std::size_t>(std::ranges::count(text_, '\n'));
}

}  // namespace inferlab::sim::testing
