#include "sim/api/patch/merge_patch.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

// A patch that makes a new object: without its nulls.
Value without_nulls(const Value& patch) {
  if (!patch.is_object()) return patch;
  Value::Object members;
  for (const Value::Member& member : patch.members()) {
    if (!member.value.is_null()) members.push_back({member.key, without_nulls(member.value)});
  }
  return Value::object(std::move(members));
}

}  // namespace

Value merge_patch(const Value& target, const Value& patch) {
  if (!patch.is_object()) return patch;
  if (!target.is_object()) return without_nulls(patch);
  // Both are in key order: one pass over the two.
  Value::Object out;
  out.reserve(target.size() + patch.size());
  auto old = target.members().begin();
  const auto end = target.members().end();
  for (const Value::Member& change : patch.members()) {
    while (old != end && old->key < change.key) out.push_back(*old++);
    const bool had = old != end && old->key == change.key;
    if (!change.value.is_null()) {
      out.push_back(
          {change.key, had ? merge_patch(old->value, change.value) : without_nulls(change.value)});
    }
    if (had) ++old;
  }
  out.insert(out.end(), old, end);
  return Value::object(std::move(out));
}

}  // namespace inferlab::sim
