#include "sim/controllers/application_spec.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

namespace inferlab::sim {
namespace {

RetryRule with_backoff(const char* duration, std::int64_t factor, const char* longest) {
  return retry_rule(Value::object(
      {{"limit", -1},
       {"backoff",
        Value::object({{"duration", duration}, {"factor", factor}, {"maxDuration", longest}})}}));
}

}  // namespace

TEST_CASE("retry_rule: waits grow by the factor up to the longest") {
  const RetryRule plain = retry_rule(Value());
  CHECK(plain.limit == 0);
  CHECK(plain.wait(-1) == 5s);
  CHECK(plain.wait(0) == 5s);
  CHECK(plain.wait(3) == 40s);
  CHECK(plain.wait(100) == 3min);
  CHECK(with_backoff("10m", 2, "3m").wait(0) == 3min);
  const RetryRule steady = with_backoff("10s", 1, "1h");
  CHECK(steady.wait(std::numeric_limits<std::int64_t>::max()) == 10s);
}

TEST_CASE("retry_rule: no wait is shorter than a second or longer than a day") {
  CHECK(with_backoff("0s", 2, "0s").wait(0) == 1s);
  CHECK(with_backoff("0s", 2, "0s").wait(50) == 1s);
  CHECK(with_backoff("-1h", 2, "1m").wait(0) == 1s);
  CHECK(with_backoff("1ns", 0, "-1h").wait(9) == 1s);
  CHECK(with_backoff("1000000h", 1000, "2000000h").wait(1000) == 24h);
  CHECK(with_backoff("23h", 1000, "24h").wait(std::numeric_limits<std::int64_t>::max()) == 24h);
  CHECK(with_backoff("1s", std::numeric_limits<std::int64_t>::max(), "24h").wait(1) == 1000s);
}

}  // namespace inferlab::sim
