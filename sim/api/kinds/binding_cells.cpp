#include "sim/api/kinds/binding_cells.h"

#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"

namespace inferlab::sim::kinds {
namespace {

constexpr const char* kGroup = "rbac.authorization.k8s.io";

std::string subjects_of(const Value& object, std::string_view kind) {
  std::string out;
  for (const Value& subject : object["subjects"].items()) {
    if (subject["kind"].as_string() != kind) continue;
    if (!out.empty()) out += ", ";
    if (kind == "ServiceAccount") out += subject["namespace"].str() + "/";
    out += subject["name"].as_string();
  }
  return out;
}

}  // namespace

std::vector<Value> binding_cells(const Value& object, Time now) {
  const Value& role = object["roleRef"];
  return {object["metadata"]["name"],   role["kind"].str() + "/" + role["name"].str(),
          age_of(object, now),          subjects_of(object, "User"),
          subjects_of(object, "Group"), subjects_of(object, "ServiceAccount")};
}

Value default_role_binding(Value object) {
  if (object["roleRef"]["apiGroup"].empty())
    object = object.with_path({"roleRef", "apiGroup"}, Value(kGroup));
  if (object["subjects"].empty()) return object;
  return object.with("subjects", each_item(object["subjects"], [](const Value& subject) {
                       const std::string_view kind = subject["kind"].as_string();
                       if (kind != "User" && kind != "Group") return subject;
                       return filled(subject, {{"apiGroup", Value(kGroup)}});
                     }));
}

}  // namespace inferlab::sim::kinds
