#include "sim/api/value.h"

#include <catch2/catch.hpp>

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

TEST_CASE("Value: with() shares what did not change and leaves the original alone") {
  const Value spec = Value::object({{"replicas", 1}});
  const Value pod = Value::object({{"spec", spec}, {"kind", "Pod"}});
  const Value changed = pod.with_path({"status", "phase"}, "Running");
  CHECK(changed["status"]["phase"].as_string() == "Running");
  CHECK_FALSE(pod.has("status"));
  CHECK(&changed["spec"].members() == &spec.members());
}

TEST_CASE("Value: members are in key order and the last of equal keys stays") {
  const Value value = Value::object({{"b", 1}, {"a", 2}, {"b", 3}});
  REQUIRE(value.size() == 2);
  CHECK(value.members()[0].key == "a");
  CHECK(value["b"].as_int() == 3);
}

TEST_CASE("Value: asking for what is not there gives null or the fallback") {
  const Value value = Value::object({{"a", Value::array({1})}});
  CHECK(value["x"]["y"][std::size_t{3}].is_null());
  CHECK(value["a"]["x"].is_null());
  CHECK(value["a"][std::size_t{0}].as_string("z") == "z");
}

TEST_CASE("Value: taking away what is not there gives the same document") {
  const Value value = Value::object({{"metadata", Value::object({{"name", "x"}})}});
  const Value same = value.without_path({"metadata", "managedFields"});
  CHECK(&same.members() == &value.members());
  CHECK_FALSE(value.without_path({"metadata", "name"})["metadata"].has("name"));
}

TEST_CASE("Value: 1 and 1.0 differ, equal documents hash alike") {
  CHECK_FALSE(Value(1) == Value(1.0));
  RunHash a;
  RunHash b;
  Value::object({{"x", Value::array({1, "y"})}}).add_to(a);
  Value::object({{"x", Value::array({1, "y"})}}).add_to(b);
  CHECK(a.digest() == b.digest());
}
