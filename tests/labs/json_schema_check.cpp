#include "tests/labs/json_schema_check.h"

#include <regex>

using inferlab::sim::Value;

namespace {

class SchemaChecker {
 public:
  explicit SchemaChecker(const Value& root) : root_(root) {}

  std::string check(const Value& schema, const Value& value, const std::string& path) {
    for (const auto& [keyword, rule] : schema.members()) {
      if (std::string fault = apply(keyword, rule, schema, value, path); !fault.empty()) {
        return fault;
      }
    }
    return {};
  }

 private:
  static bool is_type(const Value& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "integer") return value.is_int();
    return type == "number" && value.is_number();
  }

  std::string apply(const std::string& keyword, const Value& rule, const Value& schema,
                    const Value& value, const std::string& path) {
    if (keyword == "type") return is_type(value, rule.as_string()) ? "" : path + ": type";
    if (keyword == "enum") {
      for (const Value& word : rule.items()) {
        if (word == value) return {};
      }
      return path + ": enum";
    }
    if (keyword == "const") return value == rule ? "" : path + ": const";
    if (keyword == "pattern") {
      const bool good =
          !value.is_string() || std::regex_search(value.str(), std::regex(rule.str()));
      return good ? "" : path + ": pattern";
    }
    if (keyword == "minLength") return value.size() >= 1 ? "" : path + ": minLength";
    if (keyword == "minimum")
      return value.as_double() >= rule.as_double() ? "" : path + ": minimum";
    if (keyword == "maximum")
      return value.as_double() <= rule.as_double() ? "" : path + ": maximum";
    if (keyword == "minItems") {
      return value.size() >= static_cast<std::size_t>(rule.as_int()) ? "" : path + ": minItems";
    }
    if (keyword == "$ref") {
      return check(root_["definitions"][rule.as_string().substr(14)], value, path);
    }
    return apply_structure(keyword, rule, schema, value, path);
  }

  std::string apply_structure(const std::string& keyword, const Value& rule, const Value& schema,
                              const Value& value, const std::string& path) {
    if (keyword == "required") {
      for (const Value& name : rule.items()) {
        if (!value.has(name.as_string())) return path + ": required " + name.str();
      }
    } else if (keyword == "properties") {
      for (const auto& [name, property] : rule.members()) {
        if (!value.has(name)) continue;
        if (auto fault = check(property, value[name], path + "." + name); !fault.empty()) {
          return fault;
        }
      }
    } else if (keyword == "additionalProperties") {
      for (const auto& [name, member] : value.members()) {
        if (schema["properties"].has(name)) continue;
        if (rule.is_bool()) {
          if (!rule.as_bool()) return path + ": unknown " + name;
        } else if (auto fault = check(rule, member, path + "." + name); !fault.empty()) {
          return fault;
        }
      }
    } else if (keyword == "items") {
      for (const Value& item : value.items()) {
        if (auto fault = check(rule, item, path + "[]"); !fault.empty()) return fault;
      }
    } else if (keyword == "allOf") {
      for (const Value& each : rule.items()) {
        if (auto fault = check(each, value, path); !fault.empty()) return fault;
      }
    } else if (keyword == "anyOf") {
      for (const Value& each : rule.items()) {
        if (check(each, value, path).empty()) return {};
      }
      return path + ": anyOf";
    } else if (keyword == "if") {
      if (check(rule, value, path).empty()) return check(schema["then"], value, path);
    } else if (keyword != "then" && keyword != "description" && keyword != "title" &&
               keyword != "$schema" && keyword != "definitions") {
      return "a keyword that this checker does not know: " + keyword;
    }
    return {};
  }

  const Value& root_;
};

}  // namespace

std::string schema_fault(const Value& schema, const Value& value) {
  return SchemaChecker(schema).check(schema, value, "$");
}
