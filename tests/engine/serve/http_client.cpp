#include "tests/engine/serve/http_client.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace inferlab::testing {
namespace {

/// The payloads of an SSE body, [DONE] included.
std::vector<std::string> events_of(const std::string& body) {
  std::vector<std::string> events;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t end = body.find("\n\n", at);
    REQUIRE(end != std::string::npos);
    REQUIRE(body.compare(at, 6, "data: ") == 0);
    events.push_back(body.substr(at + 6, end - at - 6));
    at = end + 2;
  }
  return events;
}

}  // namespace

httplib::Client client_for(int port) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(std::chrono::seconds(60));
  return client;
}

Answer post(int port, const char* path, const std::string& body) {
  httplib::Client client = client_for(port);
  const httplib::Result result = client.Post(path, body, kJson);
  REQUIRE(result);
  return {result->status, Json::parse(result->body, nullptr, false), result->headers};
}

std::vector<Json> chunks_of(const std::string& body) {
  std::vector<std::string> events = events_of(body);
  REQUIRE_FALSE(events.empty());
  CHECK(events.back() == "[DONE]");
  events.pop_back();
  std::vector<Json> chunks;
  for (const std::string& event : events) chunks.push_back(Json::parse(event));
  return chunks;
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return socket;
}

std::string raw_answer(int port, const std::string& text) {
  const int socket = connect_to(port);
  REQUIRE(send(socket, text.data(), text.size(), MSG_NOSIGNAL) > 0);
  std::string answer;
  char buffer[1024];
  for (ssize_t got = 1; got > 0;) {
    got = recv(socket, buffer, sizeof buffer, 0);
    if (got > 0) answer.append(buffer, static_cast<std::size_t>(got));
  }
  close(socket);
  return answer;
}

int raw_status(int port, const std::string& text) {
  const std::string answer = raw_answer(port, text);
  REQUIRE(answer.rfind("HTTP/1.1 ", 0) == 0);
  return std::stoi(answer.substr(9, 3));
}

std::string text_of(const std::vector<Json>& chunks) {
  std::string text;
  for (const Json& chunk : chunks) {
    for (const Json& choice : chunk["choices"]) {
      if (choice.contains("text")) text += choice["text"].get<std::string>();
      if (choice.contains("delta")) text += choice["delta"].value("content", "");
    }
  }
  return text;
}

}  // namespace inferlab::testing
