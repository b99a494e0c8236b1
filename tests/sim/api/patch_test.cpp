#include <catch2/catch.hpp>

#include "engine/base/rng.h"
#include "sim/api/apply/managed_fields.h"
#include "sim/api/apply/typed.h"
#include "sim/api/json.h"
#include "sim/api/kind.h"
#include "sim/api/patch/merge_patch.h"
#include "sim/api/patch/strategic_patch.h"
#include "tests/sim/api/random_value.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

namespace {

const Type& deployment_type() {
  return *KindTable::builtin().by_resource("deployments.apps")->schema;
}

// A Deployment with a few containers, env variables and labels drawn at random.
Value random_deployment(Rng& rng) {
  const auto letter = [&] { return std::string(1, static_cast<char>('a' + rng.below(4))); };
  Value labels = Value::object();
  for (std::uint64_t i = rng.below(3); i > 0; --i) labels = labels.with(letter(), Value(letter()));
  Value::Object containers;  // by name, so that each comes once
  for (std::uint64_t i = 1 + rng.below(3); i > 0; --i) {
    Value::Object env;
    for (std::uint64_t k = rng.below(3); k > 0; --k) {
      const std::string name = letter();
      env.push_back({name, Value::object({{"name", Value(name)}, {"value", Value(letter())}})});
    }
    const Value by_name = Value::object(std::move(env));
    Value::Array variables;
    for (const Value::Member& member : by_name.members()) variables.push_back(member.value);
    const std::string name = letter();
    Value container = Value::object({{"image", Value(letter())}, {"name", Value(name)}});
    if (!variables.empty()) container = container.with("env", Value::array(std::move(variables)));
    containers.push_back({name, std::move(container)});
  }
  const Value all = Value::object(std::move(containers));
  Value::Array items;
  for (const Value::Member& member : all.members()) items.push_back(member.value);
  Value out = Value::object({{"metadata", Value::object({{"labels", labels}})}});
  out = out.with_path({"spec", "template", "spec", "containers"}, Value::array(std::move(items)));
  return rng.below(2) == 0
             ? out.with_path({"spec", "replicas"}, rng.between(std::int64_t{0}, std::int64_t{3}))
             : out;
}

}  // namespace

TEST_CASE("Patches: applied twice they give what they gave once") {
  Rng rng(21);
  for (int i = 0; i < 1000; ++i) {
    const Value target = random_deployment(rng);
    const Value patch = random_deployment(rng);
    const Value merged = merge_patch(target, patch);
    CHECK(merge_patch(merged, patch) == merged);
    const auto strategic = strategic_patch(deployment_type(), target, patch);
    REQUIRE(strategic.has_value());
    const auto again = strategic_patch(deployment_type(), *strategic, patch);
    REQUIRE(again.has_value());
    CHECK(to_json(*again) == to_json(*strategic));
    const Value typed = merge_typed(deployment_type(), target, patch);
    CHECK(to_json(merge_typed(deployment_type(), typed, patch)) == to_json(typed));
  }
}

TEST_CASE("Patches: random JSON patches and merge patches never crash") {
  Rng rng(22);
  for (int i = 0; i < 3000; ++i) {
    const Value target = random_value(rng, 3);
    static_cast<void>(merge_patch(target, random_value(rng, 3)));
    constexpr const char* kOps[] = {"add", "remove", "replace", "move", "copy", "test", "?"};
    constexpr const char* kPaths[] = {"",  "/a", "/0", "/-", "/a/b", "/~1", "/99999999999999999999",
                                      "a", "//"};
    const Value patch = Value::array({Value::object({{"op", kOps[rng.below(std::size(kOps))]},
                                                     {"path", kPaths[rng.below(std::size(kPaths))]},
                                                     {"from", kPaths[rng.below(std::size(kPaths))]},
                                                     {"value", random_value(rng, 2)}})});
    static_cast<void>(json_patch(target, patch).has_value());
  }
}

TEST_CASE("FieldSet: the difference of two objects brings one to the other's fields") {
  Rng rng(23);
  for (int i = 0; i < 1000; ++i) {
    const Value before = random_deployment(rng);
    const Value after = random_deployment(rng);
    const Difference difference = difference_of(deployment_type(), before, after);
    CHECK((difference.changed.empty() && difference.removed.empty()) == (before == after));
    CHECK(difference_of(deployment_type(), after, after).changed.empty());
    const FieldSet& changed = difference.changed;
    CHECK(FieldSet::from_value(changed.to_value()) == changed);
  }
}

TEST_CASE("JSON patch: pointers begin with a slash, and negative indices count from the end") {
  const auto patched = [](std::string_view operations) {
    return json_patch(parse_json(R"({"a":[1,2,3],"b":{"c":1}})").value(),
                      parse_json(operations).value());
  };
  const auto text = [&](std::string_view operations) {
    const auto result = patched(operations);
    return result ? to_json(*result) : result.error().message;
  };
  CHECK(text(R"([{"op":"replace","path":"b/c","value":2}])") ==
        "replace operation does not apply: doc is missing path: \"b/c\": missing value");
  CHECK(text(R"([{"op":"replace","path":"/a/-1","value":9}])") == R"({"a":[1,2,9],"b":{"c":1}})");
  CHECK(text(R"([{"op":"add","path":"/a/-1","value":9}])") == R"({"a":[1,2,3,9],"b":{"c":1}})");
  CHECK(text(R"([{"op":"remove","path":"/a/-3"}])") == R"({"a":[2,3],"b":{"c":1}})");
  CHECK_FALSE(patched(R"([{"op":"remove","path":"/a/-4"}])"));
  CHECK(text(R"([{"op":"replace","path":"","value":{"z":1}}])") == R"({"z":1})");
  CHECK_FALSE(patched(R"([{"op":"replace","path":"","value":7}])"));
  CHECK_FALSE(patched(R"([{"op":"remove","path":""}])"));
  CHECK_FALSE(patched(R"([{"op":"copy","from":"","path":"/b/d"}])"));
}

TEST_CASE("Strategic patch: what is deleted goes first, and long lists take no long time") {
  std::string target;
  std::string patch;
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "\"e" + std::to_string(i) + "\"";
    target += (i == 0 ? "" : ",") + ("{\"name\":" + name + ",\"value\":\"a\"}");
    patch += (i == 0 ? "" : ",") + ("{\"name\":" + name + ",\"value\":\"b\"}");
  }
  const auto pod = [](const std::string& env) {
    return parse_json(R"({"spec":{"template":{"spec":{"containers":[{"name":"c","env":[)" + env +
                      "]}]}}}}")
        .value();
  };
  const auto all = strategic_patch(deployment_type(), pod(target), pod(patch));
  REQUIRE(all);
  CHECK(*all == pod(patch));
  const auto anew =
      strategic_patch(deployment_type(), pod(R"({"name":"x","value":"old"})"),
                      pod(R"({"name":"x","value":"new"},{"name":"x","$patch":"delete"})"));
  REQUIRE(anew);
  CHECK(*anew == pod(R"({"name":"x","value":"new"})"));
}
