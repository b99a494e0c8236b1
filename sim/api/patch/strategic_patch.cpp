#include "sim/api/patch/strategic_patch.h"

#include <algorithm>

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

// A patch for something that is not there yet: its directives and nulls mean nothing.
Value as_new(const Value& patch) {
  if (patch.is_array()) {
    Value::Array items;
    for (const Value& item : patch.items()) {
      if (item.is_object() && item[kPatch].as_string() == "delete") continue;
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

bool contains(const Value& list, const Value& item) {
  const Value::Array& all = list.items();
  return std::find(all.begin(), all.end(), item) != all.end();
}

Result<Value> merge_object(const Type* type, const Value& target, const Value& patch);

Value reordered(const Value& merged, const Value& before, const Value& order, std::string_view key);

// Where an item stands in a list: by its merge key, or by itself when there is none.
std::ptrdiff_t position(const Value& list, const Value& item, std::string_view key) {
  const Value::Array& all = list.items();
  const auto it = std::find_if(all.begin(), all.end(), [&](const Value& other) {
    return key.empty() ? other == item : other[key] == item[key];
  });
  return it == all.end() ? -1 : it - all.begin();
}

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
  for (const Value& item : patch.items()) {
    if (!item.is_object() || !item.has(key)) {
      return refused("map: " + go_map_text(item) +
                     " does not contain declared merge key: " + std::string(key));
    }
    const std::ptrdiff_t at = position(Value::array(out), item, key);
    const std::string_view directive = item[kPatch].as_string();
    if (directive == "delete") {
      std::erase_if(out, [&](const Value& other) { return other[key] == item[key]; });
    } else if (at >= 0) {
      Value& old = out[static_cast<std::size_t>(at)];
      INFERLAB_TRY(old, merge_object(field.object, old, item));
    } else {
      out.push_back(as_new(item));
    }
  }
  return reordered(Value::array(std::move(out)), target, patch, key);
}

Value merge_list_of_scalars(const Value& target, const Value& patch) {
  Value::Array out = target.items();
  for (const Value& item : patch.items()) {
    if (std::find(out.begin(), out.end(), item) == out.end()) out.push_back(item);
  }
  return reordered(Value::array(std::move(out)), target, patch, {});
}

// The items that `order` names take its order; the others keep theirs, as near to where they were
// as that allows.
Value reordered(const Value& merged, const Value& before, const Value& order,
                std::string_view key) {
  Value::Array named;
  Value::Array others;
  for (const Value& item : merged.items()) {
    (position(order, item, key) >= 0 ? named : others).push_back(item);
  }
  std::stable_sort(named.begin(), named.end(), [&](const Value& a, const Value& b) {
    return position(order, a, key) < position(order, b, key);
  });
  Value::Array out;
  auto left = others.begin();
  auto right = named.begin();
  while (left != others.end() || right != named.end()) {
    bool take_left = right == named.end();
    if (left != others.end() && right != named.end()) {
      const std::ptrdiff_t l = position(before, *left, key);
      const std::ptrdiff_t r = position(before, *right, key);
      take_left = l >= 0 && r >= 0 && l < r;
    }
    out.push_back(take_left ? *left++ : *right++);
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
    for (const Value::Member& member : target.members()) {
      if (!contains(*retained, Value(member.key))) out = out.without(member.key);
    }
    for (const Value::Member& member : patch.members()) {
      if (!is_directive(member.key) && !member.value.is_null() &&
          !contains(*retained, Value(member.key))) {
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
    Value::Array kept;
    for (const Value& item : out[name].items()) {
      if (!contains(member.value, item)) kept.push_back(item);
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
    for (const Value& item : patch[name].items()) {
      const bool deletes = item.is_object() && item.has(kPatch);
      if (!deletes && position(member.value, item, merge_key) < 0) {
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
