#include "engine/structured/schema_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "engine/base/printable.h"

namespace inferlab::structured {
namespace {

constexpr std::size_t kMaxDepth = 128;
constexpr std::size_t kMaxMembers = 1000;
constexpr std::size_t kMaxSchemaBytes = std::size_t{1} << 20;

/// Before it is parsed: a million "[" would cost much more memory than they are, and the members
/// of an object that keeps their order are looked up one by one.
std::optional<std::string> too_large(std::string_view text) {
  std::array<std::size_t, kMaxDepth + 1> members{};
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return fmt::format("is nested deeper than {} levels", kMaxDepth);
      members[depth] = 0;
    } else if (c == ']' || c == '}') {
      depth -= depth > 0 ? 1 : 0;
    } else if (c == ':' && ++members[depth] > kMaxMembers) {
      return fmt::format("has an object of more than {} members", kMaxMembers);
    }
  }
  return std::nullopt;
}

enum class Shape : std::uint8_t { kSchema, kSchemas, kSchemaMap, kSchemaOrList, kOther };
struct Keyword {
  std::string_view name;
  Shape shape;
};

// What is carried, and where schemas are within.
constexpr Keyword kCarried[] = {
    {"$defs", Shape::kSchemaMap},
    {"$ref", Shape::kOther},
    {"additionalItems", Shape::kSchema},
    {"additionalProperties", Shape::kSchema},
    {"allOf", Shape::kSchemas},
    {"anyOf", Shape::kSchemas},
    {"const", Shape::kOther},
    {"definitions", Shape::kSchemaMap},
    {"enum", Shape::kOther},
    {"exclusiveMaximum", Shape::kOther},
    {"exclusiveMinimum", Shape::kOther},
    {"format", Shape::kOther},
    {"items", Shape::kSchemaOrList},
    {"maxItems", Shape::kOther},
    {"maxLength", Shape::kOther},
    {"maxProperties", Shape::kOther},
    {"maximum", Shape::kOther},
    {"minItems", Shape::kOther},
    {"minLength", Shape::kOther},
    {"minProperties", Shape::kOther},
    {"minimum", Shape::kOther},
    {"multipleOf", Shape::kOther},
    {"nullable", Shape::kOther},
    {"oneOf", Shape::kSchemas},
    {"pattern", Shape::kOther},
    {"patternProperties", Shape::kSchemaMap},
    {"prefixItems", Shape::kSchemas},
    {"properties", Shape::kSchemaMap},
    {"required", Shape::kOther},
    {"type", Shape::kOther},
    {"unevaluatedItems", Shape::kOther},
    {"unevaluatedProperties", Shape::kOther},
    {"uniqueItems", Shape::kOther},
};

// Keywords that say something of values and that no mask of ours enforces.
constexpr std::array<std::string_view, 16> kRefused = {"$dynamicRef",
                                                       "$recursiveRef",
                                                       "contains",
                                                       "dependencies",
                                                       "dependentRequired",
                                                       "dependentSchemas",
                                                       "else",
                                                       "if",
                                                       "maxContains",
                                                       "minContains",
                                                       "not",
                                                       "propertyNames",
                                                       "then",
                                                       "extends",
                                                       "disallow",
                                                       "divisibleBy"};

Error invalid(std::string_view place, std::string_view why, std::string hint = {}) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", place, why), std::move(hint)};
}

Result<void> check_schema(const SchemaRef& ref);

Result<void> check_map(const SchemaRef& ref) {
  if (!ref.node->is_object()) return invalid(ref.place, "must be an object");
  for (const auto& [name, value] : ref.node->items()) {
    INFERLAB_TRY_VOID(check_schema(member_of(ref, name)));
  }
  return {};
}

Result<void> check_list(const SchemaRef& ref) {
  if (!ref.node->is_array()) return invalid(ref.place, "must be an array");
  for (std::size_t i = 0; i < ref.node->size(); ++i) {
    INFERLAB_TRY_VOID(check_schema(element_of(ref, i)));
  }
  return {};
}

