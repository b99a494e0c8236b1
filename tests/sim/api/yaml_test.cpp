#include "sim/api/yaml.h"

#include <catch2/catch.hpp>

#include "engine/base/rng.h"
#include "sim/api/json.h"
#include "tests/sim/api/random_value.h"

using namespace inferlab;       // NOLINT
using namespace inferlab::sim;  // NOLINT

namespace {

std::string json_of(std::string_view yaml) {
  const auto documents = parse_yaml(yaml, "t.yaml");
  if (!documents) return documents.error().message;
  std::string out;
  for (const YamlDocument& document : *documents)
    out += (out.empty() ? "" : " ") + to_json(document.value);
  return out;
}

}  // namespace

TEST_CASE("YAML: scalars are typed as Kubernetes' reader types them") {
  CHECK(
      json_of("a: y\nb: off\nc: 0x1F\nd: 0755\ne: 1_000\nf: '1'\ng: ~\nh: 1e3\ni: 1.5\nj: 1.0\nk: "
              "12:30\n") ==
      R"({"a":true,"b":false,"c":31,"d":493,"e":1000,"f":"1","g":null,"h":1000,"i":1.5,"j":1,"k":"12:30"})");
  CHECK(json_of("1: a\ntrue: b\n2.5: c\n") == R"({"1":"a","2.5":"c","true":"b"})");
  CHECK(json_of("a: !!str 1\nb: !!int '2'\nc: !!binary aGk=\n") == R"({"a":"1","b":2,"c":"hi"})");
  CHECK(json_of("d: 2026-01-05\ne: .inf\nf: -.5\ng: 0b11\nh: +3\n") ==
        R"({"d":"2026-01-05","e":".inf","f":-0.5,"g":3,"h":3})");
}

TEST_CASE("YAML: documents are split and empty ones left out") {
  CHECK(json_of("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n") == R"({"a":1} {"b":2})");
  CHECK(json_of("").empty());
}

TEST_CASE("YAML: anchors, aliases and merge keys") {
  CHECK(json_of("a: &x {b: 1, c: 2}\nd: *x\ne:\n  <<: *x\n  c: 3\n") ==
        R"({"a":{"b":1,"c":2},"d":{"b":1,"c":2},"e":{"b":1,"c":3}})");
  CHECK(json_of("a: &x [*x]\n") == "t.yaml:1:8: alias: it stands inside of what it refers to");
}

TEST_CASE("YAML: places are those of keys and items") {
  const auto documents =
      parse_yaml("kind: Pod\nspec:\n  containers:\n  - name: a\n    image: b\n", "t.yaml");
  REQUIRE(documents.has_value());
  const YamlDocument& pod = documents->front();
  const Place image = pod.place(".spec.containers[0].image");
  CHECK(image.line == 5);
  CHECK(image.column == 5);
  CHECK(pod.place(".spec.containers[0]").line == 4);
  CHECK(pod.place(".spec.containers[0].resources.limits").line == 4);
  CHECK(pod.place(".status").line == 1);
}

TEST_CASE("YAML: members that come twice are told") {
  const auto documents = parse_yaml("spec:\n  a: 1\n  b: 2\n  a: 3\n", "t.yaml");
  REQUIRE(documents.has_value());
  CHECK(documents->front().duplicates == std::vector<std::string>{".spec.a"});
  CHECK(documents->front().value["spec"]["a"].as_int() == 3);
}

TEST_CASE("YAML: errors name file, line and column and say what to do") {
  const auto tab = parse_yaml("a:\n\tb: 1\n", "lab.yaml");
  REQUIRE_FALSE(tab.has_value());
  CHECK(tab.error().message.starts_with("lab.yaml:2:"));
  CHECK(tab.error().hint == "indent with spaces: YAML allows no tabs there");
  CHECK(parse_yaml("a: b: c\n", "lab.yaml").error().message.starts_with("lab.yaml:1:"));
  CHECK(parse_yaml("a: [1, 2\n", "lab.yaml").error().message.starts_with("lab.yaml:"));
  CHECK_FALSE(parse_yaml(",:,", "lab.yaml").has_value());
}

TEST_CASE("YAML: an alias bomb is refused and costs nothing") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k == 0 ? "" : ", ") + before;
    bomb += "]\n";
  }
  const auto refused = parse_yaml(bomb, "bomb.yaml");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find(
            "with its aliases written out it has more than 200000 values") != std::string::npos);
}

