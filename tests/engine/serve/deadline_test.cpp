// Requests that say how long they are worth anything.
#include <catch2/catch.hpp>
#include <future>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::chunks_of;
using testing::client_for;
using testing::eventually;
using testing::Json;
using testing::kCompletions;
using testing::kJson;
using testing::TestServer;

constexpr const char* kHeader = "x-envoy-expected-rq-timeout-ms";

httplib::Result ask(int port, const Json& body, const std::string& timeout) {
  httplib::Headers headers;
  if (!timeout.empty()) headers.emplace(kHeader, timeout);
  return client_for(port).Post(kCompletions, headers, body.dump(), kJson);
}

std::int64_t num_requests(TestServer& server) {
  const SchedulerStats stats = server.engine().stats().scheduler;
  return stats.num_requests_running + stats.num_requests_waiting;
}

/// Until what has come so far is older than the deadlines below.
void let_pass(TestServer& server) {
  const Time begin = server.engine().now();
  CHECK(eventually([&] { return server.engine().now() - begin > 5ms; }));
}

}  // namespace

TEST_CASE("HTTP: a request that is past its deadline ends with 504, streamed or not") {
  const bool stream = GENERATE(false, true);
  TestServer server;
  // Somebody else's step holds the engine, so that nobody's deadline is looked at meanwhile.
  server.gate().close();
  const Json first = {{"prompt", "abc"}, {"max_tokens", 2}, {"ignore_eos", true}};
  auto holder = std::async(std::launch::async, [&] { return ask(server.port(), first, ""); });
  CHECK(eventually([&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  const Json body = {
      {"prompt", "abc"}, {"max_tokens", 200}, {"ignore_eos", true}, {"stream", stream}};
  auto late = std::async(std::launch::async, [&] { return ask(server.port(), body, "1"); });
  CHECK(eventually([&] { return num_requests(server) == 2; }));
  let_pass(server);
  server.gate().open();
  CHECK(holder.get()->status == 200);
  const httplib::Result answer = late.get();
  REQUIRE(answer);
  INFO(answer->body);
  if (stream) {
    CHECK(answer->status == 200);  // said before
    CHECK(chunks_of(answer->body).back()["error"]["code"] == 504);
  } else {
    CHECK(answer->status == 504);
    CHECK(Json::parse(answer->body)["error"]["type"] == "TimeoutError");
  }
  CHECK(server.engine().stats().generation_tokens_total < 202);
  const EngineStats stats = server.engine().stats();
  CHECK(stats.num_free_blocks == stats.num_blocks);
}

TEST_CASE("HTTP: a deadline counts in the waiting queue too, and ends nobody else") {
  ServeOptions options;
  options.max_num_seqs = 1;
  TestServer server(options);
  server.gate().close();
  const Json body = {{"prompt", "abc"}, {"max_tokens", 20}, {"ignore_eos", true}};
  auto patient = std::async(std::launch::async, [&] { return ask(server.port(), body, ""); });
  CHECK(eventually([&] { return num_requests(server) == 1; }));
  auto late = std::async(std::launch::async, [&] { return ask(server.port(), body, "1"); });
  CHECK(eventually([&] { return num_requests(server) == 2; }));
  let_pass(server);
  server.gate().open();
  CHECK(late.get()->status == 504);
  const httplib::Result answer = patient.get();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(Json::parse(answer->body)["usage"]["completion_tokens"] == 20);
}

TEST_CASE("HTTP: a deadline that is no number above 0 is none, and a far one does no harm") {
  TestServer server;
  const Json body = {{"prompt", "abc"}, {"max_tokens", 3}};
  for (const char* timeout : {"0", "-1", "soon", "10ms", "1 0", "99999999999999999999999",
                              "9223372036854775807", "600000"}) {
    INFO(timeout);
    const httplib::Result answer = ask(server.port(), body, timeout);
    REQUIRE(answer);
    CHECK(answer->status == 200);
  }
}

}  // namespace inferlab
