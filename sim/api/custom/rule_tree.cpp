#include "sim/api/custom/rule_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/api/custom/json_schema.h"
#include "sim/api/go_space.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kOverBudget =
    "validation failed due to running out of cost budget, no further validation rules will be run";
constexpr std::size_t kMostMessageBytes = 5 * 1024;

bool has_rules(const Value& schema, int depth) {
  if (!schema.is_object() || depth > kDeepestSchema) return false;
  if (!schema["x-kubernetes-validations"].empty()) return true;
  if (has_rules(schema["items"], depth + 1)) return true;
  if (has_rules(schema["additionalProperties"], depth + 1)) return true;
  const auto any = [depth](const Value& one) { return has_rules(one, depth + 1); };
  const auto& members = schema["properties"].members();
  const auto& all_of = schema["allOf"].items();
  return std::any_of(members.begin(), members.end(),
                     [&](const Value::Member& member) { return any(member.value); }) ||
         std::any_of(all_of.begin(), all_of.end(), any);
}

bool is_embedded(const Value& schema) {
  return schema["x-kubernetes-embedded-resource"].as_bool();
}

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

// The error of a rule that does not hold: of the value only its type is told.
FieldError breach(const std::string& path, const std::string& type, const std::string& reason,
                  std::string_view why) {
  const std::string field = path.empty() ? "<nil>" : path;
  if (reason == "FieldValueForbidden") return {reason, field, fmt::format("Forbidden: {}", why)};
  if (reason == "FieldValueRequired")
    return {reason, field, fmt::format("Required value: {}", why)};
  if (reason == "FieldValueDuplicate")
    return {reason, field, fmt::format("Duplicate value: \"{}\"", type)};
  return {"FieldValueInvalid", field, fmt::format("Invalid value: \"{}\": {}", type, why)};
}

// Errors after which an object is not of the shape that rules are written for.
bool blocks_rules(const FieldError& error) {
  return error.reason == "FieldValueNotSupported" || error.reason == "FieldValueRequired" ||
         error.reason == "FieldValueTooLong" || error.reason == "FieldValueTooMany" ||
         error.reason == "FieldValueTypeInvalid";
}

bool too_costly(const Error& error) {
  return error.kind == ErrorKind::kExhausted;
}

}  // namespace

struct RuleTree::Run {
  FieldErrors& errors;
  cel::Budget budget = {};
  bool over = false;  // nothing more is looked at

  void add(const std::string& path, const std::string& type, std::string_view why) {
    errors.push_back(breach(path, type, {}, why));
  }
};

std::shared_ptr<const RuleTree> RuleTree::compile(const Value& schema) {
  return has_rules(schema, 0) ? make(schema, schema, /*resource_root=*/true, 0) : nullptr;
}

// `validation` says the rules, `schema` the structure: they differ within allOf.
std::shared_ptr<const RuleTree> RuleTree::make(const Value& validation, const Value& schema,
                                               bool resource_root, int depth) {
  if (!has_rules(validation, depth) || !schema.is_object()) return nullptr;
  auto out = std::make_shared<RuleTree>();
  out->type_ = schema["type"].str();
  out->resource_root_ = resource_root;
  out->map_list_ = schema["x-kubernetes-list-type"].as_string() == "map";
  for (const Value& key : schema["x-kubernetes-list-map-keys"].items())
    out->list_keys_.push_back(key.str());
  out->self_ = cel::schema_type(schema, "self", resource_root);
  if (out->self_) {
    for (const Value& entry : validation["x-kubernetes-validations"].items())
      out->rules_.push_back(compile_rule(entry, schema, *out->self_));
  }
  const auto deeper = [depth](const Value& rules, const Value& structure) {
    // What expressions cannot see has no rules.
    if (!cel::schema_type(structure, "self", is_embedded(structure)))
      return std::shared_ptr<const RuleTree>();
    return make(rules, structure, is_embedded(structure), depth + 1);
  };
  for (const Value::Member& member : validation["properties"].members()) {
    if (!has_rules(member.value, depth + 1)) continue;
    auto part = deeper(member.value, schema["properties"][member.key]);
    if (part != nullptr) out->properties_.emplace_back(member.key, std::move(part));
  }
  if (has_rules(validation["items"], depth + 1))
    out->items_ = deeper(validation["items"], schema["items"]);
  if (has_rules(validation["additionalProperties"], depth + 1)) {
    out->additional_ = deeper(validation["additionalProperties"], schema["additionalProperties"]);
  }
  for (const Value& one : validation["allOf"].items()) {
    if (auto part = make(one, schema, resource_root, depth + 1)) out->all_of_.push_back(part);
  }
  return out;
}

void RuleTree::validate(const Value& object, const Value& old, FieldErrors& errors) const {
  if (std::any_of(errors.begin(), errors.end(), blocks_rules)) {
    errors.push_back(breach("", "null", {},
                            "some validation rules were not checked because the object was "
                            "invalid; correct the existing errors to complete validation"));
    return;
  }
  Run run{errors};
  const bool update = !old.is_null();
  visit(run, "", object, update ? &old : nullptr,
        update ? Correlation(object, old) : Correlation());
}

void RuleTree::visit(Run& run, const std::string& path, const Value& value, const Value* old,
                     const Correlation& correlation) const {
  if (value.is_null()) return;
  if (old != nullptr && old->is_null()) old = nullptr;
  check_rules(run, path, value, old, correlation);
  for (const auto& one : all_of_) {
    if (run.over) return;
    one->visit(run, path, value, old, correlation.beside());
  }
  if (value.is_array()) visit_items(run, path, value, old, correlation);
  if (value.is_object()) visit_parts(run, path, value, old, correlation);
}

