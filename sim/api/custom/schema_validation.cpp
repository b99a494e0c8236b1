#include "sim/api/custom/schema_validation.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>

#include "sim/api/custom/correlation.h"
#include "sim/api/custom/schema_formats.h"
#include "sim/api/json.h"
#include "sim/api/validation/errors.h"

namespace inferlab::sim {
namespace {

// So that an object of a million wrong items does not become an answer of a million lines.
constexpr std::size_t kMostErrors = 1000;

std::string_view json_type(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kBool:
      return "boolean";
    case Value::Kind::kInt:
      return "integer";
    case Value::Kind::kDouble:
      return std::floor(value.as_double()) == value.as_double() ? "integer" : "number";
    case Value::Kind::kString:
      return "string";
    case Value::Kind::kArray:
      return "array";
    case Value::Kind::kObject:
      return "object";
  }
  return "null";
}

// As Go prints a float64 with %v: the fewest digits that tell it from others, and from 1e+06 on
// with an exponent.
std::string number_text(double number) {
  std::array<char, 32> text{};
  const auto written = [&text](std::to_chars_result result) {
    return std::string(text.data(), result.ptr);
  };
  const std::string scientific = written(
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::scientific));
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  if (number != 0 && (exponent < -4 || exponent >= 6)) return scientific;
  return written(
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed));
}

// Code points.
std::int64_t length_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
}

class Validator {
 public:
  explicit Validator(FieldErrors& errors) : errors_(errors) {}

  // `head`: whether apiVersion, kind and metadata, which every object has, stand here.
  // `before`: what an update changes, where that can be told; what it leaves is not looked at.
  void check(const JsonSchema& schema, const Value& value, const std::string& path, bool head,
             const Value* before = nullptr) {
    if (errors_.size() >= kMostErrors) return;
    if (before != nullptr && !before->is_null() && *before == value) return;
    check_type(schema, value, path);
    if (value.is_null()) return check_enumeration(schema, value, path);
    check_combinations(schema, value, path, head);
    if (value.is_string()) check_string(schema, value, path);
    if (value.is_number()) check_number(schema, value, path);
    if (value.is_array()) check_array(schema, value, path, before);
    check_enumeration(schema, value, path);
    if (value.is_object()) check_object(schema, value, path, head, before);
  }

 private:
  void invalid(const std::string& path, const Value& value, std::string why) {
    errors_.push_back(invalid_value(FieldPath(path), value, why));
  }

  void check_type(const JsonSchema& schema, const Value& value, const std::string& path) {
    if (value.is_null() && schema.nullable) return;
    const std::string_view is = json_type(value);
    std::string wanted = schema.type;
    bool fits =
        schema.type.empty() || is == schema.type || (schema.type == "number" && is == "integer");
    if (schema.int_or_string) {
      wanted = "integer,string";
      fits = is == "integer" || is == "string";
    } else if (schema.type.empty() && value.is_null()) {
      fits = schema.preserve_unknown;
    }
    if (fits) return;
    // The value is told by its type alone.
    errors_.push_back({"FieldValueTypeInvalid", path.empty() ? "<nil>" : path,
                       fmt::format("Invalid value: \"{0}\": {1} in body must be of type {2}: "
                                   "\"{0}\"",
                                   is, path, wanted)});
  }

  // What this schema has against `value`, apart from all else.
  FieldErrors faults(const JsonSchema& schema, const Value& value, const std::string& path,
                     bool head) const {
    FieldErrors out;
    Validator(out).check(schema, value, path, head);
    return out;
  }

  // A rule about the whole value names no field but quotes it.
  void whole(std::string why) {
    errors_.push_back({"FieldValueInvalid", "<nil>", "Invalid value: \"\": " + std::move(why)});
  }

  void merge(FieldErrors&& more) {
    for (FieldError& error : more) errors_.push_back(std::move(error));
  }

