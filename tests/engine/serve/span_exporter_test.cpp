#include "engine/serve/span_exporter.h"

#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::client_for;
using testing::eventually;
using testing::Json;
using testing::kCompletions;
using testing::kJson;
using testing::TestServer;

/// A collector of OTLP/HTTP on a free port.
class Collector {
 public:
  explicit Collector(int status = 200) {
    server_.Post("/v1/traces",
                 [this, status](const httplib::Request& request, httplib::Response& response) {
                   const std::scoped_lock lock(mutex_);
                   bodies_.push_back(Json::parse(request.body, nullptr, false));
                   response.status = status;
                 });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(1ms);
  }
  ~Collector() {
    server_.stop();
    thread_.join();
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<Json> spans() {
    const std::scoped_lock lock(mutex_);
    std::vector<Json> out;
    for (const Json& body : bodies_) {
      for (const Json& span : body["resourceSpans"][0]["scopeSpans"][0]["spans"]) {
        out.push_back(span);
      }
    }
    return out;
  }
  std::string service() {
    const std::scoped_lock lock(mutex_);
    return bodies_.at(0)["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"];
  }

 private:
  httplib::Server server_;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<Json> bodies_;
  int port_ = 0;
};

Json attribute(const Json& span, const std::string& name) {
  for (const Json& one : span["attributes"]) {
    if (one["key"] == name) return one["value"];
  }
  return nullptr;
}

constexpr const char* kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

}  // namespace

TEST_CASE("SpanExporter: a traceparent is read as the W3C writes it") {
  const auto parent = parse_traceparent(kParent);
  REQUIRE(parent);
  CHECK(parent->trace_id == "0af7651916cd43dd8448eb211c80319c");
  CHECK(parent->span_id == "b7ad6b7169203331");
  CHECK(parent->sampled);
  CHECK_FALSE(
      parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")->sampled);
  CHECK(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"));
  for (const char* wrong : {"", "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"}) {
    CHECK_FALSE(parse_traceparent(wrong).has_value());
  }
}

TEST_CASE("SpanExporter: an endpoint is http, with OTLP's path where none is given") {
  CHECK(parse_trace_endpoint("http://otel:4318")->path == "/v1/traces");
  CHECK(parse_trace_endpoint("http://otel:4318/")->path == "/v1/traces");
  CHECK(parse_trace_endpoint("http://otel:4318/my/traces")->path == "/my/traces");
  CHECK(parse_trace_endpoint("http://otel:4318/my/traces")->origin == "http://otel:4318");
  for (const char* wrong : {"grpc://otel:4317", "otel:4318", "https://otel", "http://"}) {
    CHECK_FALSE(parse_trace_endpoint(wrong).has_value());
  }
}

TEST_CASE("HTTP: each request is a span, under its client's where that is named") {
  Collector collector;
  ServeOptions options;
  options.otlp_traces_endpoint = collector.url();
  options.otlp_service_name = "tested";
  {
    TestServer server(options);
    httplib::Client client = client_for(server.port());
    const char* body = R"({"prompt": "abc", "max_tokens": 5, "ignore_eos": true, "n": 2})";
    CHECK(client.Post(kCompletions, {{"traceparent", kParent}, {"tracestate", "a=b"}}, body, kJson)
              ->status == 200);
    CHECK(client.Post(kCompletions, body, kJson)->status == 200);
    const std::string unsampled = std::string(kParent).replace(53, 2, "00");
    CHECK(client.Post(kCompletions, {{"traceparent", unsampled}}, body, kJson)->status == 200);
    CHECK(client.Post(kCompletions, "{}", kJson)->status == 400);
  }
  CHECK(eventually([&] { return collector.spans().size() == 2; }));
  const std::vector<Json> spans = collector.spans();
  CHECK(collector.service() == "tested");
  const bool child_first = spans[0].contains("parentSpanId");
  const Json& child = spans[child_first ? 0 : 1];
  const Json& root = spans[child_first ? 1 : 0];
  CHECK(child["traceId"] == "0af7651916cd43dd8448eb211c80319c");
  CHECK(child["parentSpanId"] == "b7ad6b7169203331");
  CHECK(child["traceState"] == "a=b");
  CHECK(root["traceId"].get<std::string>().size() == 32);
  CHECK_FALSE(root.contains("parentSpanId"));
  for (const Json& span : spans) {
    CHECK(span["name"] == "llm_request");
    CHECK(span["kind"] == 2);
    CHECK(span["spanId"].get<std::string>().size() == 16);
    CHECK(std::stoll(span["endTimeUnixNano"].get<std::string>()) >
          std::stoll(span["startTimeUnixNano"].get<std::string>()));
    CHECK(attribute(span, "gen_ai.usage.completion_tokens")["intValue"] == "10");
    CHECK(attribute(span, "gen_ai.request.n")["intValue"] == "2");
    CHECK(attribute(span, "gen_ai.request.max_tokens")["intValue"] == "5");
    CHECK(attribute(span, "gen_ai.latency.e2e")["doubleValue"].get<double>() > 0);
    CHECK(attribute(span, "gen_ai.latency.time_to_first_token")["doubleValue"].get<double>() > 0);
    CHECK(attribute(span, "gen_ai.request.id")["stringValue"].get<std::string>().rfind("cmpl-",
                                                                                       0) == 0);
  }
}

TEST_CASE("SpanExporter: a collector that is gone or refuses costs a line in the log") {
  std::mutex mutex;
  std::vector<std::string> lines;
  const LogSink log = [&](LogLevel, std::string_view line) {
    const std::scoped_lock lock(mutex);
    lines.emplace_back(line);
  };
  Collector refusing(503);
  const std::string gone = [] {
    Collector ended;
    return ended.url();
  }();
  for (const std::string& url : {refusing.url(), gone}) {
    lines.clear();
    {
      SpanExporter exporter(*parse_trace_endpoint(url), "tested", log);
      for (int i = 0; i < 3000; ++i) exporter.add({.id = "cmpl-x", .e2e = 1ms});
    }
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.back().find("were not taken by " + url) != std::string::npos);
  }
}

TEST_CASE("request_log_line: counts and times, one line of JSON") {
  const RequestRecord record{
      .id = "cmpl-1",
      .path = "/v1/completions",
      .model = "a \"model\"\n",
      .prompt_tokens = 3,
      .completion_tokens = 4,
      .finish_reason = "stop",
      .ttft = 1500us,
      .e2e = 20ms,
      .arrival = std::chrono::system_clock::time_point(std::chrono::seconds(1767600000))};
  const std::string line = request_log_line(record);
  CHECK(line.find('\n') == std::string::npos);
  const Json json = Json::parse(line);
  CHECK(json["time"] == "2026-01-05T08:00:00.000000Z");
  CHECK(json["model"] == "a \"model\"\n");
  CHECK(json["ttft_ms"] == 1.5);
  CHECK(json["completion_tokens"] == 4);
}

}  // namespace inferlab
