#include "sim/api/apply/typed.h"

#include <algorithm>
#include <optional>
#include <set>

#include "sim/api/decode.h"
#include "sim/api/defaults/fill.h"
#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

bool is_leaf(const Field& field) {
  switch (field.type) {
    case FieldType::kObject:
      return field.atomic_map;
    case FieldType::kMap:
      return field.atomic_map;
    case FieldType::kList:
      return field.list_type != "map" && field.list_type != "set";
    default:
      return true;
  }
}

std::string member_element(std::string_view name) {
  return "f:" + std::string(name);
}

std::vector<std::string_view> key_names(const Field& field) {
  std::vector<std::string_view> out;
  std::string_view rest = field.list_map_keys;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    out.push_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return out;
}

// What an item of this list is known by; a key that is left out has its default.
std::string item_element(const Field& field, const Value& item) {
  if (field.list_type == "set") return "v:" + to_json(item);
  Value::Object keys;
  for (const std::string_view name : key_names(field)) {
    const Value* value = item.find(name);
    const Field* key = field.object != nullptr ? field.object->find(name) : nullptr;
    if (value != nullptr) {
      keys.push_back({std::string(name), *value});
    } else if (key != nullptr) {
      const Value fallback = default_of(*key);
      if (!fallback.empty()) keys.push_back({std::string(name), fallback});
    }
  }
  return "k:" + to_json(Value::object(std::move(keys)));
}

std::vector<std::string> item_elements(const Field& field, const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item_element(field, item));
  return out;
}

void stated(const Type* type, const Value& object, FieldSet& out);

void stated_field(const Field& field, const Value& value, FieldSet& out) {
  if (is_leaf(field)) {
    out.member = true;
    return;
  }
  if (field.type == FieldType::kObject) {
    if (value.empty()) out.member = true;
    stated(field.object, value, out);
  } else if (field.type == FieldType::kMap) {
    if (value.empty()) out.member = true;
    for (const Value::Member& member : value.members()) {
      FieldSet& child = out.children[member_element(member.key)];
      child.member = true;
      if (field.object != nullptr) stated(field.object, member.value, child);
    }
  } else {
    for (const Value& item : value.items()) {
      FieldSet& child = out.children[item_element(field, item)];
      child.member = true;
      if (field.object != nullptr) stated(field.object, item, child);
    }
  }
}

void stated(const Type* type, const Value& object, FieldSet& out) {
  for (const Value::Member& member : object.members()) {
    const Field* field = type->find(member.key);
    if (field == nullptr) continue;
    FieldSet child;
    stated_field(*field, member.value, child);
    if (!child.empty()) out.children[member_element(member.key)].add(child);
  }
}

class Comparer {
 public:
  // Either side may be null, for what is not there. `existed`: there was an object before, be it
  // one that Go writes without being told.
  static void object(const Type& type, const Value& before, const Value& after, bool existed,
                     FieldSet& changed, FieldSet& removed) {
    auto a = before.members().begin();
    auto b = after.members().begin();
    const auto a_end = before.members().end();
    const auto b_end = after.members().end();
    static const Value kNothing;
    while (a != a_end || b != b_end) {
      const int order = a == a_end ? 1 : b == b_end ? -1 : a->key.compare(b->key);
      const std::string& key = order <= 0 ? a->key : b->key;
      const Value& old = order <= 0 ? a->value : kNothing;
      const Value& now = order >= 0 ? b->value : kNothing;
      if (const Field* found = type.find(key); found != nullptr && !same_document(old, now)) {
        field(*found, old, now, key, existed, changed, removed);
      }
      if (order <= 0) ++a;
      if (order >= 0) ++b;
    }
  }

 private:
  static void field(const Field& field, const Value& old, const Value& now, const std::string& key,
                    bool existed, FieldSet& changed, FieldSet& removed) {
    if (old == now) return;
    FieldSet more;
    FieldSet less;
    // What Go always writes is never new: an empty object, a null list.
    const bool always = existed && (field.default_json == "{}" ||
                                    (field.type == FieldType::kList && field.required));
    value(field, old, now, always, more, less);
    if (!more.empty()) changed.children[member_element(key)].add(more);
    if (!less.empty()) removed.children[member_element(key)].add(less);
  }

  static void value(const Field& field, const Value& old, const Value& now, bool always,
                    FieldSet& more, FieldSet& less) {
    if (now.is_null()) {
      less.member = true;
    } else if (is_leaf(field) || (old.is_null() && !always)) {
      more.member = true;
    }
    if (is_leaf(field)) return;
    if (field.type == FieldType::kObject) {
      object(*field.object, old, now, !old.is_null() || always, more, less);
    } else if (field.type == FieldType::kMap) {
      map(field, old, now, more, less);
    } else {
      list(field, old, now, more, less);
    }
  }

  static void entry(const Field& field, const Value* old, const Value* now,
                    const std::string& element, FieldSet& more, FieldSet& less) {
    static const Value kNothing;
    if (old != nullptr && now != nullptr && *old == *now) return;
    FieldSet more_here;
    FieldSet less_here;
    if (now == nullptr) less_here.member = true;
    if (old == nullptr) more_here.member = true;
    if (field.object != nullptr) {
      object(*field.object, old != nullptr ? *old : kNothing, now != nullptr ? *now : kNothing,
             old != nullptr, more_here, less_here);
    } else if (old != nullptr && now != nullptr) {
      more_here.member = true;
    }
    if (!more_here.empty()) more.children[element].add(more_here);
    if (!less_here.empty()) less.children[element].add(less_here);
  }

