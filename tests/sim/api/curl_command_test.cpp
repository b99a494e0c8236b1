#include "sim/api/curl_command.h"

#include <catch2/catch.hpp>

namespace inferlab::sim {
namespace {

std::optional<CurlCommand> curl(std::vector<std::string> words) {
  words.insert(words.begin(), "curl");
  return CurlCommand::of(words);
}

TEST_CASE("CurlCommand: reads host, port, path, method, body and times") {
  const auto one = curl({"-sSf", "--max-time", "2.5", "-XPOST", "-H", "Authorization: Bearer key",
                         "-d", "{\"a\": 1}", "http://vllm.chat:8000/v1/completions"});
  REQUIRE(one);
  CHECK(one->host == "vllm.chat");
  CHECK(one->port == 8000);
  CHECK(one->path == "/v1/completions");
  CHECK(one->method == "POST");
  CHECK(one->body == "{\"a\": 1}");
  CHECK(one->api_key == "key");
  CHECK(one->max_time == 2500ms);
  CHECK(one->fails_on_error);
  CHECK(one->is_silent);
  CHECK(one->shows_error);
}

TEST_CASE("CurlCommand: a body makes it a POST, nothing a GET of port 80") {
  CHECK(curl({"vllm/health"})->method == "GET");
  CHECK(curl({"vllm/health"})->port == 80);
  CHECK(curl({"vllm"})->path == "/");
  CHECK(curl({"--data", "x", "vllm"})->method == "POST");
  CHECK(curl({"--data", "x", "-d", "y", "vllm"})->body == "x&y");
}

TEST_CASE("CurlCommand: what is more than that is none") {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"https://vllm/"},
                                             {"a/b", "c/d"},
                                             {"-k", "vllm"},
                                             {"-u", "me:secret", "vllm"},
                                             {"--retry", "3", "vllm"},
                                             {"-X", "PUT", "vllm"},
                                             {"-m", "soon", "vllm"},
                                             {"-m"},
                                             {"-o", "file", "vllm"},
                                             {"-d", "@file", "vllm"},
                                             {"-H", "Host: other", "vllm"},
                                             {"-w", "%{time_total}", "vllm"},
                                             {"http://me@vllm/"},
                                             {"vllm:0/"},
                                             {"vllm:99999/"},
                                             {"vllm:port/"}}) {
    CHECK_FALSE(curl(words));
  }
  CHECK_FALSE(CurlCommand::of({"wget", "vllm"}));
}

TEST_CASE("CurlCommand: a time that is long is one that can be added to others") {
  const auto one = curl({"--max-time", "9223372036", "--connect-timeout", "9223372036", "vllm"});
  REQUIRE(one);
  CHECK(one->max_time == seconds_capped(INT64_MAX));
  CHECK(one->connect_timeout == seconds_capped(INT64_MAX));
}

TEST_CASE("CurlCommand: a variable may stand for a host, a port or a time") {
  CHECK(curl({"-m", "$LIMIT", "http://$HOST:$PORT/health"}));
  CHECK(curl({"$URL"}));
}

}  // namespace
}  // namespace inferlab::sim
