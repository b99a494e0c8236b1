#include "sim/gitops/three_way_merge.h"

#include <algorithm>
#include <vector>

namespace inferlab::sim {
namespace {

bool has_strategy(const Field& field, std::string_view strategy) {
  return field.patch_strategy.find(strategy) != std::string_view::npos;
}

bool contains(const Value::Array& items, const Value& wanted) {
  return std::find(items.begin(), items.end(), wanted) != items.end();
}

const Value* item_with(const Value& list, std::string_view key, const Value& wanted) {
  for (const Value& item : list.items()) {
    if (item[key] == wanted) return &item;
  }
  return nullptr;
}

Value only_keys_of(const Value& object, const Value& wanted) {
  Value out = object;
  for (const Value::Member& member : object.members()) {
    if (!wanted.has(member.key)) out = out.without(member.key);
  }
  return out;
}

Value merge_objects(const Type* type, const Value& original, const Value& target,
                    const Value& live);

// Ports of a Service and of a container are known by number and protocol; the merge key alone is
// the number, as in kubectl.
Value merge_keyed(const Field& field, const Value& original, const Value& target,
                  const Value& live) {
  const std::string_view key = field.merge_key;
  Value::Array out;
  for (const Value& wanted : target.items()) {
    const Value* present = item_with(live, key, wanted[key]);
    const Value* before = item_with(original, key, wanted[key]);
    if (present == nullptr) {
      out.push_back(wanted);
      continue;
    }
    Value kept = *present;
    if (has_strategy(field, "retainKeys")) kept = only_keys_of(kept, wanted);
    out.push_back(merge_objects(field.object, before == nullptr ? Value() : *before, wanted, kept));
  }
  for (const Value& present : live.items()) {
    const bool is_known = item_with(target, key, present[key]) != nullptr ||
                          item_with(original, key, present[key]) != nullptr;
    if (!is_known) out.push_back(present);
  }
  return Value::array(std::move(out));
}

Value merge_set(const Value& original, const Value& target, const Value& live) {
  Value::Array out = target.items();
  for (const Value& present : live.items()) {
    if (!contains(out, present) && !contains(original.items(), present)) out.push_back(present);
  }
  return Value::array(std::move(out));
}

Value merge_field(const Field* field, const Value& original, const Value& target,
                  const Value& live) {
  if (target.is_object() && live.is_object()) {
    const Type* type = nullptr;
    if (field != nullptr && field->type == FieldType::kObject) type = field->object;
    const bool retains = field != nullptr && has_strategy(*field, "retainKeys");
    return merge_objects(type, original, target, retains ? only_keys_of(live, target) : live);
  }
  const bool merges = field != nullptr && field->type == FieldType::kList && target.is_array() &&
                      live.is_array() && has_strategy(*field, "merge");
  if (!merges) return target;
  return field->merge_key.empty() ? merge_set(original, target, live)
                                  : merge_keyed(*field, original, target, live);
}

Value merge_objects(const Type* type, const Value& original, const Value& target,
                    const Value& live) {
  Value out = live;
  for (const Value::Member& member : original.members()) {
    if (!target.has(member.key)) out = out.without(member.key);
  }
  for (const Value::Member& member : target.members()) {
    const Field* field = type == nullptr ? nullptr : type->find(member.key);
    if (member.value.is_null()) {
      out = out.without(member.key);
    } else {
      out = out.with(member.key,
                     merge_field(field, original[member.key], member.value, live[member.key]));
    }
  }
  return out;
}

}  // namespace

Value three_way_merge(const Kind& kind, const Value& original, const Value& target,
                      const Value& live) {
  return merge_objects(kind.custom ? nullptr : kind.schema, original, target, live);
}

Value merge_patch_between(const Value& before, const Value& after) {
  Value out = Value::object();
  for (const Value::Member& member : before.members()) {
    if (!after.has(member.key)) out = out.with(member.key, Value());
  }
  for (const Value::Member& member : after.members()) {
    const Value& old = before[member.key];
    if (old == member.value) continue;
    const bool both = old.is_object() && member.value.is_object();
    out = out.with(member.key, both ? merge_patch_between(old, member.value) : member.value);
  }
  return out;
}

}  // namespace inferlab::sim