void RuleTree::visit_items(Run& run, const std::string& path, const Value& value, const Value* old,
                           const Correlation& correlation) const {
  if (items_ == nullptr) return;
  std::size_t index = 0;
  for (const Value& item : value.items()) {
    if (run.over) return;
    const Value* before =
        map_list_ && old != nullptr ? item_with_keys_of(*old, item, list_keys_) : nullptr;
    items_->visit(run, fmt::format("{}[{}]", path, index++), item, before,
                  correlation.item(item, map_list_, list_keys_));
  }
}

void RuleTree::visit_parts(Run& run, const std::string& path, const Value& value, const Value* old,
                           const Correlation& correlation) const {
  const bool root = path.empty();
  const auto before = [old](const std::string& name) {
    return old == nullptr ? nullptr : old->find(name);
  };
  if (additional_ != nullptr) {
    for (const Value::Member& member : value.members()) {
      if (run.over) return;
      additional_->visit(run, fmt::format("{}[{}]", path, member.key), member.value,
                         before(member.key), correlation.member(member.key, root));
    }
  }
  for (const auto& [name, part] : properties_) {
    if (run.over) return;
    const Value* member = value.find(name);
    if (member == nullptr) continue;
    part->visit(run, joined(path, name), *member, before(name), correlation.member(name, root));
  }
}

void RuleTree::check_rules(Run& run, const std::string& path, const Value& value, const Value* old,
                           const Correlation& correlation) const {
  if (run.over || rules_.empty()) return;
  if (run.budget.left <= 0) {
    run.add(path, type_, kOverBudget);
    run.over = true;
    return;
  }
  cel::Bindings bindings;
  bindings.set("self", cel::from_value(value, *self_));
  cel::Bindings optional_bindings = bindings;
  const bool transitions = std::any_of(rules_.begin(), rules_.end(),
                                       [](const CustomRule& rule) { return rule.uses_old_self; });
  if (transitions) {
    cel::Val before = old == nullptr ? cel::Val() : cel::from_value(*old, *self_);
    if (old != nullptr) bindings.set("oldSelf", before);
    optional_bindings.set("oldSelf", old == nullptr ? cel::Val::none() : cel::Val::some(before));
  }
  for (const CustomRule& rule : rules_) {
    if (run.over) return;
    if (!rule.error.empty()) {
      run.add(path, type_, "rule compile error: " + rule.error);
      continue;
    }
    if (!rule.program) continue;
    if (rule.uses_old_self && old == nullptr && !rule.optional_old_self) continue;
    check_rule(run, rule, path, bindings, optional_bindings, correlation);
  }
}

namespace {

// What the message expression says; empty: the rule's own words are used instead. `stop`: it cost
// too much, and says so.
std::string message_of(const CustomRule& rule, const cel::Bindings& bindings, cel::Budget& budget,
                       bool& stop) {
  const auto made = rule.message_program->evaluate(bindings, budget);
  if (budget.left < 0) {
    stop = true;
    return "messageExpression evaluation failed due to running out of cost budget, no further "
           "validation rules will be run";
  }
  if (!made) {
    if (!too_costly(made.error())) return {};
    stop = true;
    return fmt::format(
        "no further validation rules will be run due to call cost exceeds limit for "
        "messageExpression: \"{}\"",
        rule.message_expression);
  }
  if (!made->is(cel::Val::Kind::kString)) return {};
  std::string text = go_trimmed(made->as_string());
  const bool fits = text.size() <= kMostMessageBytes && text.find('\n') == std::string::npos;
  return fits ? text : std::string();
}

}  // namespace

void RuleTree::check_rule(Run& run, const CustomRule& rule, const std::string& path,
                          const cel::Bindings& bindings, const cel::Bindings& optional_bindings,
                          const Correlation& correlation) const {
  const auto holds =
      rule.program->evaluate(rule.optional_old_self ? optional_bindings : bindings, run.budget);
  if (run.budget.left < 0) {
    run.add(path, type_, kOverBudget);
    run.over = true;
    return;
  }
  if (!holds) {
    const std::string& why = holds.error().message;
    if (too_costly(holds.error())) {
      run.add(path, type_,
              fmt::format("'{}': no further validation rules will be run due to call cost exceeds "
                          "limit for rule: {}",
                          why, rule.shown()));
      run.over = true;
    } else if (why.starts_with("no such overload")) {
      run.add(path, type_,
              fmt::format("'{}': call arguments did not match a supported operator, function or "
                          "macro signature for rule: {}",
                          why, rule.shown()));
    } else {
      run.add(path, type_, fmt::format("{} evaluating rule: {}", why, rule.shown()));
    }
    return;
  }
  if (holds->is(cel::Val::Kind::kBool) && holds->as_bool()) return;
  const std::string at = rule.field_path.empty() ? path : joined(path, rule.field_path);
  std::string said;
  std::string reason = rule.reason;
  if (rule.message_program) {
    said = message_of(rule, bindings, run.budget, run.over);
    if (run.over) reason.clear();
  }
  if (said.empty()) said = rule.message.empty() ? "failed rule: " + rule.rule : rule.message;
  FieldError error = breach(at, type_, reason, said);
  // Nothing but what it was: the writer is told, and may write.
  if (!rule.uses_old_self && correlation.unchanged()) error.reason.clear();
  run.errors.push_back(std::move(error));
}

}  // namespace inferlab::sim
