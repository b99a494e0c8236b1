// `inferlab serve` as a program: flags as vLLM spells them, its end, and what it writes down.
#include <httplib.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/program/serve_process.h"

using namespace inferlab::testing;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

httplib::Client client_for(const ServeProcess& server) {
  httplib::Client client("127.0.0.1", server.port());
  client.set_read_timeout(200s);
  return client;
}

ProcessResult refused(std::vector<std::string> words) {
  const TemporaryFolder home;
  ProcessOptions options;
  options.environment = {{"HOME", home.path()}, {"NO_COLOR", "1"}};
  options.timeout = 60s;
  words.insert(words.begin(), {INFERLAB_PROGRAM, "serve", "--port", "0"});
  return run_process(words, options);
}

// So much that a signal finds it under way: 16 answers of 200 tokens.
constexpr const char* kLong =
    R"({"prompt": "A Pod is", "n": 16, "max_tokens": 200, "ignore_eos": true,)"
    R"( "stream": true, "stream_options": {"include_usage": true}})";

/// A stream that is under way, on a thread of its own.
class LongStream {
 public:
  explicit LongStream(const ServeProcess& server) {
    body_ = std::async(std::launch::async, [this, &server] {
      httplib::Request request;
      request.method = "POST";
      request.path = "/v1/completions";
      request.set_header("Content-Type", "application/json");
      request.body = kLong;
      std::string body;
      request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t,
                                     std::uint64_t) {
        body.append(data, size);
        if (!std::exchange(has_begun_, true)) begun_.set_value();
        return true;
      };
      httplib::Client client = client_for(server);
      (void)client.send(request);
      if (!has_begun_) begun_.set_value();
      return body;
    });
    begun_.get_future().wait();
  }
  std::string body() { return body_.get(); }

 private:
  std::promise<void> begun_;
  bool has_begun_ = false;
  std::future<std::string> body_;
};

}  // namespace

TEST_CASE("program: serve starts with a manifest's vLLM flags and says what changes nothing") {
  const TemporaryFolder folder;
  const std::string config = folder.path() + "/serve.yaml";
  std::ofstream(config) << "max-num-seqs: 7\nserved_model_name: [from-file]\nenforce-eager: true\n"
                           "trust-remote-code: false\nmax-logprobs: 5\n";
  ServeProcess server({"--served-model-name",
                       "big",
                       "small",
                       "--max_model_len=0.2k",
                       "--gpu-memory-utilization",
                       "0.9",
                       "-tp",
                       "1",
                       "--dtype",
                       "bfloat16",
                       "--enable-prefix-caching",
                       "--no-enable-chunked-prefill",
                       "--max-num-batched-tokens",
                       "2K",
                       "--disable-log-requests",
                       "--config",
                       config,
                       "--speculative-config",
                       R"({"method": "ngram", "num_speculative_tokens": 3})",
                       "--api-key",
                       "one",
                       "two",
                       "--allowed-origins",
                       R"(["http://a.example"])"});
  httplib::Client client = client_for(server);
  CHECK(client.Get("/v1/models")->status == 401);
  const httplib::Result models = client.Get("/v1/models", {{"Authorization", "Bearer two"}});
  REQUIRE(models->status == 200);
  const Json list = Json::parse(models->body)["data"];
  REQUIRE(list.size() == 2);  // the line goes before the file
  CHECK(list[0]["id"] == "big");
  CHECK(list[0]["max_model_len"] == 200);
  const std::string metrics = client.Get("/metrics")->body;
  CHECK(contains(metrics, "vllm:spec_decode_num_drafts_total"));
  const httplib::Result logprobs =
      client.Post("/v1/completions", {{"Authorization", "Bearer one"}},
                  R"({"prompt": "a", "logprobs": 6})", "application/json");
  CHECK(contains(logprobs->body, "which is greater than max allowed: 5"));
  server.terminate();
  const ProcessResult ended = server.process().finish();
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(contains(ended.err, "--tensor-parallel-size 1: changes nothing: one device"));
  CHECK(contains(ended.err, "--enforce-eager: changes nothing"));
  CHECK_FALSE(contains(ended.err, "trust-remote-code"));
}

TEST_CASE("program: serve refuses flags that it cannot honour, with the reason") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--tensor-parallel-size", "2"}, "--tensor-parallel-size 2: one device runs the model"},
      {{"--quantization", "awq"}, "--quantization awq: the model file brings it"},
      {{"--ssl-keyfile", "k.pem"}, "--ssl-keyfile k.pem: is not supported: TLS is not served here"},
      {{"--lora-modules", "a=b"}, "--lora-modules: LoRA is not enabled"},
      {{"--lora-modules", "a"}, "Invalid JSON format for --lora-modules: a"},
      {{"--lora-modules", R"({"name": "a", "where": "b"})"},
       R"(Invalid fields for --lora-modules: {"name": "a", "where": "b"})"},
      {{"--enable-lora", "--max-loras", "3", "--max-cpu-loras", "2"},
       "max_cpu_loras (2) must be >= max_loras (3)"},
      {{"--enable-lora", "--lora-modules", "a=no/such/adapter"}, "no/such/adapter"},
      {{"--gpu-memory-utilization", "1.5"}, "--gpu-memory-utilization"},
      {{"--max-model-len", "many"}, "--max-model-len: many: is no number of tokens or bytes"},
      {{"--max-model-len", "1.5K"}, "--max-model-len: 1.5K: is no number"},
      {{"--speculative-config", R"({"method": "eagle", "num_speculative_tokens": 3})"},
       "only the methods ngram and draft_model are supported"},
      {{"--speculative-config", R"({"method": "draft_model", "num_speculative_tokens": 3})"},
       "model: is missing"},
      {{"--kv-cache-dtype", "fp8_e5m2"}, "kv_cache_dtype: is fp8_e5m2"},
      {{"--structured-outputs-config", R"({"disable_any_whitespace": 1})"},
       "disable_any_whitespace: is neither true nor false"},
      {{"--structured-outputs-config", R"({"reasoning_parser": "x"})"},
       "--structured-outputs-config: reasoning_parser: is not supported"},
      {{"--speculative-config", "{}"}, "num_speculative_tokens: is missing"},
      {{"--allowed-origins", "*"}, "is no JSON list of strings"},
      {{"--otlp-traces-endpoint", "grpc://localhost:4317"}, "is not http://HOST:PORT"},
      {{"--config", "/no/such/file.yaml"}, "/no/such/file.yaml"},
      {{"--no-such-flag"}, "unknown option"},
  };
  for (const auto& [words, message] : cases) {
    const ProcessResult result = refused(words);
    INFO(words.front() << "\n" << result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, message));
  }
}

