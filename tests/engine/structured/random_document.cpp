#include "random_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "../tokenizer/random_text.h"
#include "engine/tokenizer/utf8.h"

namespace inferlab::test {
namespace {

using Json = nlohmann::ordered_json;

class Generator {
 public:
  Generator(const Json& root, Rng& rng) : root_(root), rng_(rng) {}

  Json value(const Json& schema, int depth) {
    if (schema.is_boolean()) return any(depth);
    if (schema.contains("examples")) return pick(schema["examples"]);
    if (schema.contains("const")) return schema["const"];
    if (schema.contains("enum")) return pick(schema["enum"]);
    if (schema.contains("$ref")) {
      const std::string ref = schema["$ref"];
      return value(root_.at(Json::json_pointer(ref.substr(1))), depth + 1);
    }
    for (const char* name : {"anyOf", "oneOf"}) {
      if (!schema.contains(name)) continue;
      const Json& list = schema[name];
      // Deep down the last alternative: it ends recursion in these schemas.
      return value(depth > 6 ? list.back() : pick(list), depth + 1);
    }
    if (schema.contains("allOf")) {
      Json merged = Json::object();
      for (const Json& part : schema["allOf"]) merged.merge_patch(part);
      return value(merged, depth);
    }
    if (!schema.contains("type")) return any(depth);
    const Json type = schema["type"].is_array() ? pick(schema["type"]) : schema["type"];
    return of_type(type, schema, depth);
  }

 private:
  const Json& pick(const Json& list) { return list[rng_.below(list.size())]; }

  Json any(int depth) {
    constexpr std::string_view kTypes[] = {"null",   "boolean", "integer", "number",
                                           "string", "array",   "object"};
    return of_type(std::string(kTypes[rng_.below(depth > 4 ? 5 : 7)]), Json::object(), depth + 1);
  }

  Json of_type(const std::string& type, const Json& schema, int depth) {
    if (type == "null") return nullptr;
    if (type == "boolean") return rng_.below(2) == 0;
    if (type == "integer") return integer(schema);
    if (type == "number") return number(schema);
    if (type == "string") {
      const std::uint64_t min = schema.value("minLength", 0U);
      const std::uint64_t max = schema.value("maxLength", 8U);
      return random_text(rng_, min + rng_.below(max - min + 1));
    }
    return type == "array" ? array(schema, depth) : object(schema, depth);
  }

  Json integer(const Json& schema) {
    const std::int64_t low = schema.value("minimum", std::int64_t{-100000});
    const std::int64_t high = std::max(low, schema.value("maximum", std::int64_t{100000}));
    const std::int64_t factor = schema.value("multipleOf", std::int64_t{1});
    return rng_.between(low, high) / factor * factor;
  }

  Json number(const Json& schema) {
    const double low = schema.value("minimum", schema.value("exclusiveMinimum", -1000.0));
    const double high = schema.value("maximum", schema.value("exclusiveMaximum", 1000.0));
    const double factor = schema.value("multipleOf", 0.001);
    const double number = std::round((low + rng_.unit() * (high - low)) / factor) * factor;
    return std::round(number * 1000) / 1000;
  }

  Json array(const Json& schema, int depth) {
    Json result = Json::array();
    const std::uint64_t min = schema.value("minItems", 0U);
    const std::uint64_t max = std::max<std::uint64_t>(min, schema.value("maxItems", 4U));
    const std::uint64_t count = min + rng_.below(depth > 4 ? 1 : max - min + 1);
    const Json prefix = schema.value("prefixItems", Json::array());
    for (std::uint64_t i = 0; i < count; ++i) {
      const bool in_prefix = i < prefix.size();
      result.push_back(value(in_prefix ? prefix[i] : schema.value("items", Json(true)), depth + 1));
    }
    return result;
  }

  Json object(const Json& schema, int depth) {
    Json result = Json::object();
    const Json required = schema.value("required", Json::array());
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [name, sub] : properties.items()) {
      const bool must = std::ranges::find(required, Json(name)) != required.end();
      if (must || rng_.below(2) == 0) result[name] = value(sub, depth + 1);
    }
    const bool open = properties.empty() || schema.contains("additionalProperties");
    for (std::uint64_t more = open ? rng_.below(3) : 0; more > 0; --more) {
      const Json patterns = schema.value("patternProperties", Json::object());
      if (!patterns.empty()) {
        const bool first = rng_.below(2) == 0;
        const std::string name =
            first ? "x-" + random_text(rng_, 3) : std::to_string(rng_.below(99));
        result[name] = value(patterns[first ? "^x-" : "^[0-9]+$"], depth + 1);
        continue;
      }
      result[random_text(rng_, rng_.below(5))] =
          value(schema.value("additionalProperties", Json(true)), depth + 1);
    }
    return result;
  }

  const Json& root_;
  Rng& rng_;
};

class Speller {
 public:
  explicit Speller(Rng& rng) : rng_(rng) {}

  std::string take(const Json& value) {
    spell(value);
    return std::move(text_);
  }

 private:
  void space() {
    for (std::uint64_t n = rng_.below(3); n > 1; --n) text_ += " \n\t\r"[rng_.below(4)];
  }

  void spell(const Json& value) {
    if (value.is_string()) return spell_string(value.get<std::string>());
    if (!value.is_structured()) {
      text_ += value.dump();
      return;
    }
    text_ += value.is_array() ? '[' : '{';
    bool first = true;
    for (const auto& [name, member] : value.items()) {
      if (!first) text_ += ',';
      first = false;
      space();
      if (value.is_object()) {
        text_ += Json(name).dump();
        space();
        text_ += ':';
        space();
      }
      spell(member);
      space();
    }
    if (value.empty()) space();
    text_ += value.is_array() ? ']' : '}';
  }

  // Constants are accepted as dump() has them alone: most strings are left so.
  void spell_string(const std::string& value) {
    if (value.size() < 9 || rng_.below(2) == 0) {
      text_ += Json(value).dump();
      return;
    }
    text_ += '"';
    for (std::string_view rest = value; !rest.empty();) {
      const Utf8Step step = utf8_step(rest);
      const std::string plain(rest.substr(0, step.bytes));
      rest.remove_prefix(step.bytes);
      if (rng_.below(3) != 0) {
        const std::string dumped = Json(plain).dump();
        text_ += dumped.substr(1, dumped.size() - 2);
      } else if (step.code < 0x10000) {
        text_ += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(step.code));
      } else {
        const auto code = static_cast<std::uint32_t>(step.code) - 0x10000;
        text_ += fmt::format("\\u{:04X}\\u{:04x}", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff));
      }
    }
    text_ += '"';
  }

  Rng& rng_;
  std::string text_;
};

}  // namespace

Json random_document(std::string_view schema, Rng& rng) {
  const Json parsed = Json::parse(schema);
  return Generator(parsed, rng).value(parsed, 0);
}

std::string random_spelling(const Json& document, Rng& rng) {
  return Speller(rng).take(document);
}

}  // namespace inferlab::test
