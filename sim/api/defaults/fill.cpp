#include "sim/api/defaults/fill.h"

namespace inferlab::sim {

Value filled(const Value& object, std::initializer_list<Fill> missing) {
  Value::Object made;
  for (const Fill& fill : missing) {
    if (fill.second.is_null() || object.has(fill.first)) continue;
    if (made.empty()) {
      made.reserve(object.size() + missing.size());
      made = object.members();
    }
    made.push_back({std::string(fill.first), fill.second});
  }
  return made.empty() ? object : Value::object(std::move(made));
}

bool same_document(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_object()) return &a.members() == &b.members();
  if (a.is_array()) return &a.items() == &b.items();
  if (a.is_string()) return a.as_string().data() == b.as_string().data();
  return a == b;
}

}  // namespace inferlab::sim
