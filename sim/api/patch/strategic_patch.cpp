#include "sim/api/patch/strategic_patch.h"

#include <algorithm>
#include <map>
#include <set>

#include "sim/api/json.h"
#include "sim/api/patch/merge_patch.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kPatch = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kOrderPrefix = "$setElementOrder/";
constexpr std::string_view kDeletePrefix = "$deleteFromPrimitiveList/";

Error refused(std::string why) {
  return Error{ErrorKind::kInvalid, std::move(why)};
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t comma = words.find(',');
    if (words.substr(0, comma) == word) return true;
    if (comma == std::string_view::npos) break;
    words.remove_prefix(comma + 1);
  }
  return false;
}

bool is_directive(std::string_view key) {
  return key == kPatch || key == kRetainKeys || key.starts_with(kOrderPrefix) ||
         key.starts_with(kDeletePrefix);
}

bool is_deletion(const Value& item) {
  return item[kPatch].as_string() == "delete";
}

// A patch for something that is not there yet: its directives and nulls mean nothing.
Value as_new(const Value& patch) {
  if (patch.is_array()) {
    Value::Array items;
    for (const Value& item : patch.items()) {
      if (is_deletion(item)) continue;
      items.push_back(as_new(item));
    }
    return Value::array(std::move(items));
  }
  if (!patch.is_object()) return patch;
  Value::Object members;
  for (const Value::Member& member : patch.members()) {
    if (member.value.is_null() || is_directive(member.key)) continue;
    members.push_back({member.key, as_new(member.value)});
  }
  return Value::object(std::move(members));
}

/// Where the items of a list stand, by their merge key, or by themselves when there is none: in
/// logarithmic time, for lists of any length. Of equal ones the first counts.
class Positions {
 public:
  Positions(const Value::Array& list, std::string_view key) : key_(key) {
    std::ptrdiff_t at = 0;
    for (const Value& item : list) at_.emplace(to_json(key_of(item)), at++);
  }
  explicit Positions(const Value& list, std::string_view key = {}) : Positions(list.items(), key) {}

  /// -1: is not there.
  [[nodiscard]] std::ptrdiff_t of(const Value& item) const {
    const auto it = at_.find(to_json(key_of(item)));
    return it == at_.end() ? -1 : it->second;
  }
  [[nodiscard]] bool has(const Value& item) const { return of(item) >= 0; }
  void add(const Value& item, std::size_t at) {
    at_.emplace(to_json(key_of(item)), static_cast<std::ptrdiff_t>(at));
  }

 private:
  [[nodiscard]] const Value& key_of(const Value& item) const {
    return key_.empty() ? item : item[key_];
  }

  std::string_view key_;
  std::map<std::string, std::ptrdiff_t, std::less<>> at_;
};

Result<Value> merge_object(const Type* type, const Value& target, const Value& patch);

Value reordered(const Value& merged, const Value& before, const Value& order, std::string_view key);

Result<Value> merge_list_of_objects(const Field& field, const Value& target, const Value& patch) {
  const std::string_view key = field.merge_key;
  Value::Array out = target.items();
  for (const Value& item : patch.items()) {
    if (item[kPatch].as_string() == "replace") {  // the other items are the whole list
      Value::Array rest;
      for (const Value& other : patch.items()) {
        if (!other.has(kPatch)) rest.push_back(as_new(other));
      }
      return Value::array(std::move(rest));
    }
  }
  // What is to go goes first, as in the real merge.
  std::set<std::string, std::less<>> deleted;
  for (const Value& item : patch.items()) {
    if (!item.is_object() || !item.has(key)) {
      return refused("map: " + go_map_text(item) +
                     " does not contain declared merge key: " + std::string(key));
    }
    if (is_deletion(item)) deleted.insert(to_json(item[key]));
  }
  if (!deleted.empty()) {
    std::erase_if(out, [&](const Value& item) { return deleted.contains(to_json(item[key])); });
  }
  Positions where(out, key);
  for (const Value& item : patch.items()) {
    if (is_deletion(item)) continue;
    if (const std::ptrdiff_t at = where.of(item); at >= 0) {
      Value& old = out[static_cast<std::size_t>(at)];
      INFERLAB_TRY(old, merge_object(field.object, old, item));
    } else {
      where.add(item, out.size());
      out.push_back(as_new(item));
    }
  }
  return reordered(Value::array(std::move(out)), target, patch, key);
}

Value merge_list_of_scalars(const Value& target, const Value& patch) {
  Value::Array out = target.items();
  Positions where(out, {});
  for (const Value& item : patch.items()) {
    if (where.has(item)) continue;
    where.add(item, out.size());
    out.push_back(item);
  }
  return reordered(Value::array(std::move(out)), target, patch, {});
}

