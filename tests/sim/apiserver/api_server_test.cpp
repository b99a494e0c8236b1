// Over real sockets: what goes wrong below the requests.
#include "sim/apiserver/api_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "sim/apiserver/certificates.h"
#include "tests/sim/apiserver/bare_run.h"
#include "tests/sim/apiserver/http_client.h"
#include "tests/support/process.h"

namespace inferlab::sim {
namespace {

using inferlab::testing::TemporaryFolder;
using testing::BareRun;
using testing::RawConnection;

std::unique_ptr<ApiServer> plain_server(BareRun& run, std::size_t max_connections = 64) {
  ApiServerOptions options;
  options.tls = false;
  options.max_connections = max_connections;
  options.io_timeout = std::chrono::seconds(1);
  auto server = ApiServer::start(run.door(), options);
  REQUIRE(server.has_value());
  return *std::move(server);
}

/// Waits until the server serves this many watches; false after 20 s.
bool wait_for_watches(const ApiServer& server, std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (server.watches() != count) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST_CASE("server: answers over a kept connection, one request after the other") {
  BareRun run;
  const auto server = plain_server(run);
  RawConnection connection(server->port());
  connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string first = connection.read_until("\r\n\r\nok");
  CHECK(first.find("HTTP/1.1 200") == 0);
  CHECK(first.find("Keep-Alive") == std::string::npos);  // no number that nobody keeps to
  connection.send("GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(connection.read_to_end().find("\"gitVersion\"") != std::string::npos);
}

TEST_CASE("server: a POST or DELETE without a length has no body and does not wait for one") {
  BareRun run;
  run.create("configmaps", "default",
             R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}})");
  const auto server = plain_server(run);
  const auto began = std::chrono::steady_clock::now();
  RawConnection connection(server->port());
  connection.send(
      "DELETE /api/v1/namespaces/default/configmaps/a HTTP/1.1\r\nHost: x\r\n"
      "Connection: close\r\n\r\n");
  CHECK(connection.read_to_end().find("HTTP/1.1 200") == 0);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(4));
}

TEST_CASE("server: malformed HTTP is refused and harms nobody") {
  BareRun run;
  const auto server = plain_server(run);
  for (const char* text :
       {"\r\n\r\n", "GET\r\n\r\n", "NONSENSE / HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET /%zz%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "POST /api/v1/pods HTTP/1.1\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
        "POST /api/v1/pods HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: "
        "close\r\n\r\nzz\r\n"}) {
    RawConnection connection(server->port());
    connection.send(text);
    connection.close();
  }
  RawConnection connection(server->port());
  connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(connection.read_to_end().find("HTTP/1.1 200") == 0);
}

TEST_CASE(
    "server: what is no proper request is answered at once, and is the last of its connection") {
  BareRun run;
  const auto server = plain_server(run);
  const std::string post = "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {"NONSENSE\r\n\r\n", "400 Bad Request"},
      {"GET /api HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header"},
      {"GET /api/v1/namespaces/%zz/pods HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"},
      {post + "Content-Length: -5\r\n\r\n", "400 Bad Request"},
      {post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "400 Bad Request"},
      {post + "Transfer-Encoding: gzip\r\n\r\n", "Unsupported transfer encoding"},
      {"GET /api HTTP/1.1\r\nHost: x\r\n" + std::string(100'000, 'x'),
       "431 Request Header Fields Too Large"},
  };
  for (const auto& [request, text] : cases) {
    RawConnection connection(server->port());
    connection.send(request);
    const std::string answer = connection.read_to_end();
    INFO(request.substr(0, 100) << "\n" << answer);
    CHECK(answer.find("HTTP/1.1 ") == 0);
    CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(answer.find("\r\n\r\n" + text) != std::string::npos);
    CHECK(answer.size() - answer.find("\r\n\r\n") == text.size() + 4);
  }
}

