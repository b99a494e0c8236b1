// Reports for other programs: what their specifications ask, with text of strangers in them.
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "labs/report/error_report.h"
#include "labs/report/formats.h"
#include "sim/api/json.h"
#include "tests/labs/json_schema_check.h"
#include "tests/labs/junit_schema.h"
#include "tests/labs/report_sample.h"
#include "tests/labs/sarif_schema.h"

using namespace inferlab::labs;  // NOLINT
using inferlab::Error;
using inferlab::ErrorKind;
using inferlab::sim::Value;

namespace {

// Source: Gradescope, "Autograder Specifications", "Output format", less what we do not write.
constexpr const char* kGradescope = R"json({
  "type": "object", "required": ["score", "tests"], "additionalProperties": false,
  "properties": {
    "score": {"type": "number", "minimum": 0},
    "output": {"type": "string"},
    "output_format": {"const": "text"},
    "visibility": {"$ref": "#/definitions/visibility"},
    "stdout_visibility": {"$ref": "#/definitions/visibility"},
    "extra_data": {"type": "object"},
    "tests": {
      "type": "array", "minItems": 1,
      "items": {
        "type": "object", "required": ["score", "max_score", "status", "name", "output"],
        "additionalProperties": false,
        "properties": {
          "score": {"type": "number", "minimum": 0},
          "max_score": {"type": "number", "minimum": 0},
          "status": {"enum": ["passed", "failed"]},
          "name": {"type": "string", "minLength": 1},
          "name_format": {"const": "text"},
          "output": {"type": "string"},
          "output_format": {"const": "text"},
          "tags": {"type": "array", "items": {"type": "string"}},
          "visibility": {"$ref": "#/definitions/visibility"}
        }
      }
    }
  },
  "definitions": {
    "visibility": {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
  }
})json";

Value parsed(const std::string& text) {
  const auto value = inferlab::sim::parse_json(text);
  REQUIRE(value.has_value());
  return *value;
}

Value read_gradescope(const std::string& text) {
  Value results = parsed(text);
  CHECK(schema_fault(parsed(kGradescope), results) == "");
  return results;
}

// One of everything that a text may do harm with.
constexpr const char* kHostile =
    "<script>alert(1)</script>\"'& ]]> {0} [link](http://evil) 100%\r\n::error::pwned\x1b[2J\x01 "
    "\xe2\x80\xae"
    "gnp.exe\xe2\x80\x8b\xff";

Error hostile_error() {
  return {ErrorKind::kInvalid, std::string("a,b.yaml:3:7: kind: ") + kHostile, kHostile};
}

std::string bytes_of(const Report& report, const std::string& name) {
  const auto format = report_format(name);
  REQUIRE(format.has_value());
  return format_report(report, *format, {.version = "0.1.0"});
}

}  // namespace

TEST_CASE("report formats: each has a name, and no other word is one") {
  for (const std::string& name : report_format_names()) CHECK(report_format(name).has_value());
  CHECK(report_format_names().size() == 8);
  CHECK_FALSE(report_format("pdf").has_value());
}

TEST_CASE("report formats: no stranger's text leaves control or direction characters in any") {
  for (const std::string& name : report_format_names()) {
    INFO(name);
    const std::string error =
        error_report("lab", kHostile, hostile_error(), *report_format(name), {});
    for (const std::string& bytes : {bytes_of(report_full_of(kHostile), name), error}) {
      CHECK(bytes.find_first_of("\x1b\x01\r\x07\xff") == std::string::npos);
      CHECK(bytes.find("\xe2\x80\xae") == std::string::npos);
      CHECK(bytes.find("\xe2\x80\x8b") == std::string::npos);
    }
  }
}

TEST_CASE("report junit: its structure is that of the schema") {
  const auto elements = read_junit(report_junit(report_full_of(kHostile)));
  REQUIRE(elements.size() > 1);
  CHECK(elements[1].attributes.at("failures") == "1");
  CHECK(report_junit(report_full_of(kHostile)).find("<script") == std::string::npos);
  const auto error = read_junit(error_junit(kHostile, kHostile, hostile_error()));
  REQUIRE(error.size() > 1);
  CHECK(error[1].attributes.at("errors") == "1");
}

