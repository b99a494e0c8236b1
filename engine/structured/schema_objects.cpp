// What several schemas say together of an object's members.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/base/printable.h"
#include "engine/structured/pattern.h"
#include "engine/structured/schema_keywords.h"

namespace inferlab::structured {
namespace {

constexpr std::size_t kMaxProperties = 2000;
constexpr std::size_t kMaxPatterns = 32;

Error invalid(std::string_view place, std::string_view why) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", place, why)};
}

/// One schema's part.
struct Source {
  SchemaRef schema;
  struct NamePattern {
    SchemaRef schema;
    std::string text;
    CharDfa names;
  };
  std::map<std::string, SchemaRef> properties;
  std::vector<NamePattern> patterns;

  [[nodiscard]] const SchemaJson* additional() const {
    return find_keyword(*schema.node, "additionalProperties");
  }
  /// What it asks of a member of this name.
  void add_schemas_of(const std::string& name, Conjunction& to) const {
    bool named = false;
    if (const auto found = properties.find(name); found != properties.end()) {
      to.push_back(found->second);
      named = true;
    }
    for (const NamePattern& pattern : patterns) {
      if (!pattern.names.accepts(name)) continue;
      to.push_back(pattern.schema);
      named = true;
    }
    if (!named && additional() != nullptr) to.push_back(member_of(schema, "additionalProperties"));
  }
};

Result<Source> read_source(const SchemaRef& ref, Effort& effort) {
  Source source{.schema = ref, .properties = {}, .patterns = {}};
  if (const SchemaJson* const properties = find_keyword(*ref.node, "properties")) {
    const std::string place = member_of(ref, "properties").place;
    for (const auto& [name, schema] : properties->items()) {
      source.properties.emplace(
          name, SchemaRef{&schema, fmt::format("{}/{}", place, printable(name, 60))});
    }
    if (!effort.spend(10 * properties->size())) return invalid(place, "the schema is too complex");
  }
  if (const SchemaJson* const patterns = find_keyword(*ref.node, "patternProperties")) {
    const SchemaRef keyword = member_of(ref, "patternProperties");
    if (patterns->size() > kMaxPatterns) {
      return invalid(keyword.place, fmt::format("has more than {} patterns", kMaxPatterns));
    }
    for (const auto& [text, schema] : patterns->items()) {
      const SchemaRef member = member_of(keyword, text);
      INFERLAB_TRY(CharDfa names, pattern_dfa(text, MatchKind::kSearch, member.place, effort));
      source.patterns.push_back({member, text, std::move(names)});
    }
  }
  return source;
}

Result<std::vector<std::string>> required_of(const SchemaRef& ref) {
  std::vector<std::string> names;
  const SchemaJson* const list = find_keyword(*ref.node, "required");
  if (list == nullptr) return names;
  const SchemaRef keyword = member_of(ref, "required");
  if (!list->is_array()) return invalid(keyword.place, "must be an array of strings");
  for (const SchemaJson& name : *list) {
    if (!name.is_string()) return invalid(keyword.place, "must be an array of strings");
    names.push_back(name.get<std::string>());
  }
  return names;
}

/// The names in the order in which they are written, and which of them are required.
Result<void> name_properties(const std::vector<Source>& sources, ObjectRules& objects) {
  std::set<std::string> known;
  std::set<std::string> required;
  std::vector<std::string> order;
  for (const Source& source : sources) {
    const SchemaJson* const properties = find_keyword(*source.schema.node, "properties");
    if (properties == nullptr) continue;
    for (const auto& [name, unused] : properties->items()) {
      if (known.insert(name).second) order.push_back(name);
    }
  }
  for (const Source& source : sources) {
    INFERLAB_TRY(const std::vector<std::string> names, required_of(source.schema));
    for (const std::string& name : names) {
      required.insert(name);
      if (known.insert(name).second) order.push_back(name);
    }
  }
  if (order.size() > kMaxProperties) {
    return invalid(sources.front().schema.place,
                   fmt::format("has more than {} properties", kMaxProperties));
  }
  for (const std::string& name : order) {
    ObjectRules::Property property{
        .name = name, .schemas = {}, .required = required.contains(name)};
    for (const Source& source : sources) source.add_schemas_of(name, property.schemas);
    objects.properties.push_back(std::move(property));
  }
  return {};
}

/// Two patterns that match the same name would both have a say: only one may.
Result<void> add_patterns(const std::vector<Source>& sources, ObjectRules& objects,
                          Effort& effort) {
  std::vector<const Source::NamePattern*> seen;
  for (const Source& source : sources) {
    for (const Source::NamePattern& pattern : source.patterns) {
      for (const Source::NamePattern* const other : seen) {
        const auto both = intersect(pattern.names, other->names, kMaxPatternStates, effort);
        if (!both || !both->empty()) {
          return invalid(pattern.schema.place,
                         "may match the same name as another pattern, which is not supported");
        }
      }
      seen.push_back(&pattern);
      Conjunction all = {pattern.schema};
      for (const Source& other : sources) {
        if (&other != &source && other.additional() != nullptr) {
          all.push_back(member_of(other.schema, "additionalProperties"));
        }
      }
      objects.patterns.push_back({{pattern.text, pattern.schema.place}, std::move(all)});
    }
  }
  return {};
}

Result<std::optional<std::uint64_t>> member_count(const SchemaRef& ref, const char* name) {
  const SchemaJson* const value = find_keyword(*ref.node, name);
  if (value == nullptr) return std::optional<std::uint64_t>();
  if (!value->is_number_unsigned()) {
    return invalid(member_of(ref, name).place, "must be an integer of at least 0");
  }
  return std::optional(value->get<std::uint64_t>());
}

}  // namespace

Result<void> merge_objects(const std::vector<SchemaRef>& refs, MergedSchema& merged,
                           Effort& effort) {
  ObjectRules& objects = merged.objects;
  std::vector<Source> sources;
  bool any_additional = false;
  bool closed = false;
  for (const SchemaRef& ref : refs) {
    INFERLAB_TRY(Source source, read_source(ref, effort));
    any_additional = any_additional || source.additional() != nullptr;
    const SchemaJson* const unevaluated = find_keyword(*ref.node, "unevaluatedProperties");
    closed = closed || find_keyword(*ref.node, "properties") != nullptr ||
             !source.patterns.empty() || (unevaluated != nullptr && *unevaluated == false);
    INFERLAB_TRY(const auto min, member_count(ref, "minProperties"));
    INFERLAB_TRY(const auto max, member_count(ref, "maxProperties"));
    objects.min_members = std::max(objects.min_members, min.value_or(0));
    if (max) objects.max_members = std::min(*max, objects.max_members.value_or(*max));
    sources.push_back(std::move(source));
  }
  INFERLAB_TRY_VOID(name_properties(sources, objects));
  INFERLAB_TRY_VOID(add_patterns(sources, objects, effort));
  merged.limits_objects = closed || any_additional || !objects.properties.empty() ||
                          objects.min_members > 0 || objects.max_members.has_value();
  if (closed && !any_additional) return {};
  Conjunction additional;
  for (const Source& source : sources) {
    if (source.additional() == nullptr) continue;
    if (*source.additional() == false) return {};
    additional.push_back(member_of(source.schema, "additionalProperties"));
  }
  objects.additional = std::move(additional);
  return {};
}

}  // namespace inferlab::structured
