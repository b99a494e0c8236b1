#include "sim/api/conditions.h"

namespace inferlab::sim {
namespace {

const Value kNone;

}  // namespace

const Value& find_condition(const Value& conditions, std::string_view type) {
  for (const Value& condition : conditions.items()) {
    if (condition["type"].as_string() == type) return condition;
  }
  return kNone;
}

Value set_condition(const Value& conditions, const Value& condition) {
  const std::string_view type = condition["type"].as_string();
  Value::Array out;
  out.reserve(conditions.size() + 1);
  bool found = false;
  for (const Value& one : conditions.items()) {
    const bool same = one["type"].as_string() == type;
    out.push_back(same ? condition : one);
    found = found || same;
  }
  if (!found) out.push_back(condition);
  return Value::array(std::move(out));
}

Value set_condition_at(const Value& conditions, const Value& condition, std::string_view now) {
  const Value& before = find_condition(conditions, condition["type"].as_string());
  const bool stays = before["status"] == condition["status"] && before.has("lastTransitionTime");
  return set_condition(
      conditions,
      condition.with("lastTransitionTime", stays ? before["lastTransitionTime"] : Value(now)));
}

}  // namespace inferlab::sim
