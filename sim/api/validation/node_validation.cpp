#include "sim/api/validation/node_validation.h"

#include <set>

#include "sim/api/quantity.h"
#include "sim/api/validation/errors.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

void validate_taints(const Value& taints, const FieldPath& path, FieldErrors& errors) {
  std::set<std::pair<std::string, std::string>> seen;
  std::size_t index = 0;
  for (const Value& taint : taints.items()) {
    const FieldPath at = path.index(index++);
    const Value key(taint["key"].as_string());
    for (const std::string& why : check_qualified_name(key.as_string())) {
      errors.push_back(invalid_value(at / "key", key, why));
    }
    std::string wrong;
    for (const std::string& why : check_label_value(taint["value"].as_string()))
      wrong += (wrong.empty() ? "" : ";") + why;
    if (!wrong.empty()) errors.push_back(invalid_value(at / "value", taint["value"], wrong));
    const Value effect(taint["effect"].as_string());
    if (effect.empty()) {
      errors.push_back(required(at / "effect"));
    } else if (effect.as_string() != "NoSchedule" && effect.as_string() != "PreferNoSchedule" &&
               effect.as_string() != "NoExecute") {
      errors.push_back(
          unsupported(at / "effect", effect, {"NoExecute", "NoSchedule", "PreferNoSchedule"}));
    }
    if (!seen.emplace(key.str(), effect.str()).second) {
      FieldError twice = duplicate(at, taint);
      twice.message =
          "Duplicate value: " + go_taint(taint) + ": taints must be unique by key and effect pair";
      errors.push_back(std::move(twice));
    }
  }
}

void validate_amounts(const Value& amounts, const FieldPath& path, FieldErrors& errors) {
  for (const Value::Member& member : amounts.members()) {
    if (Quantity::parse(member.value.as_string()).value_or(Quantity()) < Quantity()) {
      errors.push_back(
          invalid_value(path.key(member.key), member.value, "must be greater than or equal to 0"));
    }
  }
}

}  // namespace

void validate_node(const Value& object, const Value& old, FieldErrors& errors) {
  const FieldPath spec("spec");
  const FieldPath status("status");
  validate_taints(object["spec"]["taints"], spec / "taints", errors);
  validate_amounts(object["status"]["capacity"], status / "capacity", errors);
  validate_amounts(object["status"]["allocatable"], status / "allocatable", errors);
  const Value& before = old["spec"]["providerID"];
  if (!before.empty() && object["spec"]["providerID"] != before) {
    errors.push_back(forbidden_field(
        spec / "providerID", "node updates may not change providerID except from \"\" to valid"));
  }
}

}  // namespace inferlab::sim
