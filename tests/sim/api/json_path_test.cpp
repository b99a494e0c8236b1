// JSONPaths of printer columns.
#include <catch2/catch.hpp>

#include "sim/api/custom/printer_path.h"
#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

std::string found(std::string_view path) {
  static const Value kDocument = *parse_json(R"({
    "spec": {"replicas": 3, "a.b": "dotted", "list": [10, 20, 30]},
    "status": {"conditions": [
      {"type": "Ready", "status": "True", "weight": 2},
      {"type": "Live", "status": "False", "weight": 5}]}})");
  std::string out;
  for (const Value& value : find_by_path(kDocument, path))
    out += (out.empty() ? "" : " ") + to_json(value);
  return out;
}

TEST_CASE("JSONPath: members, items and filters") {
  CHECK(found(".spec.replicas") == "3");
  CHECK(found("$.spec.replicas") == "3");
  CHECK(found(".spec['a.b']") == "\"dotted\"");
  CHECK(found(".spec.a\\.b") == "\"dotted\"");
  CHECK(found(".spec.list[1]") == "20");
  CHECK(found(".spec.list[-1]") == "30");
  CHECK(found(".spec.list[0:2]") == "10 20");
  CHECK(found(".spec.list[*]") == "10 20 30");
  CHECK(found(R"(.status.conditions[?(@.type=="Ready")].status)") == "\"True\"");
  CHECK(found(R"(.status.conditions[?(@.type != 'Ready')].status)") == "\"False\"");
  CHECK(found(".status.conditions[?(@.weight>2)].type") == "\"Live\"");
  CHECK(found(".status.conditions[?(@.weight)].type") == "\"Ready\" \"Live\"");
}

TEST_CASE("JSONPath: nothing is found where there is nothing, and nonsense is told") {
  CHECK(found(".spec.none.deeper").empty());
  CHECK(found(".spec.list[9]").empty());
  CHECK(found(".spec.list[9223372036854775807]").empty());
  CHECK(is_json_path(".a.b[0]"));
  CHECK_FALSE(is_json_path("a"));
  CHECK_FALSE(is_json_path(".a[?(@.b==]"));
  CHECK_FALSE(is_json_path(".a['b'"));
  CHECK_FALSE(is_json_path("." + std::string(10'000, 'a')));
}

}  // namespace
}  // namespace inferlab::sim
