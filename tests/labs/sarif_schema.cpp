#include "tests/labs/sarif_schema.h"

#include <catch2/catch.hpp>

#include "sim/api/json.h"
#include "tests/labs/json_schema_check.h"
#include "tests/labs/published_schemas.h"

namespace {

// What the specification asks of each object that we write, and no other member; the published
// schema says nothing of most of it. Source: OASIS,
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
        "id": {"type": "string", "pattern": "^[a-z0-9-]+(/[a-z0-9-]+)?$"},
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

}  // namespace

inferlab::sim::Value read_sarif(const std::string& text) {
  const auto schema = inferlab::sim::parse_json(kSchema);
  REQUIRE(schema.has_value());
  const auto log = inferlab::sim::parse_json(text);
  REQUIRE(log.has_value());
  CHECK(schema_fault(*schema, *log) == "");
  PublishedSchemas published;
  published.add_sarif("report", text);
  CHECK(published.faults() == "");
  return *log;
}
