#include "engine/structured/schema_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/structured/schema_keywords.h"

namespace inferlab::structured {
namespace {

constexpr std::size_t kMaxAlternatives = 256;
constexpr std::size_t kMaxChain = 200;  // references behind references
constexpr int kMaxExclusionDepth = 4;

Error invalid(std::string_view place, std::string_view why, std::string hint = {}) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", place, why), std::move(hint)};
}

}  // namespace

Result<std::vector<MergedSchema>> SchemaMerger::alternatives(const Conjunction& schemas) {
  INFERLAB_TRY(const std::vector<Flat> flats, expand_all(schemas));
  std::vector<MergedSchema> result;
  for (const Flat& flat : flats) {
    INFERLAB_TRY(MergedSchema merged, merge(flat));
    merged.place = schemas.empty() ? std::string("#") : schemas.front().place;
    result.push_back(std::move(merged));
  }
  return result;
}

Result<std::vector<SchemaMerger::Flat>> SchemaMerger::expand_all(const Conjunction& schemas) {
  std::vector<Flat> result = {{}};
  for (const SchemaRef& ref : schemas) {
    INFERLAB_TRY(const std::vector<Flat> more, expand(ref));
    INFERLAB_TRY(result, cross(result, more, ref.place));
  }
  return result;
}

Result<std::vector<SchemaMerger::Flat>> SchemaMerger::expand(const SchemaRef& ref) {
  if (!effort_.spend(1)) return invalid(ref.place, "the schema has too many combinations");
  if (ref.node->is_boolean()) {
    return ref.node->get<bool>() ? std::vector<Flat>{{}} : std::vector<Flat>{};
  }
  if (std::ranges::find(path_, ref.node) != path_.end()) {
    return invalid(ref.place, "the schema is defined by itself alone");
  }
  if (path_.size() >= kMaxChain) return invalid(ref.place, "too many references follow each other");
  path_.push_back(ref.node);
  auto result = expand_keywords(ref);
  path_.pop_back();
  return result;
}

Result<std::vector<SchemaMerger::Flat>> SchemaMerger::expand_keywords(const SchemaRef& ref) {
  std::vector<Flat> result = {{ref}};
  const auto join = [&](Result<std::vector<Flat>> more) -> Result<void> {
    INFERLAB_TRY(const std::vector<Flat> others, std::move(more));
    INFERLAB_TRY(result, cross(result, others, ref.place));
    return {};
  };
  for (const auto& [name, value] : ref.node->items()) {
    if (name == "$ref") {
      INFERLAB_TRY(const SchemaRef target, document_.resolve(ref));
      INFERLAB_TRY_VOID(join(expand(target)));
    } else if (name == "allOf") {
      const SchemaRef list = member_of(ref, name);
      for (std::size_t i = 0; i < value.size(); ++i) {
        INFERLAB_TRY_VOID(join(expand(element_of(list, i))));
      }
    } else if (name == "anyOf" || name == "oneOf") {
      INFERLAB_TRY_VOID(join(expand_any(member_of(ref, name), name == "oneOf")));
    }
  }
  return result;
}

Result<std::vector<SchemaMerger::Flat>> SchemaMerger::expand_any(const SchemaRef& keyword,
                                                                 bool only_one) {
  std::vector<Flat> result;
  for (std::size_t i = 0; i < keyword.node->size(); ++i) {
    INFERLAB_TRY(const std::vector<Flat> more, expand(element_of(keyword, i)));
    for (const Flat& flat : more) {
      for (std::size_t j = 0; only_one && j < result.size(); ++j) {
        INFERLAB_TRY(const bool exclusive, exclude_each_other(result[j], flat, 0));
        if (!exclusive) {
          return invalid(keyword.place,
                         fmt::format("alternative {} may hold together with an earlier one", i),
                         "use anyOf, or tell them apart by a required property with a const");
        }
      }
    }
    result.insert(result.end(), more.begin(), more.end());
    if (result.size() > kMaxAlternatives) {
      return invalid(keyword.place, "the schema has too many combinations");
    }
  }
  return result;
}

Result<std::vector<SchemaMerger::Flat>> SchemaMerger::cross(const std::vector<Flat>& left,
                                                            const std::vector<Flat>& right,
                                                            const std::string& place) {
  std::vector<Flat> result;
  if (left.size() * right.size() > kMaxAlternatives) {
    return invalid(place, "the schema has too many combinations");
  }
  for (const Flat& a : left) {
    for (const Flat& b : right) {
      Flat both = a;
      for (const SchemaRef& ref : b) {
        const auto same = [&](const SchemaRef& other) { return other.node == ref.node; };
        if (std::ranges::none_of(both, same)) both.push_back(ref);
      }
      if (!effort_.spend(1 + both.size() * b.size()))
        return invalid(place, "the schema has too many combinations");
      result.push_back(std::move(both));
    }
  }
  return result;
}

/// Whether no value satisfies both, as far as types, constants and required members tell.
Result<bool> SchemaMerger::exclude_each_other(const Flat& left, const Flat& right, int depth) {
  if (depth > kMaxExclusionDepth) return false;
  INFERLAB_TRY(const MergedSchema a, merge(left));
  INFERLAB_TRY(const MergedSchema b, merge(right));
  if ((a.types & b.types) == 0) return true;
  if (a.values && b.values) {
    return std::ranges::none_of(*a.values, [&](const SchemaRef& value) {
      return std::ranges::any_of(
          *b.values, [&](const SchemaRef& other) { return same_value(*value.node, *other.node); });
    });
  }
  for (const bool swapped : {false, true}) {
    const MergedSchema& with = swapped ? b : a;
    const std::uint8_t types = swapped ? a.types : b.types;
    if (!with.values) continue;
    const bool fits = std::ranges::any_of(*with.values, [types](const SchemaRef& value) {
      return (type_of(*value.node) & types) != 0;
    });
    if (!fits) return true;
  }
  if ((a.types & b.types) != kObject) return false;
  for (const ObjectRules::Property& property : a.objects.properties) {
    const auto other =
        std::ranges::find(b.objects.properties, property.name, &ObjectRules::Property::name);
    if (other == b.objects.properties.end() || !property.required || !other->required) continue;
    // What contains itself, and is being looked at already, shows nothing.
    const auto first = expand_all(property.schemas);
    const auto second = expand_all(other->schemas);
    if (!first || !second) continue;
    bool all = true;
    for (const Flat& x : *first) {
      for (const Flat& y : *second) {
        if (!all) break;
        INFERLAB_TRY(all, exclude_each_other(x, y, depth + 1));
      }
    }
    if (all) return true;
  }
  return false;
}

Result<MergedSchema> SchemaMerger::merge(const Flat& schemas) {
  MergedSchema merged;
  for (const SchemaRef& ref : schemas) {
    if (!effort_.spend(1 + ref.node->size()))
      return invalid(ref.place, "the schema has too many combinations");
    INFERLAB_TRY_VOID(merge_types(ref, merged));
    INFERLAB_TRY_VOID(merge_values(ref, merged));
    INFERLAB_TRY_VOID(merge_numbers(ref, merged));
    INFERLAB_TRY_VOID(merge_strings(ref, merged));
  }
  merged.numbers.integer = (merged.types & kFraction) == 0;
  INFERLAB_TRY_VOID(merge_arrays(schemas, merged));
  INFERLAB_TRY_VOID(merge_objects(schemas, merged, effort_));
  return merged;
}

}  // namespace inferlab::structured