  void check_combinations(const JsonSchema& schema, const Value& value, const std::string& path,
                          bool head) {
    if (!schema.any_of.empty()) {
      std::size_t valid = 0;
      FieldErrors best = best_of(schema.any_of, value, path, head, valid);
      if (valid == 0) {
        whole(fmt::format("\"{}\" must validate at least one schema (anyOf)", path));
        merge(std::move(best));
      }
    }
    if (!schema.one_of.empty()) {
      std::size_t valid = 0;
      FieldErrors best = best_of(schema.one_of, value, path, head, valid);
      if (valid != 1) {
        whole(fmt::format("\"{}\" must validate one and only one schema (oneOf). {}", path,
                          valid == 0 ? std::string("Found none valid")
                                     : fmt::format("Found {} valid alternatives", valid)));
        if (valid == 0) merge(std::move(best));
      }
    }
    if (!schema.all_of.empty()) {
      std::size_t valid = 0;
      FieldErrors all;
      for (const JsonSchema::Ptr& one : schema.all_of) {
        FieldErrors found = faults(*one, value, path, head);
        if (found.empty()) ++valid;
        for (FieldError& error : found) all.push_back(std::move(error));
      }
      if (valid != schema.all_of.size()) {
        merge(std::move(all));
        whole(fmt::format("\"{}\" must validate all the schemas (allOf){}", path,
                          valid == 0 ? ". None validated" : ""));
      }
    }
    if (schema.not_schema != nullptr && faults(*schema.not_schema, value, path, head).empty()) {
      whole(fmt::format("\"{}\" must not validate the schema (not)", path));
    }
  }

  // How many of them `value` is valid for, and the fewest faults that one of them finds.
  FieldErrors best_of(const std::vector<JsonSchema::Ptr>& schemas, const Value& value,
                      const std::string& path, bool head, std::size_t& valid) const {
    FieldErrors best;
    bool first = true;
    for (const JsonSchema::Ptr& one : schemas) {
      FieldErrors found = faults(*one, value, path, head);
      if (found.empty()) ++valid;
      if (first || found.size() < best.size()) best = std::move(found);
      first = false;
    }
    return best;
  }

