#include "engine/structured/schema_compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/structured/json_writer.h"
#include "engine/structured/pattern.h"
#include "engine/structured/schema_keywords.h"
#include "engine/structured/schema_merge.h"

namespace inferlab::structured {
namespace {

constexpr std::uint64_t kMaxLength = 1'000'000;  // characters of a string, elements of an array
constexpr std::uint64_t kMaxCounted = 1000;      // properties that are counted

Error invalid(std::string_view place, std::string_view why, std::string hint = {}) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}", place, why), std::move(hint)};
}

class Compiler {
 public:
  Compiler(SchemaDocument& document, bool any_whitespace, std::size_t max_states, Effort& effort)
      : effort_(effort),
        merger_(document, effort),
        builder_(max_states),
        json_(builder_, any_whitespace) {}

  Result<Network> run(const SchemaRef& schema) {
    const RuleId root = rule_of({schema});
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      if (builder_.overflowed()) break;
      const auto [rule, schemas] = pending_[i];
      INFERLAB_TRY_VOID(define(rule, schemas));
    }
    return builder_.finish(root, schema.place);
  }

 private:
  /// The rule of a conjunction: the same for equal ones, so that recursion ends.
  RuleId rule_of(const Conjunction& schemas) {
    std::vector<std::uint32_t> key;
    for (const SchemaRef& ref : schemas) {
      // "true" and "{}" say nothing.
      if (*ref.node == true || (ref.node->is_object() && ref.node->empty())) continue;
      const auto next = static_cast<std::uint32_t>(node_numbers_.size());
      const std::uint32_t number = node_numbers_.emplace(ref.node, next).first->second;
      if (std::ranges::find(key, number) == key.end()) key.push_back(number);
    }
    const auto [found, is_new] = rules_.emplace(std::move(key), 0);
    if (is_new) {
      found->second = builder_.add_rule();
      pending_.emplace_back(found->second, schemas);
    }
    return found->second;
  }

  Result<void> define(RuleId rule, const Conjunction& schemas) {
    INFERLAB_TRY(const std::vector<MergedSchema> alternatives, merger_.alternatives(schemas));
    const StateId start = builder_.start_of(rule);
    const StateId end = builder_.add_state();
    builder_.set_accepting(end);
    for (const MergedSchema& schema : alternatives) {
      INFERLAB_TRY_VOID(schema.values ? add_values(schema, start, end)
                                      : add_types(schema, start, end));
    }
    return {};
  }

  Result<void> add_types(const MergedSchema& schema, StateId start, StateId end) {
    const auto has = [&](std::uint8_t bits) { return (schema.types & bits) != 0; };
    const auto join = [&](StateId from) { builder_.add_epsilon(from, end); };
    if (has(kNull)) join(builder_.append_literal(start, "null"));
    if (has(kBoolean)) {
      join(builder_.append_literal(start, "true"));
      join(builder_.append_literal(start, "false"));
    }
    if (has(kNumber)) {
      INFERLAB_TRY(const CharDfa numbers, number_language(schema.numbers, schema.place, effort_));
      join(builder_.append_dfa(start, numbers));
    }
    if (has(kString)) {
      const StateId quote = builder_.append_literal(start, "\"");
      INFERLAB_TRY(const StateId last, add_string(schema.strings, quote, schema.place));
      join(last);
    }
    if (has(kArray)) {
      INFERLAB_TRY(const StateId last, add_array(schema, start));
      join(last);
    }
    if (has(kObject)) {
      INFERLAB_TRY(const StateId last, add_object(schema, start));
      join(last);
    }
    return {};
  }

  /// Behind the opening quote, up to the closing one.
  Result<StateId> add_string(const StringRules& rules, StateId from, const std::string& place) {
    const std::uint64_t max = rules.max_length.value_or(0);
    if (rules.min_length > kMaxLength || max > kMaxLength) {
      return invalid(place, fmt::format("a length above {} is not supported", kMaxLength),
                     "leave it out");
    }
    const auto min_chars = static_cast<std::uint32_t>(rules.min_length);
    const auto max_chars = rules.max_length ? static_cast<std::uint32_t>(max) : Network::kUnbounded;
    const std::size_t languages = rules.patterns.size() + rules.formats.size();
    const bool any_length = min_chars == 0 && !rules.max_length;
    if (languages == 0) return builder_.append_json_text(from, min_chars, max_chars);
    if (languages == 1 && any_length) {
      const bool is_pattern = !rules.patterns.empty();
      const PatternText& pattern = is_pattern ? rules.patterns[0] : rules.formats[0];
      return append_pattern(builder_, from, pattern.text,
                            is_pattern ? MatchKind::kSearch : MatchKind::kWhole, /*in_json=*/true,
                            pattern.place, effort_);
    }
    INFERLAB_TRY(const CharDfa dfa, string_language(rules, place));
    return builder_.append_json_dfa(from, dfa);
  }

  /// What patterns, formats and lengths admit together.
  Result<CharDfa> string_language(const StringRules& rules, const std::string& place) {
    const Error too_complex =
        invalid(place, "the patterns, formats and lengths are too complex together",
                "repeat less, or ask for shorter strings");
    CharDfa language = CharDfa::all_texts();
    for (const bool is_pattern : {true, false}) {
      for (const PatternText& pattern : is_pattern ? rules.patterns : rules.formats) {
        INFERLAB_TRY(const CharDfa dfa,
                     pattern_dfa(pattern.text, is_pattern ? MatchKind::kSearch : MatchKind::kWhole,
                                 pattern.place, effort_));
        auto both = intersect(language, dfa, kMaxPatternStates, effort_);
        if (!both) return too_complex;
        language = *std::move(both);
      }
    }
    std::optional<std::uint32_t> max;
    if (rules.max_length) max = static_cast<std::uint32_t>(*rules.max_length);
    auto limited = with_length(language, static_cast<std::uint32_t>(rules.min_length), max,
                               kMaxPatternStates, effort_);
    if (!limited) return too_complex;
    return *std::move(limited);
  }

  Result<StateId> add_array(const MergedSchema& schema, StateId start) {
    const ArrayRules& rules = schema.arrays;
    if (rules.min_items > kMaxLength || rules.max_items.value_or(0) > kMaxLength) {
      return invalid(schema.place, fmt::format("more than {} items are not supported", kMaxLength));
    }
    const StateId end = builder_.add_state();
    const StateId open = json_.append_open(start, "[");
    if (rules.min_items == 0) builder_.add_epsilon(builder_.append_literal(open, "]"), end);
    // Up to here positions differ; behind, they are all alike.
    std::uint64_t last = std::max<std::uint64_t>({rules.min_items, rules.prefix.size(), 1});
    if (rules.max_items) last = *rules.max_items;
    if (!rules.items) last = std::min<std::uint64_t>(last, rules.prefix.size());
    const auto call_item = [&](StateId from, std::uint64_t position) {
      const bool in_prefix = position < rules.prefix.size();
      const RuleId rule = rule_of(in_prefix ? rules.prefix[position] : *rules.items);
      return json_.append_space(builder_.append_call(from, rule));
    };
    StateId at = open;
    for (std::uint64_t count = 1; count <= last && !builder_.overflowed(); ++count) {
      at = call_item(count == 1 ? at : json_.append_comma(at), count - 1);
      if (count < rules.min_items) continue;
      builder_.add_epsilon(builder_.append_literal(at, "]"), end);
    }
    const bool unbounded = rules.items && !rules.max_items;
    if (unbounded) builder_.add_epsilon(call_item(json_.append_comma(at), last), at);
    return end;
  }

  Result<StateId> add_object(const MergedSchema& schema, StateId start) {
    INFERLAB_TRY(const std::vector<ObjectWriter::Others> others, other_members(schema));
    std::vector<ObjectWriter::Member> members;
    std::uint64_t num_required = 0;
    for (const ObjectRules::Property& property : schema.objects.properties) {
      members.push_back({property.name, rule_of(property.schemas), property.required});
      num_required += property.required ? 1 : 0;
    }
    std::uint64_t min = schema.objects.min_members;
    std::optional<std::uint64_t> max = schema.objects.max_members;
    if (min <= num_required) min = 0;
    // A name that comes twice counts once for whoever reads it.
    if (min > 1 && !others.empty()) {
      return invalid(schema.place, "minProperties is not supported beside additional properties",
                     "name the properties, or say additionalProperties: false");
    }
    if (others.empty() && max.value_or(members.size()) >= members.size()) max.reset();
    if (min > kMaxCounted || max.value_or(0) > kMaxCounted) {
      return invalid(schema.place,
                     fmt::format("more than {} counted properties are not supported", kMaxCounted));
    }
    return ObjectWriter(builder_, json_, members, others, min, max).append(start);
  }

  /// The languages of the names that no property has.
  Result<std::vector<ObjectWriter::Others>> other_members(const MergedSchema& schema) {
    const ObjectRules& rules = schema.objects;
    std::vector<ObjectWriter::Others> result;
    if (rules.patterns.empty() && !rules.additional) return result;
    const Error too_complex = invalid(schema.place, "its property names are too complex together");
    std::vector<std::string> declared;
    for (const ObjectRules::Property& property : rules.properties)
      declared.push_back(property.name);
    CharDfa free = complement(CharDfa::of_texts(declared));
    for (const ObjectRules::NamePattern& pattern : rules.patterns) {
      INFERLAB_TRY(const CharDfa names, pattern_dfa(pattern.pattern.text, MatchKind::kSearch,
                                                    pattern.pattern.place, effort_));
      auto matching = intersect(free, names, kMaxPatternStates, effort_);
      auto rest = intersect(free, complement(names), kMaxPatternStates, effort_);
      if (!matching || !rest) return too_complex;
      result.push_back({*std::move(matching), rule_of(pattern.schemas)});
      free = *std::move(rest);
    }
    if (rules.additional) result.push_back({std::move(free), rule_of(*rules.additional)});
    return result;
  }

  Result<void> add_values(const MergedSchema& schema, StateId start, StateId end) {
    for (const SchemaRef& value : *schema.values) {
      if ((type_of(*value.node) & schema.types) == 0) continue;
      INFERLAB_TRY(const bool fits, satisfies(value, schema));
      if (fits) builder_.add_epsilon(json_.append_value(start, *value.node), end);
    }
    return {};
  }

  /// Whether a value of an enum satisfies the keywords beside it.
  Result<bool> satisfies(const SchemaRef& value, const MergedSchema& schema) {
    const std::uint8_t type = type_of(*value.node);
    if ((type == kArray && schema.limits_arrays) || (type == kObject && schema.limits_objects)) {
      return invalid(value.place,
                     "other keywords for arrays and objects beside it are not supported",
                     "leave them out: the value says all");
    }
    if (type == kString) {
      if (schema.strings.max_length.value_or(0) > kMaxLength) return true;
      const bool free = schema.strings.patterns.empty() && schema.strings.formats.empty() &&
                        schema.strings.min_length == 0 && !schema.strings.max_length;
      if (free) return true;
      INFERLAB_TRY(const CharDfa language, string_language(schema.strings, schema.place));
      return language.accepts(value.node->get_ref<const std::string&>());
    }
    const NumberRange& range = schema.numbers;
    if ((type & kNumber) == 0 || (!range.min && !range.max && range.multiples_of.empty())) {
      return true;
    }
    // Written out without an exponent, as the language has it.
    const auto number = decimal_of(*value.node);
    if (!number) return false;
    NumberRange fractions = range;
    fractions.integer = false;
    INFERLAB_TRY(const CharDfa language, number_language(fractions, schema.place, effort_));
    return language.accepts((number->negative ? "-" : "") + number->integer +
                            (number->fraction.empty() ? "" : "." + number->fraction));
  }

  Effort& effort_;
  SchemaMerger merger_;
  NetworkBuilder builder_;
  JsonWriter json_;
  std::map<const SchemaJson*, std::uint32_t> node_numbers_;
  std::map<std::vector<std::uint32_t>, RuleId> rules_;
  std::vector<std::pair<RuleId, Conjunction>> pending_;
};

}  // namespace

Result<Network> compile_schema(std::string_view schema, bool any_whitespace, std::string_view where,
                               std::size_t max_states, Effort& effort) {
  INFERLAB_TRY(SchemaDocument document, SchemaDocument::load(schema, where));
  return Compiler(document, any_whitespace, max_states, effort).run(document.root());
}

}  // namespace inferlab::structured
