#include "validator.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "engine/tokenizer/utf8.h"

namespace inferlab::test {
namespace {

using Json = nlohmann::json;

bool is_date(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!RE2::FullMatch(text, "(\\d{4})-(\\d{2})-(\\d{2})", &year, &month, &day)) return false;
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(month),
                                     std::chrono::day(day))
      .ok();
}

bool is_time(const std::string& text) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::string zone;
  if (!RE2::FullMatch(text, R"((\d\d):(\d\d):(\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d))", &hour, &minute,
                      &second, &zone)) {
    return false;
  }
  int zone_hour = 0;
  int zone_minute = 0;
  RE2::FullMatch(zone, R"([+-](\d\d):(\d\d))", &zone_hour, &zone_minute);
  return hour < 24 && minute < 60 && second < 60 && zone_hour < 24 && zone_minute < 60;
}

bool has_format(const std::string& format, const std::string& text) {
  unsigned char address[16];
  if (format == "date") return is_date(text);
  if (format == "time") return is_time(text);
  if (format == "date-time") {
    return text.size() > 11 && (text[10] == 'T' || text[10] == 't') &&
           is_date(text.substr(0, 10)) && is_time(text.substr(11));
  }
  if (format == "ipv4") return inet_pton(AF_INET, text.c_str(), address) == 1;
  if (format == "ipv6") return inet_pton(AF_INET6, text.c_str(), address) == 1;
  if (format == "uuid") {
    return RE2::FullMatch(text, "(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  }
  if (format == "email") return RE2::FullMatch(text, R"([^@\s]{1,260}@[A-Za-z0-9.-]+)");
  if (format == "hostname") {
    return text.size() <= 255 && RE2::FullMatch(text, R"([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)");
  }
  if (format == "uri") return RE2::FullMatch(text, R"([A-Za-z][A-Za-z0-9+.-]*:[!-~]*)");
  if (format == "duration") {
    return text != "P" && !text.ends_with('T') &&
           RE2::FullMatch(text, R"(P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?))");
  }
  return false;
}

bool has_type(const std::string& type, const Json& value) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_boolean();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  if (type == "number") return value.is_number();
  return value.is_number() && value.get<double>() == std::floor(value.get<double>());
}

class Validator {
 public:
  Validator(const Json& root, bool strict) : root_(root), strict_(strict) {}

  std::string check(const Json& schema, const Json& value) const {
    if (schema.is_boolean()) return schema.get<bool>() ? "" : "false admits nothing";
    std::string why = check_applicators(schema, value);
    if (why.empty()) why = check_type(schema, value);
    if (why.empty() && value.is_number()) why = check_number(schema, value.get<double>());
    if (why.empty() && value.is_string()) why = check_string(schema, value.get<std::string>());
    if (why.empty() && value.is_array()) why = check_array(schema, value);
    if (why.empty() && value.is_object()) why = check_object(schema, value);
    return why;
  }

 private:
  std::string check_applicators(const Json& schema, const Json& value) const {
    if (schema.contains("$ref")) {
      const std::string ref = schema["$ref"];
      const std::string why = check(root_.at(Json::json_pointer(ref.substr(1))), value);
      if (!why.empty()) return why;
    }
    for (const Json& part : schema.value("allOf", Json::array())) {
      const std::string why = check(part, value);
      if (!why.empty()) return why;
    }
    for (const char* name : {"anyOf", "oneOf"}) {
      if (!schema.contains(name)) continue;
      int count = 0;
      for (const Json& part : schema[name]) count += check(part, value).empty() ? 1 : 0;
      if (count == 0) return std::string("none of ") + name;
      if (count > 1 && name == std::string_view("oneOf")) return "more than one of oneOf";
    }
    return {};
  }

  static std::string check_type(const Json& schema, const Json& value) {
    if (schema.contains("type")) {
      const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
      bool any = schema.value("nullable", false) && value.is_null();
      for (const Json& type : types) any = any || has_type(type, value);
      if (!any) return "is not of type " + types.dump();
    }
    if (schema.contains("const") && schema["const"] != value) return "is not the constant";
    if (schema.contains("enum")) {
      bool any = false;
      for (const Json& other : schema["enum"]) any = any || other == value;
      if (!any) return "is not in the enum";
    }
    return {};
  }

  static std::string check_number(const Json& schema, double value) {
    const auto limit = [&](const char* name) { return schema[name].get<double>(); };
    if (schema.contains("minimum") && value < limit("minimum")) return "below the minimum";
    if (schema.contains("maximum") && value > limit("maximum")) return "above the maximum";
    if (schema.contains("exclusiveMinimum") && value <= limit("exclusiveMinimum")) {
      return "not above the exclusive minimum";
    }
    if (schema.contains("exclusiveMaximum") && value >= limit("exclusiveMaximum")) {
      return "not below the exclusive maximum";
    }
    if (schema.contains("multipleOf")) {
      const double quotient = value / limit("multipleOf");
      if (std::abs(quotient - std::round(quotient)) > 1e-6 * std::max(1.0, std::abs(quotient))) {
        return "no multiple";
      }
    }
    return {};
  }

  static std::string check_string(const Json& schema, const std::string& value) {
    std::size_t length = 0;
    for (std::string_view rest = value; !rest.empty(); ++length) {
      rest.remove_prefix(utf8_step(rest).bytes);
    }
    if (length < schema.value("minLength", 0U)) return "too short";
    if (length > schema.value("maxLength", 1'000'000U)) return "too long";
    if (schema.contains("pattern") &&
        !RE2::PartialMatch(value, schema["pattern"].get<std::string>())) {
      return "does not match the pattern: " + value;
    }
    if (schema.contains("format") && !has_format(schema["format"], value)) {
      return "has not the format: " + value;
    }
    return {};
  }

  std::string check_array(const Json& schema, const Json& value) const {
    if (value.size() < schema.value("minItems", 0U)) return "too few items";
    if (value.size() > schema.value("maxItems", 1'000'000U)) return "too many items";
    const Json prefix = schema.value("prefixItems", Json::array());
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::string why;
      if (i < prefix.size()) {
        why = check(prefix[i], value[i]);
      } else if (schema.contains("items")) {
        why = check(schema["items"], value[i]);
      } else if (strict_ && !prefix.empty()) {
        why = "is behind the prefix";
      }
      if (!why.empty()) return std::to_string(i) + ": " + why;
    }
    return {};
  }

  std::string check_object(const Json& schema, const Json& value) const {
    if (value.size() < schema.value("minProperties", 0U)) return "too few members";
    if (value.size() > schema.value("maxProperties", 1'000'000U)) return "too many members";
    for (const Json& name : schema.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>())) return "lacks " + name.dump();
    }
    const Json properties = schema.value("properties", Json::object());
    const Json patterns = schema.value("patternProperties", Json::object());
    for (const auto& [name, member] : value.items()) {
      bool named = properties.contains(name);
      std::string why = named ? check(properties[name], member) : "";
      for (const auto& [pattern, sub] : patterns.items()) {
        if (!why.empty() || !RE2::PartialMatch(name, pattern)) continue;
        named = true;
        why = check(sub, member);
      }
      if (!named && schema.contains("additionalProperties")) {
        why = check(schema["additionalProperties"], member);
      } else if (!named && strict_ && (!properties.empty() || !patterns.empty())) {
        why = "is not named";
      }
      if (!why.empty()) return name + ": " + why;
    }
    return {};
  }

  const Json& root_;
  bool strict_;
};

}  // namespace

std::string why_invalid(const Json& schema, const Json& value, const Json& root, bool strict) {
  return Validator(root, strict).check(schema, value);
}

}  // namespace inferlab::test
