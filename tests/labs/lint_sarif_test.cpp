// The linter's SARIF log against the parts of SARIF 2.1.0 that it uses, and what it says.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/lint/output/formats.h"
#include "tests/labs/lint_sample.h"
#include "tests/labs/sarif_schema.h"

using namespace inferlab::labs::lint;  // NOLINT
using inferlab::sim::Value;

namespace {

Value sarif(const LintSample& sample) {
  return read_sarif(lint_sarif(sample.result, sample.files, "0.1.0"));
}

Value run_of(const LintSample& sample) {
  return sarif(sample)["runs"][std::size_t{0}];
}

}  // namespace

TEST_CASE("lint sarif: the log is what the specification describes") {
  LintSample sample = lint_sample();
  const Value log = sarif(sample);
  CHECK(log["runs"][std::size_t{0}]["tool"]["driver"]["semanticVersion"].as_string() == "0.1.0");
  sample.result.findings.clear();
  sample.result.notes.clear();
  const Value run = run_of(sample);
  CHECK(run["results"].is_array());
  CHECK(run["results"].size() == 0);
}

TEST_CASE("lint sarif: each result names its rule, and the rule says why and what to do") {
  const Value run = run_of(lint_sample());
  const Value& rules = run["tool"]["driver"]["rules"];
  const Value& results = run["results"];
  REQUIRE(rules.size() == 3);
  REQUIRE(results.size() == 4);
  for (const Value& result : results.items()) {
    const auto index = static_cast<std::size_t>(result["ruleIndex"].as_int(-1));
    CHECK(rules[index]["id"] == result["ruleId"]);
    CHECK(rules[index]["defaultConfiguration"]["level"] == result["level"]);
  }
  const Value& tag = rules[std::size_t{1}];
  CHECK(tag["shortDescription"]["text"].as_string() == "an image whose tag moves");
  CHECK(tag["help"]["text"].as_string() == "Name the image by its digest.");
  CHECK(tag["properties"]["tags"] == Value::array({"RT-01", "TRP-04"}));
  // A finding's own advice stands with it.
  CHECK(results[std::size_t{2}]["message"]["text"].as_string() ==
        "Deployment/llama-8b: the model has no revision\nAdd --revision.");
}

TEST_CASE("lint sarif: places are URIs, lines, columns in characters, and objects") {
  const Value run = run_of(lint_sample());
  const auto location = [&run](std::size_t result) {
    return run["results"][result]["locations"][std::size_t{0}];
  };
  CHECK(location(0)["physicalLocation"]["artifactLocation"]["uri"].as_string() ==
        "a%20b/odd%3A%2C%25.yaml");
  CHECK(location(0)["logicalLocations"].is_null());
  CHECK(location(2)["physicalLocation"]["artifactLocation"]["uri"].as_string() == "web/llama.yaml");
  CHECK(location(2)["physicalLocation"]["region"]["startLine"].as_int() == 10);
  CHECK(location(2)["physicalLocation"]["region"]["startColumn"].as_int() == 29);
  const Value object = location(2)["logicalLocations"][std::size_t{0}];
  CHECK(object["fullyQualifiedName"].as_string() == "Deployment/llama-8b");
  CHECK(object["name"].as_string() == "llama-8b");

  LintSample absolute = lint_sample();
  absolute.result.findings[0].file = "/srv/ü.yaml";
  absolute.result.findings[0].object.clear();
  CHECK(run_of(absolute)["results"][std::size_t{0}]["locations"][std::size_t{0}]["physicalLocation"]
                        ["artifactLocation"]["uri"]
                            .as_string() == "file:///srv/%C3%BC.yaml");
}

TEST_CASE("lint sarif: a stranger's text makes neither a placeholder nor a link") {
  const Value run = run_of(lint_sample());
  CHECK(run["results"][std::size_t{1}]["message"]["text"].as_string() ==
        "Deployment/llama-8b: container \"vllm\" runs [latest] (http://evil), {{0}}");
}

TEST_CASE("lint sarif: a fingerprint outlives moved lines, and tells findings apart") {
  const auto print_of = [](const LintSample& sample, std::size_t result) {
    return run_of(sample)["results"][result]["partialFingerprints"]["inferlabFinding/v1"].str();
  };
  LintSample sample = lint_sample();
  const std::string before = print_of(sample, 1);
  CHECK(before != print_of(sample, 2));
  sample.result.findings[1].place.line += 7;
  CHECK(print_of(sample, 1) == before);
  sample.result.findings[2].path = sample.result.findings[1].path;
  CHECK(print_of(sample, 2) == before.substr(0, before.find(':')) + ":2");
}
