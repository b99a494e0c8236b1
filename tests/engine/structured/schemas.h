#pragma once

#include <array>
#include <string_view>

namespace inferlab::test {

/// Schemas of many kinds for the property tests. "examples" says what a random document may have
/// there, where a pattern or a format makes it hard to guess.
inline constexpr std::array kSchemas = {
    std::string_view(R"({"type": "object"})"),
    std::string_view(R"({"type": "object", "properties": {"name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0, "maximum": 130}, "email": {"type": "string",
        "format": "email", "examples": ["a@b.c", "x.y+z@example.org"]}}, "required": ["name"]})"),
    std::string_view(R"({"type": "array", "items": {"type": "number", "minimum": -1.5,
        "exclusiveMaximum": 2.25}, "minItems": 1, "maxItems": 5})"),
    std::string_view(R"({"$defs": {"tree": {"type": "object", "properties": {
        "value": {"type": "integer"}, "left": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]},
        "right": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]}},
        "required": ["value", "left", "right"], "additionalProperties": false}},
        "$ref": "#/$defs/tree"})"),
    std::string_view(R"({"type": "object", "properties": {"kind": {"enum": ["a", "b", "ab"]},
        "n": {"type": "integer", "multipleOf": 3, "minimum": -20, "maximum": 100}},
        "required": ["kind", "n"], "additionalProperties": {"type": "string", "maxLength": 4}})"),
    std::string_view(R"({"type": "object", "patternProperties": {"^x-": {"type": "integer"},
        "^[0-9]+$": {"type": "boolean"}}, "additionalProperties": false})"),
    std::string_view(R"({"anyOf": [{"type": "object", "properties": {"a": {"type": "string"},
        "b": {"type": "integer"}}, "required": ["a"]}, {"type": "object", "properties": {
        "a": {"type": "array", "items": {"type": "boolean"}}, "c": {"type": "null"}},
        "required": ["a", "c"]}, {"type": "string", "minLength": 3}]})"),
    std::string_view(R"({"type": "object", "properties": {"date": {"type": "string",
        "format": "date", "examples": ["2024-02-29"]}, "when": {"type": "string",
        "format": "date-time", "examples": ["2024-01-01T00:00:00Z"]}, "id": {"type": "string",
        "format": "uuid", "examples": ["123e4567-e89b-12d3-a456-426614174000"]}, "v4": {
        "type": "string", "format": "ipv4", "examples": ["10.0.0.1"]}, "v6": {"type": "string",
        "format": "ipv6", "examples": ["::1"]}, "u": {"type": "string", "format": "uri",
        "examples": ["http://a/b"]}, "d": {"type": "string", "format": "duration",
        "examples": ["P1D"]}}, "required": ["v6", "d"]})"),
    std::string_view(
        R"({"type": "array", "prefixItems": [{"type": "string", "pattern": "^[a-z]{2,5}$",
        "examples": ["ab", "xyzzy"]}, {"type": ["integer", "null"]}],
        "items": {"type": "string", "minLength": 1, "maxLength": 3}})"),
    std::string_view(R"({"oneOf": [{"type": "object", "properties": {"t": {"const": "circle"},
        "r": {"type": "number", "exclusiveMinimum": 0}}, "required": ["t", "r"]}, {"type": "object",
        "properties": {"t": {"const": "square"}, "side": {"type": "number", "minimum": 0.5,
        "maximum": 1000}}, "required": ["t", "side"]}]})"),
    std::string_view(R"({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}},
        "required": ["a"]}, {"properties": {"b": {"type": "string"}, "a": {"minimum": 5}}}]})"),
    std::string_view(R"({"type": "object", "maxProperties": 2,
        "additionalProperties": {"type": "array", "items": {"type": "null"}}})"),
    std::string_view(R"({"type": "number", "multipleOf": 0.25, "minimum": -3, "maximum": 3})"),
    std::string_view(R"({"enum": [{"a": [1, 2]}, "x\"y", -7.5, true, null, []]})"),
    std::string_view(R"({"type": "string", "pattern": "q[0-9]", "maxLength": 12,
        "examples": ["q1", "  q9z"]})"),
    std::string_view(R"({"type": "string", "minLength": 5, "maxLength": 60})"),
    std::string_view(R"({"type": "object", "properties": {"a": {"type": "boolean"},
        "b": {"type": "boolean"}, "c": {"type": "boolean"}, "d": {"type": "boolean"}},
        "minProperties": 2, "maxProperties": 3, "additionalProperties": false})"),
    std::string_view(R"({"type": "array", "items": {"$ref": "#"}})"),
    std::string_view(R"({"type": ["integer", "string"], "maximum": 10, "maxLength": 2})"),
};

}  // namespace inferlab::test