Result<void> check_keyword(const SchemaRef& ref, std::string_view name) {
  if (std::ranges::find(kRefused, name) != kRefused.end()) {
    return invalid(ref.place, "this keyword is not supported");
  }
  const SchemaJson& value = *ref.node;
  if (name == "uniqueItems" && value != false) {
    return invalid(ref.place, "this keyword is not supported", "leave it out, or say false");
  }
  const bool unevaluated = name == "unevaluatedItems" || name == "unevaluatedProperties";
  if (unevaluated && !value.is_boolean()) {
    return invalid(ref.place, "schemas are not supported here, only true and false");
  }
  const auto* const found = std::ranges::find(kCarried, name, &Keyword::name);
  if (found == std::end(kCarried)) return {};
  switch (found->shape) {
    case Shape::kSchema:
      return check_schema(ref);
    case Shape::kSchemas:
      if (value.is_array() && value.empty() && name != "prefixItems") {
        return invalid(ref.place, "must not be empty");
      }
      return check_list(ref);
    case Shape::kSchemaMap:
      return check_map(ref);
    case Shape::kSchemaOrList:
      return value.is_array() ? check_list(ref) : check_schema(ref);
    case Shape::kOther:
      return {};
  }
  return {};
}

Result<void> check_schema(const SchemaRef& ref) {
  if (ref.node->is_boolean()) return {};
  if (!ref.node->is_object()) return invalid(ref.place, "must be an object or a boolean");
  for (const auto& [name, value] : ref.node->items()) {
    INFERLAB_TRY_VOID(check_keyword(member_of(ref, name), name));
  }
  return {};
}

}  // namespace

Result<SchemaJson> parse_foreign_json(std::string_view text, std::string_view where,
                                      std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return invalid(where, fmt::format("has {} bytes, at most {}", text.size(), max_bytes));
  }
  if (const auto why = too_large(text)) return invalid(where, *why);
  SchemaJson value = SchemaJson::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return invalid(where, "is not JSON");
  return value;
}

Result<SchemaDocument> SchemaDocument::load(std::string_view text, std::string_view where) {
  INFERLAB_TRY(SchemaJson root, parse_foreign_json(text, where, kMaxSchemaBytes));
  SchemaDocument document(std::move(root), std::string(where));
  INFERLAB_TRY_VOID(check_schema(document.root()));
  return document;
}

Result<SchemaRef> SchemaDocument::resolve(const SchemaRef& from) {
  const SchemaRef keyword = member_of(from, "$ref");
  if (!keyword.node->is_string()) return invalid(keyword.place, "must be a string");
  const auto& target = keyword.node->get_ref<const std::string&>();
  if (!target.starts_with('#')) {
    return invalid(keyword.place,
                   fmt::format("\"{}\" is outside of this schema", printable(target)),
                   "put it into $defs");
  }
  if (target == "#") return root();
  SchemaRef found{&root_, fmt::format("{}: {}", where_, printable(target, 200))};
  std::string_view rest = std::string_view(target).substr(1);
  while (rest.starts_with('/')) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    // "~1" is "/" and "~0" is "~" (RFC 6901).
    std::string name;
    for (std::size_t i = 0; i < end; ++i) {
      const bool escaped =
          rest[i] == '~' && i + 1 < end && (rest[i + 1] == '0' || rest[i + 1] == '1');
      name += !escaped ? rest[i] : rest[i + 1] == '0' ? '~' : '/';
      if (escaped) ++i;
    }
    rest.remove_prefix(end);
    const SchemaJson& node = *found.node;
    const SchemaJson* next = nullptr;
    if (node.is_object()) {
      next = find_keyword(node, name.c_str());
    } else if (node.is_array() && !name.empty() && name.size() < 6 &&
               name.find_first_not_of("0123456789") == std::string::npos) {
      const auto index = static_cast<std::size_t>(std::stoul(name));
      if (index < node.size()) next = &node[index];
    }
    found.node = next;
    if (next == nullptr) break;
  }
  const bool is_schema =
      found.node != nullptr && (found.node->is_object() || found.node->is_boolean());
  if (!is_schema || !rest.empty()) {
    return invalid(keyword.place, fmt::format("\"{}\" names no schema here", printable(target)));
  }
  // Where no keyword leads nobody has looked yet.
  if (checked_.insert(found.node).second) INFERLAB_TRY_VOID(check_schema(found));
  return found;
}

SchemaRef member_of(const SchemaRef& ref, std::string_view name) {
  return {&*ref.node->find(std::string(name)),
          fmt::format("{}/{}", ref.place, printable(name, 60))};
}

SchemaRef element_of(const SchemaRef& ref, std::size_t index) {
  return {&(*ref.node)[index], fmt::format("{}/{}", ref.place, index)};
}

const SchemaJson* find_keyword(const SchemaJson& schema, const char* name) {
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

}  // namespace inferlab::structured