  void check_string(const JsonSchema& schema, const Value& value, const std::string& path) {
    const std::string_view text = value.as_string();
    if (schema.max_length || schema.min_length) {
      const auto length = length_of(text);
      if (schema.max_length && length > *schema.max_length) {
        errors_.push_back(
            too_long_field(FieldPath(path), static_cast<std::size_t>(*schema.max_length)));
      }
      if (schema.min_length && length < *schema.min_length) {
        invalid(
            path, value,
            fmt::format("{} in body should be at least {} chars long", path, *schema.min_length));
      }
    }
    if (schema.expression != nullptr &&
        !re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *schema.expression)) {
      invalid(path, value, fmt::format("{} in body should match '{}'", path, schema.pattern));
    }
    if (!schema.format.empty() && !has_format(schema.format, text)) {
      invalid(
          path, value,
          fmt::format("{} in body must be of type {}: {}", path, schema.format, to_json(value)));
    }
  }

  void check_number(const JsonSchema& schema, const Value& value, const std::string& path) {
    const double number = value.as_double();
    if (schema.multiple_of && *schema.multiple_of > 0) {
      const double times = number / *schema.multiple_of;
      if (std::floor(times) != times) {
        invalid(path, value,
                fmt::format("{} in body should be a multiple of {}", path,
                            number_text(*schema.multiple_of)));
      }
    }
    if (schema.maximum &&
        (schema.exclusive_maximum ? number >= *schema.maximum : number > *schema.maximum)) {
      invalid(path, value,
              fmt::format("{} in body should be less than {}{}", path,
                          schema.exclusive_maximum ? "" : "or equal to ",
                          number_text(*schema.maximum)));
    }
    if (schema.minimum &&
        (schema.exclusive_minimum ? number <= *schema.minimum : number < *schema.minimum)) {
      invalid(path, value,
              fmt::format("{} in body should be greater than {}{}", path,
                          schema.exclusive_minimum ? "" : "or equal to ",
                          number_text(*schema.minimum)));
    }
  }

  void check_array(const JsonSchema& schema, const Value& value, const std::string& path,
                   const Value* before) {
    const auto size = static_cast<std::int64_t>(value.size());
    if (schema.items != nullptr) {
      std::size_t index = 0;
      for (const Value& item : value.items()) {
        const Value* was = before != nullptr && schema.list_type == "map"
                               ? item_with_keys_of(*before, item, schema.list_map_keys)
                               : nullptr;
        check(*schema.items, item, fmt::format("{}[{}]", path, index++),
              schema.items->embedded_resource, was);
      }
    }
    if (schema.min_items && size < *schema.min_items) {
      invalid(path, value,
              fmt::format("{} in body should have at least {} items", path, *schema.min_items));
    }
    if (schema.max_items && size > *schema.max_items) {
      errors_.push_back(
          too_many(FieldPath(path), value.size(), static_cast<std::size_t>(*schema.max_items)));
    }
    check_keys(schema, value, path);
  }

  // Items of a set, and of a map by its keys, come once.
  void check_keys(const JsonSchema& schema, const Value& value, const std::string& path) {
    const bool set = schema.list_type == "set";
    const bool unique = schema.unique_items;
    if (!set && !unique && schema.list_type != "map") return;
    std::set<std::string> seen;
    std::size_t index = 0;
    for (const Value& item : value.items()) {
      const Value key = set || unique ? item : keys_of(schema, item);
      const std::size_t at = index++;
      if (seen.insert(to_json(key)).second) continue;
      if (unique && !set) {
        invalid(path, value, fmt::format("{} in body shouldn't contain duplicates", path));
        return;
      }
      FieldError error = duplicate(FieldPath(path).index(at), key);
      if (key.is_object()) error.message = "Duplicate value: " + go_interface_map(key);
      errors_.push_back(std::move(error));
    }
  }

  static Value keys_of(const JsonSchema& schema, const Value& item) {
    Value out = Value::object();
    for (const std::string& name : schema.list_map_keys) {
      if (const Value* part = item.find(name)) out = out.with(name, *part);
    }
    return out;
  }

  static std::string go_interface_map(const Value& map) {
    std::string out = "map[string]interface {}{";
    bool first = true;
    for (const Value::Member& member : map.members()) {
      out += fmt::format("{}\"{}\":{}", first ? "" : ", ", member.key, to_json(member.value));
      first = false;
    }
    return out + "}";
  }

  void check_enumeration(const JsonSchema& schema, const Value& value, const std::string& path) {
    if (schema.enumeration.empty()) return;
    std::string all;
    for (const Value& one : schema.enumeration) {
      if (one == value) return;
      const std::string text = one.is_string() ? one.str() : to_json(one);
      all += fmt::format("{}\"{}\"", all.empty() ? "" : ", ", text);
    }
    errors_.push_back(
        {"FieldValueNotSupported", path,
         fmt::format("Unsupported value: {}: supported values: {}", to_json(value), all)});
  }

  void check_object(const JsonSchema& schema, const Value& value, const std::string& path,
                    bool head, const Value* before) {
    const auto size = static_cast<std::int64_t>(value.size());
    if (schema.min_properties && size < *schema.min_properties) {
      return invalid(path, value,
                     fmt::format("{} in body should have at least {} properties", path,
                                 *schema.min_properties));
    }
    if (schema.max_properties && size > *schema.max_properties) {
      errors_.push_back(too_many(FieldPath(path), value.size(),
                                 static_cast<std::size_t>(*schema.max_properties)));
      return;
    }
    for (const Value::Member& member : value.members()) {
      const bool is_head =
          member.key == "apiVersion" || member.key == "kind" || member.key == "metadata";
      if (head && is_head) continue;
      const JsonSchema* deeper = schema.property(member.key);
      if (deeper == nullptr) deeper = schema.additional.get();
      if (deeper == nullptr) continue;
      check(*deeper, member.value, path.empty() ? member.key : path + "." + member.key,
            deeper->embedded_resource, before == nullptr ? nullptr : before->find(member.key));
    }
    for (const std::string& name : schema.required) {
      if (value.has(name)) continue;
      errors_.push_back(required(FieldPath(path.empty() ? name : path + "." + name)));
    }
  }

  FieldErrors& errors_;
};

}  // namespace

void validate_custom(const JsonSchema& schema, const Value& object, const Value& old,
                     FieldErrors& errors) {
  Validator(errors).check(schema, object, "", /*head=*/true, old.is_null() ? nullptr : &old);
}

}  // namespace inferlab::sim