// Jenkins makes one suite of two that have one name.
TEST_CASE("report junit: two submissions to one lab are two suites") {
  Report first = report_sample();
  Report second = report_sample();
  first.submission = "ada";
  second.submission = "grace";
  CHECK(read_junit(report_junit(first))[1].attributes.at("name") == "vllm-inference: ada");
  CHECK(read_junit(report_junit(second))[1].attributes.at("name") == "vllm-inference: grace");
}

TEST_CASE("report sarif: failed checks are results, and the submission is their place") {
  const Value log = read_sarif(report_sarif(report_sample(), "0.1.0"));
  const Value& run = log["runs"][std::size_t{0}];
  REQUIRE(run["results"].size() == 1);
  const Value& result = run["results"][std::size_t{0}];
  CHECK(result["ruleId"].as_string() == "vllm-inference/image-is-pinned");
  CHECK(run["tool"]["driver"]["rules"][std::size_t{0}]["id"] == result["ruleId"]);
  CHECK(run["tool"]["driver"]["rules"][std::size_t{0}]["properties"]["tags"] ==
        Value::array({"RT-01", "TRP-04"}));
  CHECK(result["locations"][std::size_t{0}]["physicalLocation"]["artifactLocation"]["uri"]
            .as_string() == "mine%1B%5B2J");
  CHECK(run["invocations"][std::size_t{0}]["toolExecutionNotifications"][std::size_t{0}]["message"]
           ["text"]
               .as_string() == "1 of 2 checks hold: 70 of 100 points, not passed (100 needed)");
  read_sarif(report_sarif(report_full_of(kHostile)));
}

TEST_CASE("report sarif: where nothing failed there are no results") {
  Report report = report_sample();
  report.checks.pop_back();
  report.submission.clear();
  CHECK(read_sarif(report_sarif(report))["runs"][std::size_t{0}]["results"].size() == 0);
}

TEST_CASE("report sarif: what cannot be graded is a result at its own line") {
  const Value log = read_sarif(error_sarif("lab", "mine", hostile_error()));
  const Value& place = log["runs"][std::size_t{0}]["results"][std::size_t{0}]["locations"]
                          [std::size_t{0}]["physicalLocation"];
  CHECK(place["artifactLocation"]["uri"].as_string() == "a%2Cb.yaml");
  CHECK(place["region"]["startLine"].as_int() == 3);
}

TEST_CASE("report github: each line is one command, whatever a text holds") {
  const std::string text = report_github(report_full_of(kHostile));
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    CHECK(text.compare(at, 8, "::error ") == 0);
    ++lines;
  }
  CHECK(lines == 2);
  CHECK(report_github(report_sample())
            .find("::error title=vllm-inference%3A A tag that moves "
                  "changes nothing::10 of 40 points: ") == 0);
  CHECK(error_github("lab", hostile_error()).find("::error file=a%2Cb.yaml,line=3,col=7,title=") ==
        0);
  Report passed = report_sample();
  passed.checks.pop_back();
  passed.passed = true;
  CHECK(report_github(passed).find("::notice title=inferlab%3A ") == 0);
}

TEST_CASE("report gradescope: results.json is what the specification describes") {
  const Value results = read_gradescope(report_gradescope(report_sample()));
  CHECK(results["score"].as_int() == 66);  // hints are taken off
  REQUIRE(results["tests"].size() == 2);
  const Value& failed = results["tests"][std::size_t{1}];
  CHECK(failed["score"].as_int() == 10);
  CHECK(failed["max_score"].as_int() == 40);
  CHECK(failed["status"].as_string() == "failed");
  CHECK(failed["name"].as_string() == "A tag that moves changes nothing");
  read_gradescope(report_gradescope(report_full_of(kHostile)));
  const Value error = read_gradescope(error_gradescope("lab", hostile_error()));
  CHECK(error["score"].as_int() == 0);
}

TEST_CASE("report json: the report card and the evidence stand in it") {
  const Value report = parsed(report_json(report_sample()));
  REQUIRE(report["reportCard"].size() == 5);
  const Value& operable = report["reportCard"][std::size_t{4}];
  CHECK(operable["id"].as_string() == "operable");
  CHECK(operable["earned"].as_int() == 70);
  CHECK(report["evidence"]["windowSeconds"].as_int() == 15);
  const Value& series = report["evidence"]["series"][std::size_t{0}];
  CHECK(series["values"][std::size_t{0}].is_null());
  CHECK(series["values"][std::size_t{2}].as_double() == 0.3055);
  CHECK(report["evidence"]["markers"].size() == 2);
  CHECK(report["nextLab"].is_null());
}
