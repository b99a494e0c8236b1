#include "engine/structured/schema_keywords.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/printable.h"
#include "engine/structured/string_format.h"

namespace inferlab::structured {
namespace {

Error invalid(std::string_view place, std::string_view why, std::string hint = {}) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", place, why), std::move(hint)};
}

std::optional<std::uint8_t> type_of_name(std::string_view name) {
  if (name == "null") return kNull;
  if (name == "boolean") return kBoolean;
  if (name == "integer") return kInteger;
  if (name == "number") return kNumber;
  if (name == "string") return kString;
  if (name == "array") return kArray;
  if (name == "object") return kObject;
  return std::nullopt;
}

/// A keyword that is a count: an integer of at least 0. Nothing when it is not there.
Result<std::optional<std::uint64_t>> count(const SchemaRef& ref, const char* name) {
  const SchemaJson* const value = find_keyword(*ref.node, name);
  if (value == nullptr) return std::optional<std::uint64_t>();
  const double number = value->is_number() ? value->get<double>() : -1.0;
  if (number < 0 || number != std::floor(number) || number > 9e15) {
    return invalid(member_of(ref, name).place, "must be an integer of at least 0");
  }
  return std::optional(static_cast<std::uint64_t>(number));
}

Result<void> merge_counts(const SchemaRef& ref, const char* min_name, const char* max_name,
                          std::uint64_t& min, std::optional<std::uint64_t>& max) {
  INFERLAB_TRY(const auto low, count(ref, min_name));
  INFERLAB_TRY(const auto high, count(ref, max_name));
  min = std::max(min, low.value_or(0));
  if (high) max = std::min(*high, max.value_or(*high));
  return {};
}

/// The narrower of two bounds stays.
void tighten(std::optional<NumberBound>& bound, NumberBound other, bool is_min) {
  if (bound) {
    const int order = Decimal::compare(other.value, bound->value);
    if (is_min ? order < 0 : order > 0) return;
    other.exclusive = other.exclusive || (order == 0 && bound->exclusive);
  }
  bound = std::move(other);
}

}  // namespace

std::uint8_t type_of(const SchemaJson& value) {
  if (value.is_null()) return kNull;
  if (value.is_boolean()) return kBoolean;
  if (value.is_string()) return kString;
  if (value.is_array()) return kArray;
  if (value.is_object()) return kObject;
  const double number = value.get<double>();
  return number == std::floor(number) ? kInteger : kFraction;
}

bool same_value(const SchemaJson& a, const SchemaJson& b) {
  return nlohmann::json(a) == nlohmann::json(b);  // whose members are sorted
}

std::optional<Decimal> decimal_of(const SchemaJson& value) {
  if (value.is_number_unsigned()) return Decimal::parse(std::to_string(value.get<std::uint64_t>()));
  if (value.is_number_integer()) return Decimal::parse(std::to_string(value.get<std::int64_t>()));
  if (!value.is_number_float() || !std::isfinite(value.get<double>())) return std::nullopt;
  return Decimal::parse(fmt::format("{}", value.get<double>()));
}

Result<void> merge_types(const SchemaRef& ref, MergedSchema& merged) {
  const SchemaJson* const type = find_keyword(*ref.node, "type");
  if (type == nullptr) return {};
  std::uint8_t types = 0;
  const auto add = [&](const SchemaJson& name) {
    const auto bits = name.is_string() ? type_of_name(name.get_ref<const std::string&>())
                                       : std::optional<std::uint8_t>();
    types = static_cast<std::uint8_t>(types | bits.value_or(0));
    return bits.has_value();
  };
  const bool known = type->is_array() ? std::ranges::all_of(*type, add) : add(*type);
  if (!known) {
    return invalid(member_of(ref, "type").place, "names no type of JSON",
                   "null, boolean, integer, number, string, array, object");
  }
  const SchemaJson* const nullable = find_keyword(*ref.node, "nullable");
  if (nullable != nullptr && *nullable == true) types |= kNull;
  merged.types &= types;
  return {};
}

Result<void> merge_values(const SchemaRef& ref, MergedSchema& merged) {
  const auto restrict_to = [&](std::vector<SchemaRef> values) {
    if (merged.values) {
      std::erase_if(values, [&](const SchemaRef& value) {
        return std::ranges::none_of(*merged.values, [&](const SchemaRef& other) {
          return same_value(*value.node, *other.node);
        });
      });
    }
    merged.values = std::move(values);
  };
  if (const SchemaJson* const list = find_keyword(*ref.node, "enum")) {
    const SchemaRef keyword = member_of(ref, "enum");
    if (!list->is_array() || list->empty()) {
      return invalid(keyword.place, "must be an array of at least one value");
    }
    std::vector<SchemaRef> values;
    for (std::size_t i = 0; i < list->size(); ++i) values.push_back(element_of(keyword, i));
    restrict_to(std::move(values));
  }
  if (find_keyword(*ref.node, "const") != nullptr) restrict_to({member_of(ref, "const")});
  return {};
}