// The items that `order` names take its order; the others keep theirs, as near to where they were
// as that allows.
Value reordered(const Value& merged, const Value& before, const Value& order,
                std::string_view key) {
  struct Item {
    Value value;
    std::ptrdiff_t wanted, had;  // where it stands in `order` and in `before`; -1: nowhere
  };
  const Positions in_order(order, key);
  const Positions in_before(before, key);
  std::vector<Item> named;
  std::vector<Item> others;
  for (const Value& item : merged.items()) {
    const std::ptrdiff_t wanted = in_order.of(item);
    (wanted >= 0 ? named : others).push_back({item, wanted, in_before.of(item)});
  }
  std::stable_sort(named.begin(), named.end(),
                   [](const Item& a, const Item& b) { return a.wanted < b.wanted; });
  Value::Array out;
  auto left = others.begin();
  auto right = named.begin();
  while (left != others.end() || right != named.end()) {
    bool take_left = right == named.end();
    if (left != others.end() && right != named.end()) {
      take_left = left->had >= 0 && right->had >= 0 && left->had < right->had;
    }
    out.push_back(std::move((take_left ? left++ : right++)->value));
  }
  return Value::array(std::move(out));
}

Result<Value> merge_field(const Field* field, const Value& target, const Value& patch) {
  if (patch.is_object() && target.is_object()) {
    if (field != nullptr && has_word(field->patch_strategy, "replace")) return as_new(patch);
    return merge_object(
        field != nullptr && field->type == FieldType::kObject ? field->object : nullptr, target,
        patch);
  }
  if (patch.is_array() && target.is_array() && field != nullptr &&
      has_word(field->patch_strategy, "merge")) {
    if (!field->merge_key.empty() && field->object != nullptr)
      return merge_list_of_objects(*field, target, patch);
    return merge_list_of_scalars(target, patch);
  }
  return as_new(patch);
}

Result<Value> merge_object(const Type* type, const Value& target, const Value& patch) {
  if (const Value* directive = patch.find(kPatch)) {
    const std::string_view word = directive->as_string();
    if (word == "replace") return as_new(patch);
    if (word == "delete") return Value::object();
    if (word != "merge")
      return refused("unknown patch type: " + std::string(word) + " in map: " + go_map_text(patch));
  }
  Value out = target;
  if (const Value* retained = patch.find(kRetainKeys)) {
    const Positions kept(*retained);
    for (const Value::Member& member : target.members()) {
      if (!kept.has(Value(member.key))) out = out.without(member.key);
    }
    for (const Value::Member& member : patch.members()) {
      if (!is_directive(member.key) && !member.value.is_null() && !kept.has(Value(member.key))) {
        return refused(
            "invalid patch format of $retainKeys: patch contains a field that is not in the "
            "$retainKeys list");
      }
    }
  }
  for (const Value::Member& member : patch.members()) {
    const std::string_view key = member.key;
    if (!key.starts_with(kDeletePrefix)) continue;
    const std::string_view name = key.substr(kDeletePrefix.size());
    const Positions gone(member.value);
    Value::Array kept;
    for (const Value& item : out[name].items()) {
      if (!gone.has(item)) kept.push_back(item);
    }
    if (out.has(name)) out = out.with(name, Value::array(std::move(kept)));
  }
  for (const Value::Member& member : patch.members()) {
    if (is_directive(member.key)) continue;
    if (member.value.is_null()) {
      out = out.without(member.key);
      continue;
    }
    const Field* field = type != nullptr ? type->find(member.key) : nullptr;
    const Value* had = out.find(member.key);
    if (had == nullptr) {
      out = out.with(member.key, as_new(member.value));
    } else {
      INFERLAB_TRY(Value merged, merge_field(field, *had, member.value));
      out = out.with(member.key, std::move(merged));
    }
  }
  for (const Value::Member& member : patch.members()) {
    const std::string_view key = member.key;
    if (!key.starts_with(kOrderPrefix)) continue;
    const std::string_view name = key.substr(kOrderPrefix.size());
    const Field* field = type != nullptr ? type->find(name) : nullptr;
    const std::string_view merge_key =
        field != nullptr && field->object != nullptr ? field->merge_key : "";
    const Positions in_order(member.value, merge_key);
    for (const Value& item : patch[name].items()) {
      const bool deletes = item.is_object() && item.has(kPatch);
      if (!deletes && !in_order.has(item)) {
        return refused("the order in patch list:\n" + to_json(patch[name]) +
                       "\n doesn't match $setElementOrder list:\n" + to_json(member.value) + "\n");
      }
    }
    if (out[name].is_array())
      out = out.with(name, reordered(out[name], target[name], member.value, merge_key));
  }
  return out;
}

}  // namespace

Result<Value> strategic_patch(const Type& type, const Value& target, const Value& patch) {
  if (!patch.is_object()) return refused("invalid JSON document");
  return merge_object(&type, target, patch);
}

std::string go_map_text(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return "<nil>";
    case Value::Kind::kString:
      return value.str();
    case Value::Kind::kArray: {
      std::string out = "[";
      for (const Value& item : value.items())
        out += (out.size() > 1 ? " " : "") + go_map_text(item);
      return out + "]";
    }
    case Value::Kind::kObject: {
      std::string out = "map[";
      for (const Value::Member& member : value.members()) {
        out += (out.size() > 4 ? " " : "") + member.key + ":" + go_map_text(member.value);
      }
      return out + "]";
    }
    default:
      return to_json(value);
  }
}

}  // namespace inferlab::sim