TEST_CASE("server: who speaks plain HTTP to TLS is told so") {
  BareRun run;
  const auto server = ApiServer::start(run.door(), {});
  REQUIRE(server.has_value());
  RawConnection connection((*server)->port());
  connection.send("GET /api HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(connection.read_to_end() ==
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
  // Who says nothing that TLS knows is dropped, and the next is served.
  RawConnection garbage((*server)->port());
  garbage.send("\x16\x03\x01 nothing that anybody could read");
  (void)garbage.read_to_end();
}

TEST_CASE("server: more connections than threads take their turns, and idle ones give way") {
  BareRun run;
  const auto server = plain_server(run, /*max_connections=*/2);
  RawConnection first(server->port());
  RawConnection second(server->port());
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  for (RawConnection* connection : {&first, &second}) {
    connection->send(request);
    CHECK(connection->read_until("\r\n\r\nok").find("HTTP/1.1 200") == 0);
  }
  // Both are kept open; a third is served all the same.
  RawConnection third(server->port());
  third.send(request);
  CHECK(third.read_until("\r\n\r\nok").find("HTTP/1.1 200") == 0);
}

TEST_CASE("server: says at /metrics what it does") {
  BareRun run;
  const auto server = plain_server(run);
  RawConnection watch(server->port());
  watch.send("GET /api/v1/configmaps?watch=true HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(wait_for_watches(*server, 1));
  RawConnection connection(server->port());
  connection.send("GET /api/v1/namespaces/default/pods HTTP/1.1\r\nHost: x\r\n\r\n");
  (void)connection.read_until("\"items\":");
  connection.send("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string text = connection.read_to_end();
  for (const char* line :
       {"\napiserver_longrunning_requests{component=\"apiserver\",group=\"\",resource="
        "\"configmaps\",verb=\"WATCH\"} 1\n",
        "\napiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\",group=\"\","
        "resource=\"pods\",scope=\"namespace\",subresource=\"\",verb=\"LIST\",version=\"v1\"} 1\n",
        "\napiserver_storage_objects{resource=\"namespaces\"} 2\n"}) {
    INFO(text);
    CHECK(text.find(line) != std::string::npos);
  }
}

TEST_CASE("server: a body over the limit gets 413 as a Status") {
  BareRun run;
  const auto server = plain_server(run);
  RawConnection connection(server->port());
  const std::string body((std::size_t{3} << 20) + 1, 'x');
  connection.send(
      "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: "
      "application/json\r\nConnection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  connection.send(body);
  const std::string answer = connection.read_to_end();
  CHECK(answer.find("HTTP/1.1 413") == 0);
  CHECK(answer.find("RequestEntityTooLarge") != std::string::npos);
}

TEST_CASE("server: a chunked body over the limit gets 413 as a Status") {
  BareRun run;
  const auto server = plain_server(run);
  RawConnection connection(server->port());
  connection.send(
      "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: "
      "application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  // Far more than the limit, and no end: the server need not read all of it.
  for (int i = 0; i < 200 && connection.send(chunk); ++i) continue;
  const std::string answer = connection.read_to_end();
  CHECK(answer.find("HTTP/1.1 413") == 0);
  CHECK(answer.find("Request entity too large: limit is 3145728") != std::string::npos);
}

TEST_CASE("server: who has no token is told so before the body is read") {
  BareRun run;
  ApiServerOptions options;
  options.tls = false;
  options.token = "secret";
  const auto server = ApiServer::start(run.door(), options);
  REQUIRE(server.has_value());
  RawConnection connection((*server)->port());
  connection.send(
      "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Type: "
      "application/json\r\nContent-Length: 1000000\r\n\r\n{");
  const std::string answer = connection.read_to_end();
  CHECK(answer.find("HTTP/1.1 401") == 0);
  CHECK(answer.find("Connection: close") != std::string::npos);
}

TEST_CASE("server: a client that sends its request drop by drop is dropped") {
  BareRun run;
  ApiServerOptions options;
  options.tls = false;
  options.request_timeout = std::chrono::milliseconds(300);
  const auto server = ApiServer::start(run.door(), options);
  REQUIRE(server.has_value());
  RawConnection connection((*server)->port());
  connection.send("GET /healthz HTTP/1.1\r\n");
  const auto began = std::chrono::steady_clock::now();
  while (connection.send("X-Drop: 1\r\n")) {
    if (std::chrono::steady_clock::now() - began > std::chrono::seconds(20)) break;
    std::this_thread::yield();
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(20));
}

TEST_CASE("server: a client that accepts compression still gets each event at once") {
  BareRun run;
  const auto server = plain_server(run);
  RawConnection connection(server->port());
  connection.send(
      "GET /api/v1/namespaces/default/configmaps?watch=true HTTP/1.1\r\nHost: x\r\n"
      "Accept-Encoding: gzip\r\n\r\n");
  run.create("configmaps", "default",
             R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"first"}})");
  CHECK(connection.read_until("\"first\"").find("\"first\"") != std::string::npos);
}

TEST_CASE("server: fifty watches see a change; half of them leave and none is left behind") {
  BareRun run;
  const auto server = plain_server(run);
  std::vector<std::unique_ptr<RawConnection>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<RawConnection>(server->port()));
    clients.back()->send(
        "GET /api/v1/configmaps?watch=true&resourceVersion=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  REQUIRE(wait_for_watches(*server, 50));
  for (std::size_t i = 0; i < clients.size(); i += 2) clients[i]->close();
  CHECK(wait_for_watches(*server, 25));
  run.create("configmaps", "default",
             R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"news"}})");
  for (std::size_t i = 1; i < clients.size(); i += 2) {
    CHECK(clients[i]->read_until("\"news\"").find("\"news\"") != std::string::npos);
  }
  const auto began = std::chrono::steady_clock::now();
  server->stop();
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(3));
  CHECK(server->watches() == 0);
}

