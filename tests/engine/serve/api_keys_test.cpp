#include "engine/serve/api_keys.h"

#include <catch2/catch.hpp>
#include <future>

#include "tests/engine/serve/http_client.h"
#include "tests/engine/serve/test_engine.h"

namespace inferlab {
namespace {

using testing::client_for;
using testing::kCompletions;
using testing::kJson;
using testing::TestServer;

std::unique_ptr<KeyLease> lease_of(ApiKeys& keys, std::size_t key, Time now = {}) {
  auto lease = keys.admit(key, now);
  auto* got = std::get_if<std::unique_ptr<KeyLease>>(&lease);
  return got == nullptr ? nullptr : std::move(*got);
}

}  // namespace

TEST_CASE("ApiKeys: a key is found whole, and without keys everybody is the same") {
  const ApiKeys keys({"one", "two"}, {});
  CHECK(keys.find("Bearer one") == 0);
  CHECK(keys.find("Bearer two") == 1);
  for (const char* wrong : {"", "one", "Bearer on", "Bearer onetwo", "bearer one", "Bearer "}) {
    CHECK_FALSE(keys.find(wrong).has_value());
  }
  CHECK(ApiKeys({}, {}).find("") == 0);
}

TEST_CASE("ApiKeys: a key has its number of requests at once, whatever the others have") {
  ApiKeys keys({"one", "two"}, {.max_requests = 2});
  auto first = lease_of(keys, 0);
  const auto second = lease_of(keys, 0);
  REQUIRE((first && second));
  CHECK(lease_of(keys, 0) == nullptr);
  CHECK(lease_of(keys, 1) != nullptr);
  first.reset();
  CHECK(lease_of(keys, 0) != nullptr);
}

TEST_CASE("ApiKeys: tokens of a minute are paid off over a minute") {
  ApiKeys keys({"one", "two"}, {.max_tokens_per_minute = 600});
  lease_of(keys, 0)->charge(900);
  const auto refused = keys.admit(0, Time{});
  const auto* error = std::get_if<ApiError>(&refused);
  REQUIRE(error != nullptr);
  CHECK(error->status == 429);
  CHECK(error->retry_after == 31);  // 300 tokens too many, 10 a second
  CHECK(lease_of(keys, 1) != nullptr);
  CHECK(lease_of(keys, 0, Time(30s)) == nullptr);
  CHECK(lease_of(keys, 0, Time(31s)) != nullptr);
}

TEST_CASE("HTTP: each of several keys opens, and each has its own limits") {
  ServeOptions options;
  options.api_keys = {"one", "two"};
  options.key_limits = {.max_tokens_per_minute = 8};
  TestServer server(options);
  httplib::Client client = client_for(server.port());
  const auto ask = [&](const char* key) {
    return client.Post(kCompletions, {{"Authorization", std::string("Bearer ") + key}},
                       R"({"prompt": "abcdef", "max_tokens": 10, "ignore_eos": true})", kJson);
  };
  CHECK(ask("one")->status == 200);
  // More than its minute's tokens are used: the next has to wait, and the other key has not.
  const httplib::Result refused = ask("one");
  CHECK(refused->status == 429);
  CHECK(std::stoi(refused->get_header_value("Retry-After")) >= 1);
  CHECK(ask("two")->status == 200);
  CHECK(ask("three")->status == 401);
}

TEST_CASE("HTTP: a key's requests at once are limited") {
  ServeOptions options;
  options.key_limits = {.max_requests = 1};
  TestServer server(options);
  server.gate().close();
  const auto ask = [&] {
    return client_for(server.port())
        .Post(kCompletions, R"({"prompt": "a", "max_tokens": 2})", kJson)
        ->status;
  };
  auto first = std::async(std::launch::async, ask);
  CHECK(testing::eventually(
      [&] { return server.engine().stats().scheduler.num_requests_running == 1; }));
  CHECK(ask() == 429);
  server.gate().open();
  CHECK(first.get() == 200);
  CHECK(testing::eventually([&] { return ask() == 200; }));
}

}  // namespace inferlab
