// Real clients against `inferlab serve`: OpenAI's own (tests/clients), curl, Prometheus.
#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/program/node_packages.h"
#include "tests/program/serve_process.h"
#include "tests/support/debian_program.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path kPrometheus = fs::path(INFERLAB_PROGRAM).parent_path() / "prometheus";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void skip(const std::string& why) {
  std::cout << "SKIPPED: " << why << "\n";
}

// A port that was free a moment ago, for a program that cannot say which one it found.
int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

void answer_something(const ServeProcess& server) {
  httplib::Client client("127.0.0.1", server.port());
  client.set_read_timeout(60s);
  const httplib::Result answer = client.Post(
      "/v1/completions", R"({"prompt": "A Pod is", "max_tokens": 8})", "application/json");
  REQUIRE(answer);
  REQUIRE(answer->status == 200);
}

}  // namespace

TEST_CASE("client: OpenAI's npm client chats, streams, aborts and gets its typed errors",
          "[clients]") {
  const fs::path folder = client_folder();
  const std::string missing = install_node_packages(folder);
  if (!missing.empty()) return skip(missing);
  ServeProcess server({"--api-key", "sesame"});
  ProcessOptions options;
  options.environment = {{"OPENAI_BASE_URL", server.url() + "/v1"}, {"OPENAI_API_KEY", "sesame"}};
  options.timeout = 120s;
  const ProcessResult result = run_process(
      {"node", "--test", "--test-reporter=tap", (folder / "openai_test.mjs").string()}, options);
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.out, "# pass 10\n"));
  CHECK(contains(result.out, "# skipped 0\n"));
}

TEST_CASE("client: curl streams an answer as it comes", "[clients]") {
  ServeProcess server;
  const ProcessResult result = run_process(
      {"curl", "--silent", "--show-error", "--no-buffer", "--fail-with-body",
       server.url() + "/v1/chat/completions", "-H", "Content-Type: application/json", "-d",
       R"({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4, "stream": true})"});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out.starts_with("data: {\"id\":\"chatcmpl-"));
  CHECK(result.out.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("client: promtool finds nothing wrong with the metrics' text", "[clients]") {
  const auto promtool = debian_program("prometheus", "promtool", kPrometheus);
  if (!promtool) return skip("there is no promtool to be had (Debian: prometheus)");
  ServeProcess server;
  answer_something(server);
  httplib::Client client("127.0.0.1", server.port());
  ProcessOptions options;
  options.input = client.Get("/metrics")->body;
  const ProcessResult result = run_process({*promtool, "check", "metrics"}, options);
  INFO(result.out << result.err);
  // Exit status 3 is advice alone. vLLM's names have colons, and one a suffix that advice minds.
  CHECK((result.exit_code == 0 || result.exit_code == 3));
  std::istringstream lines(result.out + result.err);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK((line.empty() || line.ends_with("metric names should not contain ':'") ||
           line.starts_with("vllm:iteration_tokens_total non-counter metrics")));
  }
}

TEST_CASE("client: Prometheus scrapes the server", "[clients]") {
  const auto program = debian_program("prometheus", "prometheus", kPrometheus);
  if (!program) return skip("there is no prometheus to be had (Debian: prometheus)");
  ServeProcess server;
  answer_something(server);
  const TemporaryFolder folder;
  const std::string config = folder.path() + "/prometheus.yml";
  std::ofstream(config) << "scrape_configs:\n- job_name: llm\n  scrape_interval: 1s\n"
                           "  static_configs:\n  - targets: ['127.0.0.1:"
                        << server.port() << "']\n";
  const int port = free_port();
  ProcessOptions options;
  options.timeout = 120s;
  Process prometheus(
      {*program, "--config.file=" + config, "--storage.tsdb.path=" + folder.path() + "/data",
       "--web.listen-address=127.0.0.1:" + std::to_string(port)},
      options);
  httplib::Client client("127.0.0.1", port);
  Json found;
  for (int i = 0; i < 600 && found.empty(); ++i) {
    std::this_thread::sleep_for(100ms);
    const httplib::Result result = client.Get("/api/v1/query?query=vllm:generation_tokens_total");
    if (!result || result->status != 200) continue;
    found = Json::parse(result->body, nullptr, false)["data"]["result"];
  }
  REQUIRE(found.size() == 1);
  CHECK(std::stod(found[0]["value"][1].get<std::string>()) >= 1);
  CHECK(found[0]["metric"]["model_name"] == "inferlab-tiny");
}
