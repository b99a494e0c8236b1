#include "sim/api/apply/field_set.h"

#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

// "f:image" is ".image", k:{"name":"main"} is [name="main"], v:"x" is [="x"].
std::string path_text(std::string_view element) {
  const std::string_view rest = element.substr(2);
  if (element.starts_with("f:")) return "." + std::string(rest);
  if (element.starts_with("v:")) return "[=" + std::string(rest) + "]";
  std::string out;
  const auto keys = parse_json(rest);
  if (!keys) return "[" + std::string(rest) + "]";
  for (const Value::Member& key : keys->members()) {
    out += (out.empty() ? "[" : ",") + key.key + "=" + to_json(key.value);
  }
  return out + "]";
}

}  // namespace

FieldSet FieldSet::from_value(const Value& fields_v1) {
  FieldSet out = subtree(fields_v1);
  out.member = false;  // {} at the root is the empty set, below it a leaf
  return out;
}

FieldSet FieldSet::subtree(const Value& fields_v1) {
  FieldSet out;
  out.member = fields_v1.empty();
  for (const Value::Member& member : fields_v1.members()) {
    if (member.key == ".") {
      out.member = true;
    } else if (member.key.size() >= 2) {
      out.children.emplace_hint(out.children.end(), member.key, subtree(member.value));
    }
  }
  return out;
}

Value FieldSet::to_value() const {
  Value::Object members;
  members.reserve(children.size() + 1);
  if (member && !children.empty()) members.push_back({".", Value::object()});
  for (const auto& [element, set] : children) members.push_back({element, set.to_value()});
  return Value::object(std::move(members));
}

const FieldSet* FieldSet::child(std::string_view element) const {
  const auto it = children.find(element);
  return it == children.end() ? nullptr : &it->second;
}

void FieldSet::add(const FieldSet& other) {
  member = member || other.member;
  for (const auto& [element, set] : other.children) children[element].add(set);
}

void FieldSet::subtract(const FieldSet& other) {
  if (other.member) member = false;
  for (const auto& [element, set] : other.children) {
    const auto it = children.find(element);
    if (it == children.end()) continue;
    it->second.subtract(set);
    if (it->second.empty()) children.erase(it);
  }
}

FieldSet FieldSet::intersection(const FieldSet& other) const {
  FieldSet out;
  out.member = member && other.member;
  for (const auto& [element, set] : children) {
    const FieldSet* theirs = other.child(element);
    if (theirs == nullptr) continue;
    FieldSet both = set.intersection(*theirs);
    if (!both.empty()) out.children.emplace_hint(out.children.end(), element, std::move(both));
  }
  return out;
}

std::vector<std::string> FieldSet::paths() const {
  std::vector<std::string> out;
  add_paths("", out);
  return out;
}

void FieldSet::add_paths(const std::string& prefix, std::vector<std::string>& out) const {
  if (member && !prefix.empty()) out.push_back(prefix);
  for (const auto& [element, set] : children) set.add_paths(prefix + path_text(element), out);
}

}  // namespace inferlab::sim
