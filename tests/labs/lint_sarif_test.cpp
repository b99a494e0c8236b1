// The linter's SARIF log against the parts of SARIF 2.1.0 that it uses, and what it says.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "labs/lint/output/formats.h"
#include "sim/api/json.h"
#include "tests/labs/json_schema_check.h"
#include "tests/labs/lint_sample.h"

using namespace inferlab::labs::lint;  // NOLINT
using inferlab::sim::Value;

namespace {

// What the specification asks of each object that we write, and no other member. Source: OASIS,
// "SARIF Version 2.1.0 Plus Errata 01", sections 3.13 (sarifLog), 3.14 (run), 3.18 (tool), 3.19
// (toolComponent), 3.20 (invocation), 3.27 (result), 3.28 (location), 3.29 (physicalLocation), 3.4
// (artifactLocation), 3.30 (region), 3.33 (logicalLocation), 3.49 (reportingDescriptor), 3.50
// (reportingConfiguration), 3.58 (notification), 3.11 (message; its braces are doubled, 3.11.5),
// 3.12 (multiformatMessageString). Texts are not empty, as GitHub asks. URIs: RFC 3986, 4.1.
constexpr const char* kSchema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "required": ["version", "runs", "$schema"],
  "additionalProperties": false,
  "properties": {
    "$schema": {"type": "string", "pattern": "^https://"},
    "version": {"const": "2.1.0"},
    "runs": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/run"}}
  },
  "definitions": {
    "run": {
      "type": "object", "required": ["tool", "results"], "additionalProperties": false,
      "properties": {
        "tool": {
          "type": "object", "required": ["driver"], "additionalProperties": false,
          "properties": {"driver": {"$ref": "#/definitions/toolComponent"}}
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "invocations": {"type": "array", "items": {"$ref": "#/definitions/invocation"}},
        "results": {"type": "array", "items": {"$ref": "#/definitions/result"}}
      }
    },
    "toolComponent": {
      "type": "object", "required": ["name", "rules"], "additionalProperties": false,
      "properties": {
        "name": {"type": "string", "minLength": 1},
        "semanticVersion": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$"},
        "rules": {"type": "array", "items": {"$ref": "#/definitions/rule"}}
      }
    },
    "rule": {
      "type": "object", "additionalProperties": false,
      "required": ["id", "shortDescription", "fullDescription", "help"],
      "properties": {
        "id": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "shortDescription": {"$ref": "#/definitions/message"},
        "fullDescription": {"$ref": "#/definitions/message"},
        "help": {"$ref": "#/definitions/message"},
        "defaultConfiguration": {
          "type": "object", "additionalProperties": false,
          "properties": {"level": {"$ref": "#/definitions/level"}}
        },
        "properties": {
          "type": "object",
          "properties": {"tags": {"type": "array", "items": {"type": "string", "minLength": 1}}}
        }
      }
    },
    "invocation": {
      "type": "object", "required": ["executionSuccessful"], "additionalProperties": false,
      "properties": {
        "executionSuccessful": {"type": "boolean"},
        "toolExecutionNotifications": {
          "type": "array",
          "items": {
            "type": "object", "required": ["message"], "additionalProperties": false,
            "properties": {
              "message": {"$ref": "#/definitions/message"},
              "level": {"$ref": "#/definitions/level"}
            }
          }
        }
      }
    },
    "result": {
      "type": "object", "additionalProperties": false,
      "required": ["message", "ruleId", "ruleIndex", "level", "locations", "partialFingerprints"],
      "properties": {
        "ruleId": {"type": "string", "minLength": 1},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"$ref": "#/definitions/level"},
        "message": {"$ref": "#/definitions/message"},
        "locations": {
          "type": "array", "minItems": 1, "items": {"$ref": "#/definitions/location"}
        },
        "partialFingerprints": {
          "type": "object", "additionalProperties": {"type": "string", "minLength": 1}
        }
      }
    },
    "location": {
      "type": "object", "required": ["physicalLocation"], "additionalProperties": false,
      "properties": {
        "physicalLocation": {
          "type": "object", "required": ["artifactLocation"], "additionalProperties": false,
          "properties": {
            "artifactLocation": {
              "type": "object", "required": ["uri"], "additionalProperties": false,
              "properties": {
                "uri": {
                  "type": "string",
                  "pattern": "^(file://)?([A-Za-z0-9._~/-]|%[0-9A-F][0-9A-F])+$"
                }
              }
            },
            "region": {
              "type": "object", "required": ["startLine"], "additionalProperties": false,
              "properties": {
                "startLine": {"type": "integer", "minimum": 1},
                "startColumn": {"type": "integer", "minimum": 1}
              }
            }
          }
        },
        "logicalLocations": {
          "type": "array",
          "items": {
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": {
              "name": {"type": "string"},
              "fullyQualifiedName": {"type": "string", "minLength": 1},
              "kind": {"const": "object"}
            }
          }
        }
      }
    },
    "level": {"enum": ["none", "note", "warning", "error"]},
    "message": {
      "type": "object", "required": ["text"], "additionalProperties": false,
      "properties": {"text": {"type": "string", "pattern": "^([^{}]|\\{\\{|\\}\\})+$"}}
    }
  }
})json";

Value sarif(const LintSample& sample) {
  const auto schema = inferlab::sim::parse_json(kSchema);
  REQUIRE(schema.has_value());
  const auto log = inferlab::sim::parse_json(lint_sarif(sample.result, sample.files, "0.1.0"));
  REQUIRE(log.has_value());
  CHECK(schema_fault(*schema, *log) == "");
  return *log;
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