TEST_CASE("YAML: aliases of one long text count as often as it stands there") {
  std::string bomb = "a: &a \"" + std::string(100'000, 'x') + "\"\nb: [";
  for (int i = 0; i < 10'000; ++i) bomb += "*a, ";
  const auto refused = parse_yaml(bomb + "]\n", "bomb.yaml", {.max_bytes = 1'000'000});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message ==
        "bomb.yaml:2:85: size: with its aliases written out it has more than 2000000 bytes");
  CHECK(parse_yaml("a: &a \"" + std::string(100'000, 'x') + "\"\nb: [*a, *a, *a]\n", "few.yaml")
            .has_value());
}

TEST_CASE("YAML: merges of large maps count as what they bring") {
  std::string bomb = "a: &a\n";
  for (int i = 0; i < 20'000; ++i) bomb += "  k" + std::to_string(i) + ": 1\n";
  bomb += "b:\n  <<: [";
  for (int i = 0; i < 50; ++i) bomb += std::string(i == 0 ? "" : ", ") + "*a";
  bomb += "]\n";
  CHECK_FALSE(parse_yaml(bomb, "bomb.yaml").has_value());
}

TEST_CASE("YAML: depth and size are bounded") {
  CHECK_FALSE(parse_yaml(std::string(5000, '['), "deep.yaml").has_value());
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  const auto too_deep = parse_yaml(deep, "deep.yaml");
  REQUIRE_FALSE(too_deep.has_value());
  CHECK(too_deep.error().message == "deep.yaml:101:101: nesting: it goes deeper than 100 levels");
  const auto large = parse_yaml(std::string(std::size_t{100} << 20, 'a'), "large.yaml");
  REQUIRE_FALSE(large.has_value());
  CHECK(large.error().message.starts_with("large.yaml:1:1: size: the text has 104857600 bytes"));
}

TEST_CASE("YAML: what is printed reads back the same, for random documents") {
  Rng rng(11);
  for (int i = 0; i < 3000; ++i) {
    const Value value = Value::object({{"v", random_value(rng, 3)}});
    const std::string text = to_yaml(value);
    const auto back = parse_yaml(text, "t.yaml");
    INFO(text);
    REQUIRE(back.has_value());
    REQUIRE(back->size() == 1);
    CHECK(to_json(back->front().value) == to_json(value));
  }
}

TEST_CASE("YAML: a text of several lines can be the whole document") {
  const Value text("2 |+-\nx");
  CHECK(to_yaml(text) == "|-\n  2 |+-\n  x\n");
  const auto back = parse_yaml(to_yaml(text), "t.yaml");
  REQUIRE(back.has_value());
  REQUIRE(back->size() == 1);
  CHECK(back->front().value == text);
}

TEST_CASE("YAML: what cannot be printed is escaped as kubectl escapes it") {
  const Value value = Value::object({{"bell", "a\ab"},
                                     {"emoji", "ok \xf0\x9f\x98\x80"},
                                     {"mark",
                                      "\xef\xbb\xbf"
                                      "a"},
                                     {"next", "x\xc2\x85y"},
                                     {"umlaut", "\xc3\xbc"},
                                     {"\xef\xbb\xbf"
                                      "key",
                                      "a\tb\"\\"}});
  CHECK(to_yaml(value) ==
        "bell: \"a\\ab\"\nemoji: \"ok \\U0001F600\"\nmark: \"\\uFEFFa\"\nnext: \"x\\x85y\"\n"
        "umlaut: \xc3\xbc\n\"\\uFEFFkey\": \"a\\tb\\\"\\\\\"\n");
  CHECK(parse_yaml(to_yaml(value), "t.yaml").value().front().value == value);
}

TEST_CASE("YAML: a long key is printed so that it is read as one") {
  const std::string key(2000, 'k');
  const Value items = Value::array({Value(1), Value::object({{"a", "b"}})});
  for (const Value& inner : {Value("v"), items, Value::object({{"a", items}}), Value()}) {
    const Value value = Value::object({{"first", 1}, {key, inner}, {"z", 2}});
    const auto back = parse_yaml(to_yaml(Value::object({{"in", Value::array({value})}})), "t.yaml");
    REQUIRE(back.has_value());
    CHECK(back->front().value["in"][std::size_t{0}] == value);
  }
}

TEST_CASE("YAML: random text never crashes the parser") {
  Rng rng(12);
  constexpr std::string_view kPieces[] = {
      "a",   ":", " ", "\n", "-", "- ",     "[",    "]",     "{",   "}",  ",", "&x ", "*x",
      "|\n", ">", "'", "\"", "#", "!!int ", "<<: ", "---\n", "...", "? ", "%", "\t",  "\xff"};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const std::uint64_t length = rng.below(14);
    for (std::uint64_t k = 0; k < length; ++k) text += kPieces[rng.below(std::size(kPieces))];
    static_cast<void>(parse_yaml(text, "t.yaml").has_value());
  }
}