  static void map(const Field& field, const Value& old, const Value& now, FieldSet& more,
                  FieldSet& less) {
    for (const Value::Member& member : old.members()) {
      entry(field, &member.value, now.find(member.key), member_element(member.key), more, less);
    }
    for (const Value::Member& member : now.members()) {
      if (!old.has(member.key))
        entry(field, nullptr, &member.value, member_element(member.key), more, less);
    }
  }

  static void list(const Field& field, const Value& old, const Value& now, FieldSet& more,
                   FieldSet& less) {
    std::map<std::string, std::pair<const Value*, const Value*>> items;
    for (const Value& item : old.items()) items[item_element(field, item)].first = &item;
    for (const Value& item : now.items()) items[item_element(field, item)].second = &item;
    for (const auto& [element, sides] : items)
      entry(field, sides.first, sides.second, element, more, less);
  }
};

Value merge_object(const Type& type, const Value& live, const Value& config);

Value merge_list(const Field& field, const Value& live, const Value& config) {
  const std::vector<std::string> ours = item_elements(field, live);
  const std::vector<std::string> theirs = item_elements(field, config);
  const std::set<std::string> stated_items(theirs.begin(), theirs.end());
  std::set<std::string> done;
  Value::Array out;
  std::size_t l = 0;
  std::size_t r = 0;
  while (l < ours.size() || r < theirs.size()) {
    if (l < ours.size() && !stated_items.contains(ours[l])) {
      out.push_back(live[l++]);
    } else if (l < ours.size() && done.contains(ours[l])) {
      ++l;
    } else if (r < theirs.size()) {
      const auto at = std::find(ours.begin(), ours.end(), theirs[r]);
      done.insert(theirs[r]);
      const Value& item = config[r++];
      if (at == ours.end() || field.object == nullptr) {
        out.push_back(item);
      } else {
        out.push_back(
            merge_object(*field.object, live[static_cast<std::size_t>(at - ours.begin())], item));
      }
    } else {
      ++l;
    }
  }
  return Value::array(std::move(out));
}

Value merge_value(const Field& field, const Value& live, const Value& config) {
  if (is_leaf(field) || live.is_null() || config.is_null()) return config;
  if (field.type == FieldType::kObject) return merge_object(*field.object, live, config);
  if (field.type == FieldType::kList) return merge_list(field, live, config);
  Value out = live;
  for (const Value::Member& member : config.members()) {
    const Value* had = live.find(member.key);
    out = out.with(member.key, had != nullptr && field.object != nullptr
                                   ? merge_object(*field.object, *had, member.value)
                                   : member.value);
  }
  return out;
}

Value merge_object(const Type& type, const Value& live, const Value& config) {
  Value out = live;
  for (const Value::Member& member : config.members()) {
    const Field* field = type.find(member.key);
    const Value* had = live.find(member.key);
    out = out.with(member.key, field != nullptr && had != nullptr
                                   ? merge_value(*field, *had, member.value)
                                   : member.value);
  }
  return out;
}

Value prune(const Field* field, const Type* type, const Value& value, const FieldSet& candidates,
            const FieldSet* owned);

// The part of `value` at `element`, after pruning; nullopt: take it away.
std::optional<Value> pruned_child(const Field& field, const Value& value,
                                  const std::string& element, const FieldSet& candidates,
                                  const FieldSet* owned, bool entry) {
  const FieldSet* candidate = candidates.child(element);
  if (candidate == nullptr) return value;
  const FieldSet* owner = owned != nullptr ? owned->child(element) : nullptr;
  if (owner == nullptr) return std::nullopt;
  if (entry)
    return field.object != nullptr ? prune(nullptr, field.object, value, *candidate, owner) : value;
  if (is_leaf(field)) return value;
  return prune(&field, field.type == FieldType::kObject ? field.object : nullptr, value, *candidate,
               owner);
}

// An object (of `type`), or the map or list of `field`.
Value prune(const Field* field, const Type* type, const Value& value, const FieldSet& candidates,
            const FieldSet* owned) {
  if (value.is_array() && field != nullptr) {
    Value::Array kept;
    for (const Value& item : value.items()) {
      auto child = pruned_child(*field, item, item_element(*field, item), candidates, owned, true);
      if (child) kept.push_back(*std::move(child));
    }
    return Value::array(std::move(kept));
  }
  Value::Object kept;
  for (const Value::Member& member : value.members()) {
    const Field* of_member = type != nullptr ? type->find(member.key) : field;
    if (of_member == nullptr) {
      kept.push_back(member);
      continue;
    }
    auto child = pruned_child(*of_member, member.value, member_element(member.key), candidates,
                              owned, type == nullptr);
    if (child) kept.push_back({member.key, *std::move(child)});
  }
  return Value::object(std::move(kept));
}

}  // namespace

FieldSet stated_fields(const Type& type, const Value& object) {
  FieldSet out;
  stated(&type, object, out);
  return out;
}

Difference difference_of(const Type& type, const Value& before, const Value& after) {
  Difference out;
  Comparer::object(type, before, after, true, out.changed, out.removed);
  return out;
}

Value merge_typed(const Type& type, const Value& live, const Value& config) {
  return merge_object(type, live, config);
}

Value without_unowned(const Type& type, const Value& object, const FieldSet& candidates,
                      const FieldSet& owned) {
  return prune(nullptr, &type, object, candidates, &owned);
}

}  // namespace inferlab::sim