Result<void> merge_numbers(const SchemaRef& ref, MergedSchema& merged) {
  struct Row {
    const char* name;
    bool is_min;
    bool exclusive;
  };
  constexpr Row kRows[] = {{"minimum", true, false},
                           {"exclusiveMinimum", true, true},
                           {"maximum", false, false},
                           {"exclusiveMaximum", false, true}};
  for (const Row& row : kRows) {
    const SchemaJson* const value = find_keyword(*ref.node, row.name);
    if (value == nullptr) continue;
    const auto number = decimal_of(*value);
    if (!number) {
      return invalid(member_of(ref, row.name).place,
                     value->is_number() ? "is too large or too small" : "must be a number");
    }
    tighten(row.is_min ? merged.numbers.min : merged.numbers.max,
            {.value = *number, .exclusive = row.exclusive}, row.is_min);
  }
  if (const SchemaJson* const value = find_keyword(*ref.node, "multipleOf")) {
    const auto number = decimal_of(*value);
    if (!number || number->negative || number->is_zero()) {
      return invalid(member_of(ref, "multipleOf").place, "must be a number above 0");
    }
    merged.numbers.multiples_of.push_back(*number);
  }
  return {};
}

Result<void> merge_strings(const SchemaRef& ref, MergedSchema& merged) {
  StringRules& strings = merged.strings;
  INFERLAB_TRY_VOID(
      merge_counts(ref, "minLength", "maxLength", strings.min_length, strings.max_length));
  for (const char* const name : {"pattern", "format"}) {
    const SchemaJson* const value = find_keyword(*ref.node, name);
    if (value == nullptr) continue;
    const std::string place = member_of(ref, name).place;
    if (!value->is_string()) return invalid(place, "must be a string");
    const auto& text = value->get_ref<const std::string&>();
    if (name == std::string_view("pattern")) {
      strings.patterns.push_back({text, place});
      continue;
    }
    const auto pattern = format_pattern(text);
    if (!pattern) {
      return invalid(place, fmt::format("\"{}\" is not supported", printable(text)),
                     fmt::format("known are {}", known_formats()));
    }
    strings.formats.push_back({*pattern, place});
  }
  return {};
}

Result<void> merge_arrays(const std::vector<SchemaRef>& refs, MergedSchema& merged) {
  ArrayRules& arrays = merged.arrays;
  struct Source {
    SchemaRef prefix;  // null node: none
    SchemaRef items;
  };
  std::vector<Source> sources;
  bool any_items = false;
  bool closed = false;
  std::size_t longest = 0;
  for (const SchemaRef& ref : refs) {
    INFERLAB_TRY_VOID(
        merge_counts(ref, "minItems", "maxItems", arrays.min_items, arrays.max_items));
    Source source{{nullptr, ""}, {nullptr, ""}};
    const SchemaJson* const items = find_keyword(*ref.node, "items");
    const bool tuple = items != nullptr && items->is_array();  // draft 7
    if (tuple || find_keyword(*ref.node, "prefixItems") != nullptr) {
      source.prefix = member_of(ref, tuple ? "items" : "prefixItems");
      longest = std::max(longest, source.prefix.node->size());
      closed = true;
    }
    const char* const rest = tuple ? "additionalItems" : "items";
    if (find_keyword(*ref.node, rest) != nullptr) {
      source.items = member_of(ref, rest);
      any_items = true;
    }
    const SchemaJson* const unevaluated = find_keyword(*ref.node, "unevaluatedItems");
    closed = closed || (unevaluated != nullptr && *unevaluated == false);
    sources.push_back(std::move(source));
  }
  merged.limits_arrays =
      any_items || closed || arrays.min_items > 0 || arrays.max_items.has_value();
  for (std::size_t i = 0; i < longest; ++i) {
    Conjunction all;
    for (const Source& source : sources) {
      if (source.prefix.node != nullptr && i < source.prefix.node->size()) {
        all.push_back(element_of(source.prefix, i));
      } else if (source.items.node != nullptr) {
        all.push_back(source.items);
      }
    }
    arrays.prefix.push_back(std::move(all));
  }
  if (closed && !any_items) return {};
  Conjunction all;
  for (const Source& source : sources) {
    if (source.items.node != nullptr) all.push_back(source.items);
  }
  arrays.items = std::move(all);
  return {};
}

}  // namespace inferlab::structured