TEST_CASE("program: after SIGTERM serve is not ready, refuses, ends its streams and exits with 0") {
  ServeProcess server({"--shutdown-timeout", "200"});
  LongStream stream(server);
  server.terminate();
  httplib::Client client = client_for(server);
  int ready = 200;
  for (int i = 0; i < 1000 && ready == 200; ++i) {
    const httplib::Result result = client.Get("/health/ready");
    ready = result ? result->status : 0;
  }
  CHECK(ready == 503);
  const httplib::Result alive = client.Get("/health/live");
  REQUIRE(alive);
  CHECK(alive->status == 200);
  const httplib::Result refused =
      client.Post("/v1/completions", R"({"prompt": "a"})", "application/json");
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(refused->has_header("Retry-After"));
  CHECK(refused->get_header_value("Connection") == "close");
  const std::string body = stream.body();
  CHECK(contains(body, "\"completion_tokens\":3200"));
  CHECK(contains(body, "data: [DONE]"));
  CHECK(server.process().finish().exit_code == 0);
}

TEST_CASE("program: serve's drain has an end, and a second signal is one at once") {
  const bool twice = GENERATE(true, false);
  ServeProcess server({"--shutdown-timeout", twice ? "200" : "0"});
  LongStream stream(server);
  server.terminate();
  if (twice) {
    httplib::Client client = client_for(server);
    while (true) {
      const httplib::Result result = client.Get("/health");
      if (!result || result->status == 503) break;
    }
    server.terminate();
    CHECK(server.process().finish().exit_code == 128 + SIGTERM);
    (void)stream.body();
    return;
  }
  const std::string body = stream.body();
  CHECK(contains(body, "server: is shutting down"));
  CHECK(contains(body, "data: [DONE]"));
  CHECK(server.process().finish().exit_code == 0);
}

TEST_CASE("program: serve's JSON log tells of requests in counts and times, never in words") {
  ServeProcess server({"--log-format", "json"});
  httplib::Client client = client_for(server);
  const httplib::Result answer =
      client.Post("/v1/chat/completions", {{"X-Request-Id", "seen-1"}},
                  R"({"messages": [{"role": "user", "content": "xylophone"}], "max_tokens": 3})",
                  "application/json");
  REQUIRE(answer->status == 200);
  server.terminate();
  const ProcessResult ended = server.process().finish();
  CHECK(ended.exit_code == 0);
  CHECK_FALSE(contains(ended.err, "xylophone"));
  std::istringstream lines(ended.err);
  int num_requests = 0;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    const Json json = Json::parse(line, nullptr, false);
    REQUIRE(json.is_object());
    CHECK(json.contains("time"));
    CHECK(json.contains("level"));
    if (json.value("event", "") != "request") continue;
    ++num_requests;
    CHECK(json["request_id"] == "chatcmpl-seen-1");
    CHECK(json["completion_tokens"].get<int>() >= 1);
    CHECK(json["status"] == 200);
    CHECK(json["e2e_ms"].get<double>() > 0);
  }
  CHECK(num_requests == 1);
}

TEST_CASE("program: serve reads keys from a file, one a line") {
  const TemporaryFolder folder;
  const std::string file = folder.path() + "/keys";
  std::ofstream(file) << "one\n\ntwo\r\n";
  ServeProcess server({"--api-key-file=" + file});
  httplib::Client client = client_for(server);
  for (const auto& [key, status] :
       {std::pair{"one", 200}, std::pair{"two", 200}, std::pair{"three", 401}}) {
    CHECK(client.Get("/v1/models", {{"Authorization", std::string("Bearer ") + key}})->status ==
          status);
  }
}