TEST_CASE("server: a watch whose client reads nothing is dropped, and the run goes on") {
  BareRun run;
  const auto server = plain_server(run);
  RawConnection slow(server->port());
  slow.send("GET /api/v1/configmaps?watch=true&resourceVersion=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(wait_for_watches(*server, 1));
  const std::string big(500'000, 'x');
  for (int i = 0; i < 40; ++i) {  // far more than the sockets' buffers hold
    run.create("configmaps", "default",
               R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c)" +
                   std::to_string(i) + R"("},"data":{"k":")" + big + "\"}}");
  }
  CHECK(wait_for_watches(*server, 0));
}

TEST_CASE("server: stop ends idle and half-sent connections too") {
  BareRun run;
  const auto server = plain_server(run);
  RawConnection idle(server->port());
  RawConnection half(server->port());
  half.send("GET /healthz HTT");
  const auto began = std::chrono::steady_clock::now();
  server->stop();
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(3));
}

TEST_CASE("server: two cannot have one port, and none is open to others without a token") {
  BareRun run;
  const auto server = plain_server(run);
  ApiServerOptions same;
  same.tls = false;
  same.port = server->port();
  const auto second = ApiServer::start(run.door(), same);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind == ErrorKind::kUnavailable);
  ApiServerOptions open;
  open.host = "0.0.0.0";
  CHECK_FALSE(ApiServer::start(run.door(), open).has_value());
}

TEST_CASE("certificates: kept between starts, made anew when broken, readable by nobody else") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/tls";
  const auto first = server_identity(path);
  REQUIRE(first.has_value());
  const auto again = server_identity(path);
  REQUIRE(again.has_value());
  CHECK(again->certificate == first->certificate);
  struct stat info {};
  REQUIRE(stat((path + "/server.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  REQUIRE(truncate((path + "/server.crt").c_str(), 100) == 0);
  const auto renewed = server_identity(path);
  REQUIRE(renewed.has_value());
  CHECK(renewed->ca_certificate != first->ca_certificate);
  CHECK_FALSE(load_key_and_certificate(first->private_key, renewed->certificate).has_value());
}

TEST_CASE("kubeconfig: private, and never the user's own") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/config";
  REQUIRE(write_kubeconfig(path, "https://127.0.0.1:1", "pem", "to\"ken").has_value());
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const char* home = std::getenv("HOME");
  if (home != nullptr) {
    CHECK_FALSE(write_kubeconfig(std::string(home) + "/.kube/config", "u", "", "").has_value());
  }
}

}  // namespace
}  // namespace inferlab::sim
