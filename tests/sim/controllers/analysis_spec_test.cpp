#include "sim/controllers/analysis_spec.h"

#include <catch2/catch.hpp>
#include <string>

namespace inferlab::sim {
namespace {

Value arguments(std::size_t length) {
  return Value::array(
      {Value::object({{"name", "big"}, {"value", Value(std::string(length, 'x'))}})});
}

Value metrics(int texts, int names_in_each) {
  std::string text;
  for (int i = 0; i < names_in_each; ++i) text += "{{args.big}}";
  Value::Array out;
  for (int i = 0; i < texts; ++i) out.push_back(Value::object({{"query", Value(text)}}));
  return Value::array(std::move(out));
}

TEST_CASE("resolved_metrics: puts arguments into texts, up to a mebibyte of them") {
  const auto some = resolved_metrics(metrics(2, 3), arguments(4));
  REQUIRE(some);
  CHECK((*some)[1]["query"].as_string() == "xxxxxxxxxxxx");
  CHECK(resolved_metrics(metrics(1, 8), arguments(std::size_t{1} << 17)));
  // One text that is too long, and many that are so together.
  CHECK_FALSE(resolved_metrics(metrics(1, 9), arguments(std::size_t{1} << 17)));
  CHECK_FALSE(resolved_metrics(metrics(9, 1), arguments(std::size_t{1} << 17)));
  const auto many = resolved_metrics(metrics(1, 9000), arguments(100'000));
  REQUIRE_FALSE(many);
  CHECK(many.error().message.find("longer than 1048576 bytes") != std::string::npos);
}

TEST_CASE("limit_of: holds what an int32 does") {
  CHECK(limit_of(Value("3")) == 3);
  CHECK(limit_of(Value(7)) == 7);
  CHECK(limit_of(Value("9223372036854775807")) == INT32_MAX);
  CHECK(limit_of(Value(INT64_MIN)) == INT32_MIN);
}

}  // namespace
}  // namespace inferlab::sim
